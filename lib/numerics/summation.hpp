// Orders in which the denominator of softmax can be summed, and the error bound of each.
//
// There are n terms >= 0. S is their exact sum, s the computed one, and u the unit roundoff.
// Additions round to nearest even and do not overflow. (An addition cannot underflow: a subnormal
// sum is exact.) The bounds are on |s - S| / S and hold for every n. They are those of
// N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., ch. 4, extended to large
// k u, with gamma_k = k u / (1 - k u):
//
//   1. The relative error of k additions one after the other is at most r_k = min(gamma_k, 1).
//      Proof of the 1: fl(a + b) is at least as near to a + b as a is. So the error of an addition
//      is at most the term that it adds, and the error of all additions is at most the sum of the
//      terms.
//   2. The same holds for k additions of terms of any sign, relative to the sum of their
//      magnitudes.
//
// The bound of each order:
//
//   left_to_right  r_{n-1}.
//   lanes          Lane l sums the terms l, l + L, ..., with the error r = r_{ceil(n/L) - 1}. Then
//                  lanes are added: l and l + L/2, l and l + L/4, .... At most
//                  m = ceil(log2 min(n, L)) of these additions to a lane do not add a 0. The bound
//                  is (1 + r)(1 + gamma_m) - 1.
//   pairwise       The sums of both halves are added, down to single terms: gamma_m with
//                  m = ceil(log2 n).
//   compensated    (A. Neumaier, ZAMM 54, 1974; the bound is that of T. Ogita, S. M. Rump and
//                  S. Oishi, SIAM J. Sci. Comput. 26(6), 2005, extended to all n.) The errors e_i
//                  of the additions are floating-point numbers, S = s_n + sum e_i, and
//                  sum |e_i| <= r_{n-1} S by 1. The error of their own sum is at most r_{n-2} of
//                  that by 2. One more rounding adds it to s_n: u + (1 + u) r_{n-1} r_{n-2}.
//   wider          The sum is computed left to right in double and then rounded:
//                  (1 + r_{n-1}(2^-53))(1 + u) - 1, unless the sum is subnormal.
//
// The bound of left_to_right is sharp: in 1 + u + u + ..., each u is half an ULP of 1, a tie that
// rounds to 1, so that everything but the 1 is lost.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace maxtrick::numerics {

struct SumOrder {
  enum class Kind { left_to_right, lanes, pairwise, compensated, wider };
  Kind kind = Kind::left_to_right;
  std::size_t lanes = 1;  // a power of two

  [[nodiscard]] std::string name() const {
    switch (kind) {
      case Kind::left_to_right: return "left-to-right";
      case Kind::lanes: return "lanes-" + std::to_string(lanes);
      case Kind::pairwise: return "pairwise";
      case Kind::compensated: return "compensated";
      case Kind::wider: return "wider";
    }
    return {};
  }
};

[[nodiscard]] inline std::vector<SumOrder> all_sum_orders() {
  using enum SumOrder::Kind;
  std::vector<SumOrder> orders{{left_to_right}};
  for (std::size_t lanes_used = 2; lanes_used <= 1024; lanes_used *= 2)
    orders.push_back({lanes, lanes_used});
  orders.insert(orders.end(), {{pairwise}, {compensated}, {wider}});
  return orders;
}

template <class T>
[[nodiscard]] T left_to_right_sum(std::span<const T> x) {
  T s = 0;
  for (const T xi : x) s = s + xi;
  return s;
}

template <class T>
[[nodiscard]] T lanes_sum(std::span<const T> x, std::size_t lanes) {
  std::vector<T> lane(lanes, T(0));
  for (std::size_t i = 0; i < x.size(); i += lanes)
    for (std::size_t l = 0; l < lanes && i + l < x.size(); ++l) lane[l] = lane[l] + x[i + l];
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t l = 0; l < half; ++l) lane[l] = lane[l] + lane[l + half];
  return lane[0];
}

template <class T>
[[nodiscard]] T pairwise_sum(std::span<const T> x) {
  if (x.empty()) return 0;
  if (x.size() == 1) return x[0];
  const std::size_t half = x.size() / 2;
  return pairwise_sum(x.first(half)) + pairwise_sum(x.subspan(half));
}

// Requires terms >= 0: it compares s and xi themselves, not their magnitudes.
template <class T>
[[nodiscard]] T compensated_sum(std::span<const T> x) {
  T s = 0, c = 0;
  for (const T xi : x) {
    const T t = s + xi;
    // The error of s + xi. It is exact, because the larger of the two comes first.
    c = c + (s >= xi ? T(s - t) + xi : T(xi - t) + s);
    s = t;
  }
  return s + c;
}

template <class T>
[[nodiscard]] T wider_sum(std::span<const T> x) {
  double s = 0;
  for (const T xi : x) s += static_cast<double>(xi);
  return static_cast<T>(s);
}

template <class T>
[[nodiscard]] T sum(const SumOrder& order, std::span<const T> x) {
  using enum SumOrder::Kind;
  switch (order.kind) {
    case lanes: return lanes_sum(x, order.lanes);
    case pairwise: return pairwise_sum(x);
    case compensated: return compensated_sum(x);
    case wider: return wider_sum(x);
    case left_to_right: break;
  }
  return left_to_right_sum(x);
}

// The bound on |s - S| / S that is derived above, for n >= 1 terms.
[[nodiscard]] inline double sum_bound(const SumOrder& order, std::size_t n, double u) {
  const auto gamma = [](std::size_t k, double unit) {
    const double ku = static_cast<double>(k) * unit;
    return ku / (1 - ku);
  };
  const auto one_after_the_other = [&](std::size_t k, double unit) {
    return static_cast<double>(k) * unit < 0.5 ? gamma(k, unit) : 1;
  };
  const auto levels = [](std::size_t k) { return static_cast<std::size_t>(std::bit_width(k - 1)); };
  using enum SumOrder::Kind;
  switch (order.kind) {
    case lanes: {
      const double lane = one_after_the_other((n - 1) / order.lanes, u);
      const double tree = gamma(levels(std::min(n, order.lanes)), u);
      return lane + tree + lane * tree;
    }
    case pairwise: return gamma(levels(n), u);
    case compensated:
      return n < 2 ? 0
                   : u + (1 + u) * one_after_the_other(n - 1, u) * one_after_the_other(n - 2, u);
    case wider: {
      const double wide = one_after_the_other(n - 1, 0x1p-53);
      return wide + u + wide * u;
    }
    case left_to_right: break;
  }
  return one_after_the_other(n - 1, u);
}

}  // namespace maxtrick::numerics
