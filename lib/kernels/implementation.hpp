// The kernels of one instruction set, as an instance of the algorithms for its vectors. Included
// once in each file that is compiled for one.
#pragma once

#include "kernels/elements.hpp"
#include "kernels/long_rows.hpp"
#include "kernels/short_rows.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels {

template <class V, class A>
void run_softmax(const Work& work) {
  work.classes <= short_classes ? short_rows<V, A, SoftmaxGroup<V, A>>(work)
                                : long_rows<V, Softmax<V, A>>(work);
}
template <class V, class A>
void run_log_softmax(const Work& work) {
  work.classes <= short_classes ? short_rows<V, A, LogSoftmaxGroup<V, A>>(work)
                                : long_rows<V, LogSoftmax<V, A>>(work);
}
template <class V, class A>
void run_log_sum(const Work& work) {
  work.classes <= short_classes ? short_rows<V, A, LogSumGroup<V, A>>(work)
                                : long_rows<V, LogSums<V, A>>(work);
}
template <class V, class A>
void run_loss(const Work& work) {
  work.classes <= short_classes ? short_rows<V, A, LossGroup<V, A>>(work)
                                : long_rows<V, Losses<V, A>>(work);
}
template <class V, class A>
void run_gradient(const Work& work) {
  work.classes <= short_classes ? short_rows<V, A, GradientGroup<V, A>>(work)
                                : long_rows<V, Gradients<V, A>>(work);
}

template <class V>
constexpr Implementation implementation() {
  using Fast = FastTerms<V>;
  using Accurate = AccurateTerms<V>;
  return {{{run_softmax<V, Fast>, run_log_softmax<V, Fast>, run_log_sum<V, Fast>, run_loss<V, Fast>,
            run_gradient<V, Fast>},
           {run_softmax<V, Accurate>, run_log_softmax<V, Accurate>, run_log_sum<V, Accurate>,
            run_loss<V, Accurate>, run_gradient<V, Accurate>}},
          {each_exp<V>, each_exp_fast<V>, each_log<V>}};
}

}  // namespace maxtrick::kernels
