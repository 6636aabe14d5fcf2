// Registers variants of ops that have more arguments than logits.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>

#include "ops/registry.hpp"

namespace maxtrick::variants {

using ops::Call;
using ops::Nature;
using ops::Register;
using ops::Variant;
// Calls omit std::, so that argument-dependent lookup also finds the functions of the 16-bit types.
using std::exp;
using std::log;
using std::log1p;
using std::pow;

// The entry with functions of all types. row(call, i) computes row i.
template <class RowFunction>
[[nodiscard]] Variant of_rows_of_calls(Variant entry, RowFunction row) {
  const auto by_rows = [row]<class T>(const Call<T>& call) {
    for (std::size_t i = 0; i < call.logits.rows; ++i) row(call, i);
  };
  entry.isa = "scalar";
  entry.uses = ops::Uses::libm;
  entry.float32 = by_rows;
  entry.float64 = by_rows;
  entry.float16 = by_rows;
  entry.bfloat16 = by_rows;
  return entry;
}

// The same for calls without a transform, in which rows are dense, with any coefficients and factors.
template <class RowFunction>
[[nodiscard]] Variant by_call(Variant entry, RowFunction row) {
  entry.takes_coefficients = true;
  return of_rows_of_calls(std::move(entry), std::move(row));
}

// max x, and y_k = e^(x_k - max); returns their sum.
template <class T>
T shifted_exponentials(std::span<const T> x, T& m, std::span<T> y) {
  m = x[0];
  for (const T xk : x)
    if (xk > m) m = xk;
  T sum = 0;
  for (std::size_t k = 0; k < x.size(); ++k) sum += y[k] = exp(x[k] - m);
  return sum;
}

}  // namespace maxtrick::variants
