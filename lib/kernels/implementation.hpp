// The kernels of one instruction set, as an instance of the algorithms for its vectors. Included
// once in each file that is compiled for one.
#pragma once

#include "kernels/elements.hpp"
#include "kernels/long_rows.hpp"
#include "kernels/short_rows.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels {

template <class V, template <class> class Algorithm, template <class, class> class Short,
          template <class, class> class Long>
void run_rows(const Work& work) {
  work.classes <= short_classes ? short_rows<V, Algorithm, Short>(work)
                                : long_rows<V, Long<V, Algorithm<V>>>(work);
}

template <class V>
constexpr Implementation implementation() {
  return {{{run_rows<V, FastTerms, SoftmaxGroup, Softmax>,
            run_rows<V, FastTerms, LogSoftmaxGroup, LogSoftmax>,
            run_rows<V, FastTerms, LogSumGroup, LogSums>, run_rows<V, FastTerms, LossGroup, Losses>,
            run_rows<V, FastTerms, GradientGroup, Gradients>},
           {run_rows<V, AccurateTerms, SoftmaxGroup, Softmax>,
            run_rows<V, AccurateTerms, LogSoftmaxGroup, LogSoftmax>,
            run_rows<V, AccurateTerms, LogSumGroup, LogSums>,
            run_rows<V, AccurateTerms, LossGroup, Losses>,
            run_rows<V, AccurateTerms, GradientGroup, Gradients>}},
          {each_exp<V>, each_exp_fast<V>, each_log<V>}};
}

}  // namespace maxtrick::kernels
