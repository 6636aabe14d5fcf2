// e^x and log x of single numbers, made of what the rows use.
//
// exp: y = t (1 + p) / (g 2^40) as softmax has it, rounded once: 0.5 ULP and what the pair, K and w
//   leave, 0.12 + 0.09 u: 0.71 ULP. A subnormal result is rounded twice, once to half its unit at
//   most: 0.5 + 0.25 + 0.11 ULP. Relative to 2^128 above 0, to 1 below, so that no t overflows.
// exp_fast: e / (g 2^40): 1.12 u from e, 0.64 u from K, 0.5 ULP from the product.
// log: of k and f, which is exact, in double; rounded once.
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
  // At x = 89 and x = 0: relative to 2^128 and 1; e^89 overflows, e^-104 is below half the least
  // number.
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
        const auto v = V::widen(xi);  // normal in double, where xi is not 0
        const auto k = exponent(v, logarithm::sqrt_half);
        const auto f = without_exponent(v, k) - all(1.0);
        auto result = V::narrow(log_of(k, f, all));
        result = select(xi == zero, V::all(-infinity), result);
        result = select(xi == V::all(infinity), xi, result);
        return select((zero < xi) | (xi == zero), result, V::all(nan_result));
      });
}

}  // namespace maxtrick::kernels
