// What the loss formulations share: each is a function of one row, written once for all types.
//
// t is the target, p a row of probabilities, z one of logits, v the row that is given; g takes the
// derivative by v. Those of probabilities are as a user writes them, literally: nothing is guarded
// that the formula does not guard, so that 0 * log 0 is NaN. In those of logits a class of weight 0
// takes no part: a masked one (-inf) would otherwise make NaN (optax PR#898).
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
  return x < low ? low : x > high ? high : x;  // NaN stays
}

// sum_c t_c (m - z_c), and in g_k = e^(z_k - m) with sum s, m the maximum: what the fused arms
// share.
template <class T>
struct Shifted {
  T m, s = 0;

  Shifted(std::span<const T> z, std::span<T> g) : m(z[0]) {
    for (const T zk : z)
      if (zk > m) m = zk;
    for (std::size_t k = 0; k < z.size(); ++k) s += g[k] = exp(z[k] - m);
  }
};

// softmax - t in place of e^(z - m).
template <class T>
void difference(const Shifted<T>& shifted, Target<T> t, std::span<T> g) {
  for (T& gk : g) gk /= shifted.s;
  t.each([&](std::size_t c, T weight) { g[c] -= weight; });
}

// The formulation with its functions: `row(v, t, guard, g)` returns the loss of a row, as a generic
// lambda over std::span<const T>, Target<T>, T and std::span<T>.
template <class RowLoss>
[[nodiscard]] ops::Formulation row_loss(ops::Formulation formulation, RowLoss row) {
  const auto by_rows = [row]<class T>(Rows<const T> v, const ops::Targets<T>& targets, T guard,
                                      std::span<T> losses, Rows<T> derivative) {
    for (std::size_t i = 0; i < v.rows; ++i)
      losses[i] = row(v.row(i), targets[i], guard, derivative.row(i));
  };
  formulation.float32 = by_rows;
  formulation.float64 = by_rows;
  formulation.float16 = by_rows;
  formulation.bfloat16 = by_rows;
  return formulation;
}

}  // namespace maxtrick::variants
