// A row of logits with its transform (ops/transform.hpp), enclosed at one precision.
//
// Classes with the same exact z form a group (with a soft cap: with the same logit and bias), so that
// coefficients that cancel do so within a group, where their sum is exact: e^z of different z are
// linearly independent over the algebraic numbers (Lindemann and Weierstrass). Without groups, the
// interval around an exact 0 would never shrink to a point.
//
// m is the z of one group, the largest up to rounding. With d_g = z_g - m and n_g classes in group g,
//   others = sum over the other groups of n_g e^{d_g}, and of the sink,
//   rest = others + (n - 1) with n of the group of m,   S = 1 + rest,   L = log S.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "numerics/interval.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {

using ops::kind_of;
using ops::ZKind;

// The groups of a row whose kind is finite. They do not depend on the precision.
template <class T>
class Groups {
 public:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  Groups(std::span<const T> logits, const ops::RowTransform<T>& transform) {
    std::map<std::string, std::size_t> known;
    for (std::size_t k = 0; k < logits.size(); ++k) {
      if (kind_of(logits, transform, k) != ZKind::finite) {
        of_class.push_back(none);
        continue;
      }
      const auto [at, is_new] = known.try_emplace(key(logits, transform, k), first.size());
      if (is_new) {
        first.push_back(k);
        count.push_back(0);
      }
      ++count[at->second];
      of_class.push_back(at->second);
    }
  }
  [[nodiscard]] std::size_t size() const { return first.size(); }

  std::vector<std::size_t> of_class;  // the group of each class; none if its z is -inf
  std::vector<std::size_t> first;     // a class of each group
  std::vector<std::size_t> count;     // n_g

 private:
  // A text that is equal for two classes if their z is: scale x + temperature bias, exactly. With a soft
  // cap, x and the bias.
  static std::string key(std::span<const T> logits, const ops::RowTransform<T>& transform,
                         std::size_t k) {
    const double x = static_cast<double>(logits[k]) + 0.0;
    if (transform.bias.empty()) return text(x);
    const double bias = static_cast<double>(transform.bias[k]) + 0.0;
    if (transform.soft_cap != T(0)) return text(x) + ' ' + text(bias);
    // The second precision holds any sum of two products of doubles.
    for (const mpfr_prec_t bits : {mpfr_prec_t{320}, mpfr_prec_t{4400}}) {
      const auto number = [bits](auto y) {
        return numerics::Interval(bits, static_cast<double>(y));
      };
      numerics::Interval sum =
          number(transform.scale) * number(x) + number(transform.temperature) * number(bias);
      if (!mpfr_equal_p(sum.low(), sum.high())) continue;
      if (mpfr_zero_p(sum.low())) return "0";
      char* digits = nullptr;
      mpfr_asprintf(&digits, "%Ra", sum.low());
      std::string exact(digits);
      mpfr_free_str(digits);
      return exact;
    }
    throw std::logic_error("a sum of two products of doubles has more than 4400 bits");
  }
  static std::string text(double x) {
    char digits[40];
    return {digits, static_cast<std::size_t>(std::snprintf(digits, sizeof digits, "%a", x))};
  }
};

template <class T>
class TransformedRow {
 public:
  TransformedRow(std::span<const T> logits, const ops::RowTransform<T>& transform,
                 const Groups<T>& groups, mpfr_prec_t bits)
      : bits_(bits),
        groups_(groups),
        m_(bits, 0),
        others_(bits, 0),
        sink_(bits, 0),
        scale_(bits, static_cast<double>(transform.scale)),
        undivided_scale_(scale_),
        temperature_(bits, static_cast<double>(transform.temperature)),
        soft_cap_(transform.soft_cap) {
    if (transform.temperature != T(1)) scale_ = scale_ / temperature_;
    for (const std::size_t k : groups.first) {
      Interval z = number(logits[k]) * undivided_scale_;
      if (transform.soft_cap == T(0))
        undivided_.push_back(transform.bias.empty() ? z
                                                    : z + temperature_ * number(transform.bias[k]));
      if (transform.temperature != T(1)) z = z / temperature_;
      if (transform.soft_cap != T(0)) {
        const Interval cap = number(transform.soft_cap);
        z = cap * tanh(z / cap);
      }
      if (!transform.bias.empty()) z = z + number(transform.bias[k]);
      z_.push_back(std::move(z));
    }
    std::optional<Interval> sink;
    if (transform.sink && std::isfinite(static_cast<double>(*transform.sink)))
      sink = number(*transform.sink);
    // The class of m.
    for (std::size_t g = 1; g < z_.size(); ++g)
      if (greater(z_[g], z_[top_])) top_ = g;
    sink_is_top_ = sink && (z_.empty() || greater(*sink, z_[top_]));
    if (!z_.empty() || sink) m_ = sink_is_top_ ? *sink : z_[top_];
    for (std::size_t g = 0; g < z_.size(); ++g) {
      const bool at_m = !sink_is_top_ && g == top_;
      d_.push_back(at_m ? number(0) : z_[g] - m_);
      e_.push_back(at_m ? number(1) : exp(d_[g]));
      if (!at_m) others_ += e_[g] * number(groups.count[g]);
    }
    if (sink) sink_ = sink_is_top_ ? number(1) : exp(*sink - m_);
    if (sink && !sink_is_top_) others_ += sink_;
    count_at_m_ = sink_is_top_ || groups.count.empty() ? 1 : groups.count[top_];
    Interval sum = sink_;
    for (std::size_t g = 0; g < size(); ++g) {
      before_.push_back(sum);
      sum += e_[g] * number(count(g));
    }
    after_.assign(size(), number(0));
    sum = number(0);
    for (std::size_t g = size(); g-- > 0;) {
      after_[g] = sum;
      sum += e_[g] * number(count(g));
    }
  }

  using Interval = numerics::Interval;
  template <class Number>
  [[nodiscard]] Interval number(Number x) const {
    return {bits_, static_cast<double>(x)};
  }
  [[nodiscard]] mpfr_prec_t bits() const { return bits_; }
  [[nodiscard]] std::size_t size() const { return z_.size(); }
  [[nodiscard]] std::size_t count(std::size_t g) const { return groups_.count[g]; }
  [[nodiscard]] const Interval& z(std::size_t g) const { return z_[g]; }
  [[nodiscard]] const Interval& d(std::size_t g) const { return d_[g]; }
  [[nodiscard]] const Interval& e(std::size_t g) const { return e_[g]; }
  // z times the temperature, without a division. Requires that there is no soft cap.
  [[nodiscard]] const Interval& z_times_temperature(std::size_t g) const { return undivided_[g]; }
  // dz / dx at any logit that is not NaN.
  [[nodiscard]] Interval slope_at(T x) const {
    if (soft_cap_ == T(0)) return scale_;
    if (std::isinf(static_cast<double>(x))) return number(0);
    const Interval t = tanh(number(x) * scale_ / number(soft_cap_));
    return scale_ * (number(1) - t * t);
  }
  // y dz/dx / divisor at logit x, of which scale and temperature enter exactly.
  [[nodiscard]] Interval times_slope(const Interval& y, T x, const Interval& divisor) const {
    if (soft_cap_ != T(0)) return y * slope_at(x) / divisor;
    return y * undivided_scale_ / (temperature_ * divisor);
  }
  [[nodiscard]] const Interval& m() const { return m_; }
  [[nodiscard]] const Interval& sink() const { return sink_; }  // e^(sink - m), or 0
  [[nodiscard]] Interval S() const { return others_ + number(count_at_m_); }
  [[nodiscard]] Interval L() const { return log1p(others_ + number(count_at_m_ - 1)); }
  // The sum of the exponentials of all classes outside the group, without a subtraction.
  [[nodiscard]] Interval outside(std::size_t g) const { return before_[g] + after_[g]; }
  // The group of m; none if it is the sink.
  [[nodiscard]] std::size_t top() const { return sink_is_top_ ? Groups<T>::none : top_; }
  // The sum of the exponentials of the other groups, and of the sink.
  [[nodiscard]] const Interval& others() const { return others_; }

 private:
  static bool greater(const Interval& a, const Interval& b) {
    Interval difference = a - b;
    return mpfr_sgn(difference.low()) > 0;
  }

  mpfr_prec_t bits_;
  const Groups<T>& groups_;
  std::vector<Interval> z_, d_, e_, undivided_, before_, after_;
  Interval m_, others_, sink_, scale_, undivided_scale_, temperature_;
  T soft_cap_;
  std::size_t top_ = 0, count_at_m_ = 1;
  bool sink_is_top_ = false;
};

}  // namespace maxtrick::oracle
