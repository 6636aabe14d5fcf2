// Helpers that the loss formulations share. Each formulation is a function of one row, written once
// for all types.
//
// t is the target, p a row of probabilities, z a row of logits, and v whichever of the two the
// formulation takes; g receives the derivative with respect to v. Formulations of probabilities
// follow the formula literally: only the formula's own guards apply, so that 0 * log 0 is NaN.
// Formulations of logits skip a class of weight 0, because a masked class (-inf) would otherwise
// make the loss NaN (optax PR#898).
#pragma once

#include <cmath>
#include <span>
#include <utility>

#include "ops/formulation.hpp"

namespace maxtrick::variants {

using numerics::Rows;
using ops::LossInput;
using ops::RegisterFormulation;
using ops::Target;
using std::exp;
using std::log;
using std::log1p;

template <class T>
[[nodiscard]] T clip(T x, T low, T high) {
  return x < low ? low : x > high ? high : x;  // NaN is returned unchanged
}

// Shared by the fused formulations: the maximum m, the terms g_k = e^(z_k - m), and their sum s.
template <class T>
struct Shifted {
  T m, s = 0;

  Shifted(std::span<const T> z, std::span<T> g) : m(z[0]) {
    for (const T zk : z)
      if (zk > m) m = zk;
    for (std::size_t k = 0; k < z.size(); ++k) s += g[k] = exp(z[k] - m);
  }
};

// The index of the first logit that is m; z.size() if m is NaN.
template <class T>
[[nodiscard]] std::size_t first_maximum(std::span<const T> z, T m) {
  std::size_t at = 0;
  while (at < z.size() && !(z[at] == m)) ++at;
  return at;
}

// The sum of all terms but that of class c.
template <class T>
[[nodiscard]] T sum_without(std::size_t c, std::span<T> terms) {
  T sum = 0;
  for (std::size_t k = 0; k < terms.size(); ++k)
    if (k != c) sum += terms[k];
  return sum;
}

// The sum of the coefficients. For an ignored row it is 0.
template <class T>
[[nodiscard]] T total(const Target<T>& t) {
  T sum = 0;
  t.each([&](std::size_t, T weight) { sum += weight; });
  return sum;
}

// Replaces the terms e^(z - m) in g by softmax times the sum of the coefficients, minus t.
template <class T>
void difference(const Shifted<T>& shifted, const Target<T>& t, std::span<T> g) {
  const T sum = total(t);
  for (T& gk : g) gk /= shifted.s;
  if (sum != T(1))
    for (T& gk : g) gk *= sum;
  t.each([&](std::size_t c, T weight) { g[c] -= weight; });
}

// Completes the formulation with its functions. row(v, t, guard, g) returns the loss of a row; it
// is a generic lambda over std::span<const T>, Target<T>, T and std::span<T>.
template <class RowLoss>
[[nodiscard]] ops::Formulation row_loss(ops::Formulation formulation, RowLoss row) {
  const auto by_rows = [row]<class T>(Rows<const T> v, const ops::Targets<T>& targets, T guard,
                                      std::span<T> losses, Rows<T> derivative) {
    for (std::size_t i = 0; i < v.rows; ++i)
      losses[i] = row(v.row(i), targets.row(i, v.columns), guard, derivative.row(i));
  };
  formulation.float32 = by_rows;
  formulation.float64 = by_rows;
  formulation.float16 = by_rows;
  formulation.bfloat16 = by_rows;
  return formulation;
}

}  // namespace maxtrick::variants
