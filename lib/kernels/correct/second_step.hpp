// Step 2 of the algorithm `correct` for one row, in pairs of doubles (pairs.hpp).
#pragma once

#include <cstddef>

#include "kernels/correct/pairs.hpp"
#include "kernels/correct/rounding.hpp"
#include "kernels/correct/third_step.hpp"
#include "kernels/row_passes.hpp"

namespace maxtrick::kernels::correct {

// A bound on the relative errors of this step: 2^-78 (logarithm), or 2^-81 (exponential) + 2^-81
// (sum of them) + 2^-94 (the additions of a sum of 2^12 pairs in each lane) + 2^-99.
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
    const Pair others = sum_of_others();
    return settled(Result::probability, scaled(exponential(i)) / (others + Pair{1, 0}), i);
  }
  // scale (1 - y_i)
  float complement(std::size_t i) {
    const Pair others = sum_of_others();
    const Pair rest = x_[i] == m_ ? others : (others + Pair{1, 0}) + -exponential(i);
    return settled(Result::complement, scaled(rest) / (others + Pair{1, 0}), i);
  }
  // log sum_k e^{x_k} - x_i, where `log_sum` is log sum_k e^{x_k} - m with a relative error below
  // 2^-45. x_i is finite.
  float distance(std::size_t i, double log_sum) {
    const Sum first = above(i, {log_sum, 0}, 0x1p-45);
    if (first.low_end() == first.high_end()) return first.low_end();
    const Pair l = wide_log1p<V>(sum_of_others());
    const Sum y = above(i, l, second_step_error);
    return settled(Result::distance, y, i);
  }
  // log sum_k e^{x_k}
  float log_sum_exp() {
    const Pair l = wide_log1p<V>(sum_of_others());
    return settled(Result::log_sum_exp, Sum(l, {static_cast<double>(m_), 0}, second_step_error), 0);
  }

 private:
  // A number and a bound on its error.
  struct Sum {
    Pair y;
    double error;

    Sum(const Pair& value, double error_of_value) : y(value), error(error_of_value) {}
    // l + d, where l has this relative error and d is exact. The sum of the high parts is exact
    // too, so that a tiny l counts beside a d that is a midpoint. The other three additions round
    // numbers that are no larger than the low parts.
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
  Sum above(std::size_t i, const Pair& l, double relative_error) const {
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

  // The sum of e^(x - m) without one class that has the largest logit.
  const Pair& sum_of_others() {
    if (!summed_) others_ = sum();
    summed_ = true;
    return others_;
  }
  Pair sum() const {
    count_row_in_second_step();
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

  float settled(Result result, const Pair& y, std::size_t i) const {
    return settled(result, Sum(y, y.high * second_step_error), i);
  }
  float settled(Result result, const Sum& y, std::size_t i) const {
    const float low = y.low_end(), high = y.high_end();
    return low == high ? low : third_step({result, x_, n_, m_, i, scale_}, low, high);
  }

  const float* x_;
  std::size_t n_;
  float m_, scale_;
  bool summed_ = false;
  Pair others_{0, 0};
};

}  // namespace maxtrick::kernels::correct
