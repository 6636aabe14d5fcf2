// Helpers that the scalar variants share. An algorithm is a function of one row, written once for
// all types.
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
// Calls omit std::, so that argument-dependent lookup also finds the functions of the 16-bit types.
using std::exp;
using std::log;
using std::log1p;

// The largest logit. If the first logit is NaN, the result is NaN. A later NaN is skipped here, and
// reaches the result through the sum.
template <class T>
[[nodiscard]] T maximum(std::span<const T> x) {
  T m = x[0];
  for (const T xi : x)
    if (xi > m) m = xi;
  return m;
}

// log sum e^(x_j - m), with m the maximum, as log1p of the sum over the other classes. The term of
// the first maximum, which is 1, is left out.
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

// Completes the entry with its functions. row(x, y) computes the outputs y of the logits x; it is a
// generic lambda over std::span<const T> and std::span<T>. `uses` states whether it calls libm.
template <class RowFunction>
[[nodiscard]] Variant scalar(Variant entry, RowFunction row, ops::Uses uses = ops::Uses::libm) {
  const auto by_rows = [row]<class T>(Rows<const T> logits, Rows<T> result) {
    for (std::size_t i = 0; i < logits.rows; ++i) row(logits.row(i), result.row(i));
  };
  entry.isa = "scalar";
  entry.uses = uses;
  entry.float32 = of_rows<float>(by_rows);
  entry.float64 = of_rows<double>(by_rows);
  entry.float16 = of_rows<numerics::Float16>(by_rows);
  entry.bfloat16 = of_rows<numerics::BFloat16>(by_rows);
  return entry;
}

}  // namespace maxtrick::variants
