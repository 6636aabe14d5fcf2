// The tasks for rows whose classes are apart in memory, one row in each lane. They are those of
// group_tasks.hpp, in which a class is called by its rank (column_order.hpp). Where the kernels of
// long rows round differently than those of short rows, long rows have a task of their own.
#pragma once

#include <cstddef>

#include "kernels/group_tasks.hpp"

namespace maxtrick::kernels {

// Whether the terms are kept between the sum and the results.
template <class Task>
inline constexpr bool keeps_terms = Task::writes && !Task::rereads;

// K = 1 / S, as Softmax of row_tasks.hpp computes it.
template <class V, class A>
struct SoftmaxColumns : SoftmaxGroup<V, A> {
  typename V::Doubles inverse;

  [[gnu::always_inline]] void summed(const Work<V>&, typename V::Doubles sum) {
    inverse = V::all(1.0) / sum;
    this->invalid = ~(V::all(0.0F) < V::narrow(sum));
  }
  template <bool Clamped>
  [[gnu::always_inline]] auto results() const {
    const Factor<V> factor(Clamped ? inverse * V::all(subnormal_factor) : inverse);
    return [factor](std::size_t, const typename A::Term& e) __attribute__((always_inline)) {
      const auto y = A::times(e, factor);
      if constexpr (Clamped)
        return without_factor<V>(y);
      else
        return y;
    };
  }
};

// The task for rows of more than short_classes classes.
template <class Task>
struct ForLongColumns {
  using type = Task;
};
template <class V, class A>
struct ForLongColumns<SoftmaxGroup<V, A>> {
  using type = SoftmaxColumns<V, A>;
};

}  // namespace maxtrick::kernels
