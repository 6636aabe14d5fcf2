// The derivatives of softmax and cross-entropy, computed from computed probabilities, and their
// errors.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "ops/derived.hpp"
#include "ops/dtype.hpp"
#include "oracle/exact_derivative.hpp"

namespace maxtrick::oracle {

// The derivatives in the type S of the results.
template <class S>
struct Derivative {
  std::vector<S> jacobian, gradient;
  S minus_1, of_others;  // the target's entry of the gradient in its two forms
};

// Computes the derivatives in the type W and rounds them to S.
template <class W, class S>
Derivative<S> derive(const std::vector<S>& probabilities) {
  const auto to_s = [](const std::vector<W>& wide) {
    std::vector<S> narrow;
    for (const W x : wide) narrow.push_back(static_cast<S>(x));
    return narrow;
  };
  std::vector<W> p;
  for (const S x : probabilities) p.push_back(static_cast<W>(x));
  std::vector<W> gradient = p;
  gradient[target] = p[target] - W{1};
  W others = 0;
  for (std::size_t j = 0; j < p.size(); ++j)
    if (j != target) others += p[j];
  return {to_s(ops::softmax_jacobian<W>(p)), to_s(gradient), static_cast<S>(gradient[target]),
          static_cast<S>(-others)};
}

// |sum of the entries|, with compensated summation in double, so that it shows the errors of the
// entries and not those of the summation.
template <class S>
double sum_size(std::span<const S> entries) {
  numerics::Sum sum;
  for (const S x : entries) sum += double{x};
  return std::fabs(sum.value());
}

// Sets `worst` to the larger one of `worst` and x. A NaN counts as infinite; std::max alone could
// ignore it.
inline void raise(double& worst, double x) {
  worst = std::isnan(x) ? std::numeric_limits<double>::infinity() : std::max(worst, x);
}

// The largest error of each kind. `symmetry`, the difference of two transposed entries, is
// absolute. The other errors of the Jacobian and those of the gradient are relative to
// the largest exact entry. The errors of the target's entry in its two forms are relative to that
// entry.
struct DerivativeErrors {
  double jacobian = 0, row_sum = 0, symmetry = 0, gradient = 0, gradient_sum = 0, minus_1 = 0,
         of_others = 0;
};

template <class S>
DerivativeErrors derivative_errors(const ExactDerivative& exact, const std::vector<S>& p,
                                   ops::DType dtype) {
  const std::size_t n = p.size();
  const auto got = ops::computes_in_float32(dtype) ? derive<float>(p) : derive<S>(p);
  const auto entry = [&](std::size_t i, std::size_t j) { return double{got.jacobian[i * n + j]}; };
  DerivativeErrors worst;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double sign = i == j ? 1 : -1;
      raise(worst.jacobian,
            distance(sign * entry(i, j), exact.p[i] * (i == j ? exact.q[i] : exact.p[j])));
      const bool same = std::isnan(entry(i, j)) && std::isnan(entry(j, i));
      if (!same) raise(worst.symmetry, std::fabs(entry(i, j) - entry(j, i)));
    }
    raise(worst.row_sum, sum_size(std::span(got.jacobian).subspan(i * n, n)));
    raise(worst.gradient, i == target ? distance(-double{got.gradient[i]}, exact.q[i], exact.p[i])
                                      : distance(double{got.gradient[i]}, exact.p[i], exact.q[i]));
  }
  raise(worst.gradient_sum, sum_size(std::span<const S>(got.gradient)));
  const auto target_error = [&](S got_t) {
    return distance(-double{got_t}, exact.q[target], exact.p[target]) / exact.q[target].high;
  };
  raise(worst.minus_1, target_error(got.minus_1));
  raise(worst.of_others, target_error(got.of_others));
  worst.jacobian /= exact.largest_entry;
  worst.row_sum /= exact.largest_entry;
  worst.gradient /= exact.largest_gradient;
  worst.gradient_sum /= exact.largest_gradient;
  return worst;
}

}  // namespace maxtrick::oracle
