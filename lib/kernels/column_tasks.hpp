// The tasks for rows whose classes are apart in memory, one row in each lane. They are those of
// group_tasks.hpp, in which a class is called by its rank (column_order.hpp). Where the kernels of
// long rows round differently than those of short rows, long rows have a task of their own.
#pragma once

#include <cstddef>
#include <type_traits>

#include "kernels/group_tasks.hpp"

namespace maxtrick::kernels {

// Whether the terms are kept between the sum and the results. With many classes they would leave
// the second-level cache; it is cheaper to compute them again.
template <class Task, std::size_t sums>
inline constexpr bool keeps_terms = Task::writes && !Task::rereads && sums == 1;

// What the scan finds of long rows, whose classes it does not take in the order of their ranks. If
// several classes share the maximum, `place` is the lowest rank.
template <class Found>
struct FoundInLongColumns {
  using type = Found;
};
template <class V>
struct LongColumnTops : GroupTops<V> {
  using Floats = typename V::Floats;

  [[gnu::always_inline]] void see(Floats high, Floats low, std::size_t rank) {
    const Floats here = V::all(static_cast<float>(rank));
    this->second = larger(smaller(high, this->m), this->second);
    this->place = select(this->m < high, here,
                         select(high == this->m, smaller(here, this->place), this->place));
    GroupExtremes<V>::see(high, low, rank);
  }
};
template <class V>
struct FoundInLongColumns<GroupTops<V>> {
  using type = LongColumnTops<V>;
};

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

template <class Task, std::size_t sums>
using FoundInColumns = std::conditional_t<sums == 1, typename Task::Found,
                                          typename FoundInLongColumns<typename Task::Found>::type>;

}  // namespace maxtrick::kernels
