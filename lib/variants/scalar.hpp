// What the scalar variants share: an algorithm is a function of one row, written once for all
// types.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>

#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "variants/of_rows.hpp"

namespace maxtrick::variants {

using numerics::Rows;
using ops::Claim;
using ops::Nature;
using ops::Op;
using ops::Register;
using ops::Variant;
// Called without std::, so that those of the 16-bit types are found too.
using std::exp;
using std::log;
using std::log1p;

// The largest logit. A NaN at the start stays; another one is passed over and reaches the result by
// way of the sum.
template <class T>
[[nodiscard]] T maximum(std::span<const T> x) {
  T m = x[0];
  for (const T xi : x)
    if (xi > m) m = xi;
  return m;
}

// log sum e^(x_j - m), m the maximum, as log1p of the sum over the others: the first maximum's own
// term, 1, is left out.
template <class T>
[[nodiscard]] T log1p_of_rest(std::span<const T> x, T m) {
  T rest = 0;
  bool left_out = false;
  for (const T xi : x) {
    if (xi == m && !left_out)
      left_out = true;
    else
      rest += exp(xi - m);
  }
  return log1p(rest);
}

// The entry with its functions: `row(x, y)` fills the outputs y of the logits x, as a generic
// lambda over std::span<const T> and std::span<T>.
template <class RowFunction>
[[nodiscard]] Variant scalar(Variant entry, RowFunction row) {
  const auto by_rows = [row]<class T>(Rows<const T> logits, Rows<T> result) {
    for (std::size_t i = 0; i < logits.rows; ++i) row(logits.row(i), result.row(i));
  };
  entry.isa = "scalar";
  entry.float32 = of_rows<float>(by_rows);
  entry.float64 = of_rows<double>(by_rows);
  entry.float16 = of_rows<numerics::Float16>(by_rows);
  entry.bfloat16 = of_rows<numerics::BFloat16>(by_rows);
  return entry;
}

}  // namespace maxtrick::variants
