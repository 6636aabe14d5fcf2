// Step 2 of the algorithm `correct` for one row, in pairs of doubles (pairs.hpp).
#pragma once

#include <cstddef>

#include "kernels/correct/pairs.hpp"
#include "kernels/correct/rounding.hpp"
#include "kernels/correct/third_step.hpp"
#include "kernels/row_passes.hpp"

namespace maxtrick::kernels::correct {

// A bound on the relative errors of this step for rows of up to 2^26 classes. The exponential and
// the sum of exponentials: 2^-81 each. The 2^22 additions of a lane: 2^-82. The logarithm: 2^-78. A
// product and a quotient: 2^-99.
inline constexpr double second_step_error = 0x1p-77;

template <class V>
class SecondStep {
 public:
  using Pair = Wide<Single<V>>;

  // The logits are contiguous, and m is the largest one and finite.
  // Nothing is computed before a result is asked for.
  SecondStep(const float* x, std::size_t n, float m, float scale)
      : x_(x), n_(n), m_(m), scale_(scale) {}

  // scale y_i
  float probability(std::size_t i) {
    return once(i, [&] {
      const Pair others = sum_of_others();
      return settled(Result::probability, scaled(exponential(i)) / (others + Pair{1, 0}), i);
    });
  }
  // scale (1 - y_i)
  float complement(std::size_t i) {
    const Pair others = sum_of_others();
    const Pair rest = x_[i] == m_ ? others : (others + Pair{1, 0}) + -exponential(i);
    return settled(Result::complement, scaled(rest) / (others + Pair{1, 0}), i);
  }
  // log sum_k e^{x_k} - x_i for a finite x_i, where `log_sum` is log sum_k e^{x_k} - m from the
  // first step. Its relative error is below 2^-45, unless all other logits are 128 and more below m.
  // Such a logarithm is below n 2^-184. The distance of x_i from m is a multiple of 2^-149, and
  // midpoints are multiples of 2^-150; so it only matters that the logarithm is above 0, which it
  // is, since x_i itself is finite.
  float distance(std::size_t i, double log_sum) {
    return once(i, [&] {
      const Sum first = distance_by(i, {log_sum, 0}, 0x1p-45);
      if (first.low_end() == first.high_end()) return first.low_end();
      return settled(Result::distance, distance_by(i, this->log_sum(), second_step_error), i);
    });
  }
  // log sum_k e^{x_k}
  float log_sum_exp() {
    return settled(Result::log_sum_exp,
                   Sum(log_sum(), {static_cast<double>(m_), 0}, second_step_error), 0);
  }

 private:
  // A number and a bound on its error.
  struct Sum {
    Pair y;
    double error;

    Sum(const Pair& value, double error_of_value) : y(value), error(error_of_value) {}
    // l + d, where l has this relative error and d is exact. The sum of the high parts is exact
    // too, so that a tiny l counts beside a d that is a midpoint. Two additions of low parts round,
    // and so does the one in end(): together below 2^-51 of these parts.
    Sum(const Pair& l, const Pair& d, double relative_error) {
      const Pair high = Pair::sum(l.high, d.high);
      y = Pair::ordered(high.high, high.low + (l.low + d.low));
      error = l.high * relative_error + 0x1p-51 * (size(high.low) + size(l.low) + size(d.low));
    }
    float low_end() const { return end(y.low - error); }
    float high_end() const { return end(y.low + error); }

   private:
    static double size(double a) { return a < 0 ? -a : a; }
    float end(double low) const {
      const Pair p = Pair::ordered(y.high, low);
      return nearest(p.high, p.low);
    }
  };
  Sum distance_by(std::size_t i, const Pair& l, double relative_error) const {
    return {l, Pair::sum(static_cast<double>(m_), -static_cast<double>(x_[i])), relative_error};
  }
  Pair scaled(const Pair& a) const { return a * Pair{static_cast<double>(scale_), 0}; }

  template <class W>
  [[gnu::always_inline]] static Wide<W> exponential_of(typename W::Doubles x, double m) {
    Wide<W> d = Wide<W>::sum(x, W::all(-m));
    const auto least = W::all(least_exponent);
    d.low = where_less(d.high, least, W::all(0.0), d.low);
    d.high = where_less(d.high, least, least, d.high);
    return wide_power<W>(d).value();
  }
  Pair exponential(std::size_t i) const {
    return exponential_of<Single<V>>(static_cast<double>(x_[i]), static_cast<double>(m_));
  }

  // The result of the last logit, if this one equals it: a row with many equal logits has many
  // equal results.
  template <class Compute>
  float once(std::size_t i, Compute compute) {
    if (!(x_[i] == last_logit_)) {
      last_result_ = compute();
      last_logit_ = x_[i];
    }
    return last_result_;
  }
  // The sum of e^(x - m) without one class that has the largest logit, and log(1 + sum).
  const Pair& sum_of_others() {
    if (!summed_) others_ = sum();
    summed_ = true;
    return others_;
  }
  const Pair& log_sum() {
    if (!logged_) log_ = wide_log1p<V>(sum_of_others());
    logged_ = true;
    return log_;
  }
  Pair sum() const {
    count_sum_in_second_step();
    std::size_t place = 0;
    while (x_[place] != m_) ++place;
    Wide<V> sum{V::all(0.0), V::all(0.0)};
    for (std::size_t i = 0; i < n_; i += 16) {
      const std::size_t count = count_from(i, n_);
      const auto x = V::widen(load_some<V>(x_ + i, count, -infinity));
      Wide<V> e = exponential_of<V>(x, static_cast<double>(m_));
      auto in = V::first(count);
      if (place - i < 16) in = ~(~in | V::one(place - i));
      e = {select(in, e.high, V::all(0.0)), select(in, e.low, V::all(0.0))};
      sum = sum + e;
    }
    double high[16], low[16];
    V::store(high, sum.high);
    V::store(low, sum.low);
    Pair all{0, 0};
    for (std::size_t i = 0; i < 16; ++i) all = all + Pair{high[i], low[i]};
    return all;
  }

  float settled(Result result, const Pair& y, std::size_t i) {
    return settled(result, Sum(y, y.high * second_step_error), i);
  }
  float settled(Result result, const Sum& y, std::size_t i) {
    const float low = y.low_end(), high = y.high_end();
    if (low == high) return low;
    const bool same_row = asked_;
    asked_ = true;
    return third_step({result, x_, n_, m_, i, scale_}, low, high, same_row);
  }

  const float* x_;
  std::size_t n_;
  float m_, scale_;
  float last_logit_ = __builtin_nanf(""), last_result_ = 0;
  bool summed_ = false, logged_ = false, asked_ = false;
  Pair others_{0, 0}, log_{0, 0};
};

}  // namespace maxtrick::kernels::correct
