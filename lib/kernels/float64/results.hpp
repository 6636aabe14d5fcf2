// How a sum of exponentials becomes the results of a row. Everything here is in lanes of type W: one
// row in each lane of a vector, or one row in Single<V>.
//
// Notation: u = 2^-53; m is the largest logit, e, t, p and N as in exponential.hpp.
//
// Softmax: y = e K, where K = scale / S is a pair kh + kl, and S the sum of the exponentials.
//   1. w = fma(kh, p, kl), and y = fma(t, kh, t w).
//   2. w and t w are below 0.0443 of what they are added to, so that their roundings are at most
//      2^-57.5 each.
//   3. The error in ULP is at most 0.5 (y) + 0.09 (w, t w) + 0.11 (e) + 0.11 (the exponentials in
//      S) + 0.13 (their sum) = 0.94.
//   4. If results may be subnormal, K carries a factor 2^600. y is rounded to 53 bits first, and
//      once more when the factor is removed. Half of the error of step 3 arises before that
//      rounding: 0.5 + 0.47.
//
// L = log1p(q) is log-sum-exp minus m, where q is the sum of e^(x - m) over the other logits.
//   1. One of the largest logits is left out of the sum, so that a small q keeps its digits. The sum
//      is taken relative to the second largest logit, so that it keeps its compensation.
//   2. The relative error of q is at most 0.11 (exponentials) + 0.13 (sum) + 0.11 (e^m) = 0.35 u,
//      and that of L 0.35 + 0.04 (logarithm.hpp) = 0.39 u.
//   3. q is Q 2^d, where Q is the quotient of the sum and e^m, each relative to its own power of
//      two. If d < -128, q is below 2^-87 even for 2^40 classes: log1p(q) is q, with a relative
//      error below 2^-88; and every other logit is at least 88 below m, so that L does not change
//      its log-probability. L is then 0 except at m, where Q 2^d is rounded once, as a subnormal
//      number too.
//
// Log-softmax and the losses: x - m - L.
//   1. M = m + L is the sum of two doubles, M1 + M2.
//   2. For x = m the result is y = -L, with an error of 0.5 + 0.39 ULP. If it is subnormal, half of
//      the 0.35 of step L2 arises before its rounding, and 0.5 for the rounding of Q: 0.93.
//   3. Otherwise s = x - M1, and TwoSum gives its rounding error e. The result is
//      y = s + (e - M2).
//   4. |x - m| is at least half an ULP of m. Therefore |M2| <= |y| / 2, and the rounding of M2 is
//      at most 0.25 ULP of y.
//   5. If M2 has the size of step 4, L is at most half of y, and the error of L is at most 0.2 ULP
//      of y.
//   Error: 0.5 (y) + 0.25 (M2) + 0.2 (L), or 0.5 + 0.39 if M2 is negligible: below 1 ULP.
//
// Log-sum-exp: y = M1 + M2, rounded once. While |y| >= 0.8 L, the error is at most
//   0.5 + 1.25 * 0.39 < 1 ULP. Closer to 0 it is computed again (kernels/log_sum_exp.hpp).
//
// Gradient: scale (y_i - [i = target]).
//   1. y_i as for softmax, with K = scale / (e^m (1 + q)), whose error is not larger.
//   2. At the target, if it is the class that was left out: -q scale / (1 + q). 1 - y would cancel.
//   3. At another target y <= 1/2: -(scale - scale y), where scale y is a pair. Its relative error is
//      at most 0.46 u, and that of the difference not larger.
#pragma once

#include "kernels/float64/logarithm.hpp"
#include "kernels/float64/sum.hpp"

namespace maxtrick::kernels::float64 {

inline constexpr int subnormal_exponent = 600;
inline constexpr double subnormal_factor = 0x1p600;

// y 2^-600 rounded to a double, for y >= 0. It takes integer operations, because a multiplication
// with a subnormal result takes some CPUs a hundred times as long.
//   1. If y >= 2^-422, the result is normal, and 600 is subtracted from the exponent.
//   2. Otherwise adding 2^-422 rounds y to a multiple of 2^-474. The bits of that sum minus the bits
//      of 2^-422 are the bits of the result.
template <class D, class All>
[[gnu::always_inline]] inline D without_factor(D y, All all) {
  const auto least = all(0x1p-422);
  const auto exponent =
      all(__builtin_bit_cast(double, static_cast<std::int64_t>(subnormal_exponent) << 52));
  return bits_minus(where_less(y, least, y + least, y), where_less(y, least, least, exponent));
}

// f / s, with a relative error below 2^-100.
template <class W>
[[gnu::always_inline]] inline Wide<W> quotient(double f, const Wide<W>& s) {
  const auto high = W::all(f) / s.high;
  const auto rest = fnma(high, s.high, W::all(f)) - high * s.low;
  return Wide<W>::ordered(high, rest * (high * W::all(1 / f)));
}

// The result e K of a class.
template <class V, bool Clamped>
[[gnu::always_inline]] inline typename V::Doubles times(const Pair<V>& e, const Wide<V>& k) {
  const auto y = fma(e.t, k.high, e.t * fma(k.high, e.p, k.low));
  if constexpr (Clamped)
    return without_factor(
        y, [](double a) __attribute__((always_inline)) { return V::all(a); });
  else
    return y;
}

// K of softmax, for the sum over all classes.
template <class W>
[[gnu::always_inline]] inline Wide<W> factor(const Wide<W>& sum, bool clamped) {
  return quotient<W>(clamped ? subnormal_factor : 1, sum);
}

// The arguments of Exponentials.
template <class W>
struct Origins {
  using D = typename W::Doubles;
  D c, a, least;

  // Exponentials relative to that of m.
  [[gnu::always_inline]] explicit Origins(D m)
      : c(origin_of<W>(m)), a(m - c), least(a - W::all(negligible)) {}
  // Exponentials relative to that of the second largest logit, or to that of m if all others are
  // negligible.
  [[gnu::always_inline]] Origins(D m, D second)
      : c(origin_of<W>(m)),
        a(where_less(W::all(negligible), m - second, m, second) - c),
        least(m - c - W::all(negligible)) {}
};

// log-sum-exp and what follows from it.
template <class W>
struct LogSum {
  using D = typename W::Doubles;
  using P = Wide<W>;

  D m, c, d;
  P top;     // e^m, relative to its own power of two
  P others;  // Q
  P q, l;    // L is NaN for an invalid row: one with NaN or +inf, or with nothing but -inf
  D at_top;  // L, rounded

  // `sum` is the sum over all classes except one of the largest, relative to Origins(m, second).
  [[gnu::always_inline]] LogSum(D m_, D second, const P& sum) : m(m_) {
    const auto all = [](double a) __attribute__((always_inline)) { return W::all(a); };
    const Origins<W> origins(m, second);
    c = origins.c;
    const D zero = all(0.0);
    const Exponentials<W, false> to_top(m - c, zero, zero), e(origins.a, zero, zero);
    top = value<W>(to_top(m - c));
    const D related = where_less(all(negligible), m - second, zero, all(1.0));
    others = sum / top;
    others = {others.high * related, others.low * related};
    d = e.scale() - to_top.scale();
    d = where_less(all(-2000.0), d, d,
                   zero);  // not NaN, whose conversion to an integer is not defined
    const D tiny = all(-128.0);
    const D power = where_less(d, tiny, zero, power_of_two(larger(tiny, d)));
    q = {others.high * power, others.low * power};
    l = log1p<W>(q);
    at_top =
        where_less(d, tiny, without_factor(others.high * power_of_two(scaled_d()), all), l.high);
  }

  [[gnu::always_inline]] static D power_of_two(D n) {
    return without_exponent(W::all(1.0), W::all(0.0) - n);
  }
  [[gnu::always_inline]] D scaled_d() const {
    return d + W::all(static_cast<double>(subnormal_exponent));
  }
  // `y` in valid rows, else NaN. Every instruction set gives the same NaN.
  [[gnu::always_inline]] D if_valid(D y) const {
    return where_less(W::all(-1.0), l.high, y, W::all(nan_result));
  }
  [[gnu::always_inline]] D log_sum_exp() const {
    const P sum = P::sum(m, l.high);
    const D y = sum.high + (sum.low + l.low), tiny = m + at_top;
    return if_valid(where_less(d, W::all(-128.0), tiny, y));
  }
};

// x - m - L
template <class W>
struct LogProbability {
  using D = typename W::Doubles;
  D m, at_m, m1, m2;

  [[gnu::always_inline]] explicit LogProbability(const LogSum<W>& s)
      : m(s.m), at_m(W::all(0.0) - s.at_top) {
    const Wide<W> sum = Wide<W>::sum(m, s.l.high);
    m1 = sum.high;
    m2 = sum.low + s.l.low;
  }
  template <class V>
  [[gnu::always_inline]] LogProbability<V> in_all_lanes() const {
    return {V::all(m), V::all(at_m), V::all(m1), V::all(m2)};
  }
  [[gnu::always_inline]] LogProbability(D m_, D at_m_, D m1_, D m2_)
      : m(m_), at_m(at_m_), m1(m1_), m2(m2_) {}

  [[gnu::always_inline]] D operator()(D x) const {
    const D s = x - m1, b = s - x;
    const D e = (x - (s - b)) + ((W::all(0.0) - m1) - b), y = s + (e - m2);
    // s is -inf if x is, or if the difference overflows.
    const D below = where_less(s, W::all(-__DBL_MAX__), s, y);
    return where_less(x, m, below, at_m);
  }
};

template <class W>
[[gnu::always_inline]] inline typename W::Doubles loss_of(const LogSum<W>& s,
                                                          typename W::Doubles target_logit) {
  return s.if_valid(W::all(0.0) - LogProbability<W>(s)(target_logit));
}

// The parts of the gradient.
template <class W>
struct GradientParts {
  using D = typename W::Doubles;
  using P = Wide<W>;
  P k;  // K: for the other classes the gradient is e K
  D at_top, at_target_if_top, at_other_target;

  // x is the logit of the target.
  [[gnu::always_inline]] GradientParts(const LogSum<W>& s, D x, double scale, bool clamped) {
    const auto all = [](double a) __attribute__((always_inline)) { return W::all(a); };
    const P one_q = P::sum(all(1.0), s.q.high);
    const P of_top = quotient<W>(scale, P::ordered(one_q.high, one_q.low + s.q.low));
    k = of_top / s.top;
    const D power = s.power_of_two(clamped ? s.scaled_d() : s.d);
    k = {k.high * power, k.low * power};
    at_top = of_top.high;
    const D others = (s.others * of_top).high * s.power_of_two(s.scaled_d());
    at_target_if_top = all(0.0) - without_factor(others, all);
    // An x further below adds less than 2^-216.
    const Exponentials<W, false> to_top(s.m - s.c, all(0.0), all(0.0));
    const P y = value<W>(to_top(larger(x - s.c, s.m - s.c - all(150.0)))) / s.top * of_top;
    const P rest = P::sum(y.high, all(-scale));
    at_other_target = rest.high + (rest.low + y.low);
  }
};

// Result(arguments...) for the groups of vector type V. The scalar kernels do not inline it: that would
// take half of their time of compilation, because each operation is a loop.
template <class Result, class... Arguments>
[[gnu::noinline]] Result apart(const Arguments&... arguments) {
  return Result(arguments...);
}
template <class V, class Result, class... Arguments>
[[gnu::always_inline]] inline Result of_group(const Arguments&... arguments) {
  if constexpr (V::registers == 0)
    return apart<Result>(arguments...);
  else
    return Result(arguments...);
}

}  // namespace maxtrick::kernels::float64
