// e^x and log x of single numbers, by the exponentials and logarithms of the rows.
//
// Notation: u = 2^-24; t, p, g and e as in exponential.hpp, K and w as in terms.hpp.
//
// exp: y = t (1 + p) / (g 2^40), computed as in softmax and rounded once.
//   1. A normal result has an error of 0.5 ULP (y) + 0.12 u (the pair) + 0.09 u (K and w), at most
//      0.71 ULP.
//   2. A subnormal result is rounded twice. The unit of the first rounding is at most half an ULP
//      of the result. The error is at most 0.5 + 0.25 + 0.11 ULP.
//   3. The exponential is relative to 2^128 for x > 0 and relative to 1 for x <= 0, so that no t
//      overflows.
// exp_fast: y = e / (g 2^40). The error is 1.12 u (e) + 0.64 u (K) + 0.5 ULP (the product).
// log: x = 2^k (1 + f), where f is exact. log x is computed from k and f in double and rounded
// once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/logarithm.hpp"
#include "kernels/range.hpp"
#include "kernels/terms.hpp"

namespace maxtrick::kernels {

template <class V, class Element>
void each_element(const float* x, float* y, std::size_t n, Element element) {
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) V::store(y + i, element(V::load(x + i)));
  if (i < n) V::store_first(y + i, n - i, element(V::load_first(x + i, n - i, V::all(1.0F))));
}

template <class V, class A>
void each_exponential(const float* x, float* y, std::size_t n) {
  const auto zero = V::all(0.0F);
  // The origins 89 and 0 make the exponentials relative to 2^128 and to 1. Clamping x to [-110, 89]
  // changes no result: e^89 overflows, and e^-104 is below half the smallest subnormal.
  const Exponentials<V, true> above(V::all(89.0F), zero), below(zero, zero);
  const Factor<V> above_0(0x1p64 / exponential::g), below_0(subnormal_factor / exponential::g);
  each_element<V>(
      x, y, n, [&](auto xi) __attribute__((always_inline)) {
        const auto positive = zero < xi;
        const auto high = A::times(A::term(above, smaller(V::all(89.0F), xi)), above_0);
        const auto low = without_factor<V>(A::times(A::term(below, smaller(zero, xi)), below_0));
        return select(xi == xi, select(positive, high * V::all(0x1p64F), low), V::all(nan_result));
      });
}

template <class V>
void each_exp(const float* x, float* y, std::size_t n) {
  each_exponential<V, AccurateTerms<V>>(x, y, n);
}
template <class V>
void each_exp_fast(const float* x, float* y, std::size_t n) {
  each_exponential<V, FastTerms<V>>(x, y, n);
}

template <class V>
void each_log(const float* x, float* y, std::size_t n) {
  const auto all = [](double a) { return V::all(a); };
  const auto zero = V::all(0.0F);
  each_element<V>(
      x, y, n, [&](auto xi) __attribute__((always_inline)) {
        const auto v = V::widen(xi);  // in double, every xi other than 0 is a normal number
        const auto k = exponent(v, logarithm::sqrt_half);
        const auto f = without_exponent(v, k) - all(1.0);
        auto result = V::narrow(log_of(k, f, all));
        result = select(xi == zero, V::all(-infinity), result);
        result = select(xi == V::all(infinity), xi, result);
        return select((zero < xi) | (xi == zero), result, V::all(nan_result));
      });
}

}  // namespace maxtrick::kernels
