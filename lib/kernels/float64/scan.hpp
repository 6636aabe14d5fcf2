// The largest and the smallest logits of rows.
#pragma once

#include <cstddef>

#include "kernels/float64/exponential.hpp"
#include "kernels/range.hpp"
#include "kernels/row_passes.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels::float64 {

// Whether a task leaves one of the largest logits out of its sum, and whether it has a probability
// for each class.
template <Task task>
inline constexpr bool skips_top = task != task_softmax;
template <Task task>
inline constexpr bool has_probabilities = task == task_softmax || task == task_gradient;

// The largest and the smallest of the logits that each lane has seen, and if `second_too`, the second
// largest, which equals the largest if two share the maximum, and the place of the largest, the
// first one of several. NaN is ignored.
template <class V, bool second_too>
struct Tops {
  using D = typename V::Doubles;
  D m = V::all(-infinity), least = V::all(infinity);
  D second = V::all(-infinity), place = V::all(0.0);

  // Takes logits at place i into account: `high` for the largest, `low` for the smallest.
  [[gnu::always_inline]] void see(D high, D low, std::size_t i) {
    if constexpr (second_too) {
      second = larger(smaller(high, m), second);
      place = where_less(m, high, V::all(static_cast<double>(i)), place);
    }
    m = larger(high, m);
    least = smaller(low, least);
  }
  // 0 in lanes of plain rows, else 1.
  [[gnu::always_inline]] D not_plain() const {
    const D one = V::all(1.0), zero = V::all(0.0);
    return where_less(m - least, V::all(plain_range),
                      where_less(m, V::all(-2048.0), one, where_less(V::all(2048.0), m, one, zero)),
                      one);
  }
};

// The same of one row.
struct RowTops {
  double m, least, second;
  std::size_t place;

  [[gnu::always_inline]] bool is_plain() const {
    return m - least < plain_range && m <= 2048 && m >= -2048;
  }
};

template <class V, bool second_too>
[[gnu::noinline]] RowTops scan_row(const double* x, std::size_t n) {
  Tops<V, second_too> tops;
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const auto v = V::load(x + i);
    tops.see(v, v, i);
  }
  if (i < n)
    tops.see(V::load_first(x + i, n - i, V::all(-infinity)),
             V::load_first(x + i, n - i, V::all(infinity)), i);
  alignas(64) double m[16], least[16], second[16], place[16];
  V::store(m, tops.m);
  V::store(least, tops.least);
  V::store(second, tops.second);
  V::store(place, tops.place);
  RowTops row{m[0], least[0], second[0], static_cast<std::size_t>(place[0])};
  for (std::size_t l = 1; l < 16; ++l) {
    const bool higher = m[l] > row.m;
    row.second = larger(row.second, larger(second[l], smaller(m[l], row.m)));
    row.place = higher ? static_cast<std::size_t>(place[l]) + l : row.place;
    row.m = larger(row.m, m[l]);
    row.least = smaller(row.least, least[l]);
  }
  return row;
}

}  // namespace maxtrick::kernels::float64
