// A row of transformed logits in double-word arithmetic (numerics/double_double.hpp): numbers are
// sums of two doubles, so that products, differences and sums keep about 100 bits. Only e^x, log1p and
// tanh are doubles of libm, with the low word as a correction:
//   e^(h + l) = e^h + l e^h,   log1p(h + l) = log1p(h) + l / (1 + h)
// to first order in l, which is below 2^-52 |h|. So the error of a result is that of libm's function
// (below 1 ULP in glibc) plus one rounding, whatever scale, temperature and bias are. A soft cap adds
// the error of tanh, 2^-52 cap.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "numerics/compensated_sum.hpp"
#include "variants/by_call.hpp"

namespace maxtrick::variants {

using numerics::Pair;
using numerics::two_sum;

[[nodiscard]] inline Pair operator-(Pair a) { return {-a.high, -a.low}; }
[[nodiscard]] inline Pair operator-(Pair a, Pair b) { return a + -b; }
[[nodiscard]] inline Pair operator/(Pair a, Pair b) {
  const double quotient = a.high / b.high;
  const Pair rest = a - Pair{quotient} * b;
  return two_sum(quotient, rest.high / b.high);
}
template <class T>
[[nodiscard]] Pair pair(T x) {
  return {static_cast<double>(x)};
}
[[nodiscard]] inline bool is_zero(Pair x) { return x.high == 0 && x.low == 0; }
// The number rounded to double, and then to T. The low word of an infinity is NaN.
template <class T>
[[nodiscard]] T rounded(Pair x) {
  return static_cast<T>(std::isinf(x.high) ? x.high : x.high + x.low);
}
// a - b; an infinity if it is beyond the range of double.
[[nodiscard]] inline Pair difference(Pair a, Pair b) {
  const double high = a.high - b.high;
  return std::isinf(high) ? Pair{high} : a - b;
}
// A number whose high word overflowed is the largest double: scaled logits beyond it count as it.
[[nodiscard]] inline Pair limited(double high, Pair otherwise) {
  constexpr double largest = std::numeric_limits<double>::max();
  return std::isinf(high) ? Pair{std::copysign(largest, high)} : otherwise;
}
[[nodiscard]] inline Pair limited_product(Pair a, Pair b) {
  return limited(a.high * b.high, a * b);
}
[[nodiscard]] inline Pair limited_quotient(Pair a, Pair b) {
  return limited(a.high / b.high, a / b);
}
[[nodiscard]] inline Pair exponential(Pair x) {
  const double e = std::exp(x.high);
  return e == 0 ? Pair{0} : two_sum(e, e * x.low);
}
[[nodiscard]] inline Pair log1p(Pair x) {
  return two_sum(std::log1p(x.high), x.low / (1 + x.high));
}
[[nodiscard]] inline Pair logarithm(Pair x) { return two_sum(std::log(x.high), x.low / x.high); }

// 1 - tanh(x)^2 as 4 e / (1 + e)^2 with e = e^-2|x|, which does not cancel.
[[nodiscard]] inline Pair decline(Pair x) {
  const double sign = x.high < 0 ? 2 : -2;
  const Pair e = exponential(Pair{sign * x.high, sign * x.low}), one_e = Pair{1} + e;
  return Pair{4} * e / (one_e * one_e);
}

// z of one logit whose z is finite.
template <class T>
[[nodiscard]] Pair transformed(T x, const ops::RowTransform<T>& by, std::size_t k) {
  Pair z{0};
  if (std::isinf(static_cast<double>(x))) {
    const bool above = (x > T(0)) == (by.scale > T(0));
    z = above ? pair(by.soft_cap) : -pair(by.soft_cap);
  } else {
    z = limited_product(pair(by.scale), pair(x));
    if (by.temperature != T(1)) z = limited_quotient(z, pair(by.temperature));
    // Beyond 64, tanh is 1 to more digits than a pair has; the quotient may overflow.
    const double cap = static_cast<double>(by.soft_cap);
    if (cap != 0 && std::abs(z.high) / 64 > cap) {
      z = {std::copysign(cap, z.high)};
    } else if (cap != 0) {
      const Pair ratio = z / Pair{cap};
      z = Pair{cap} * two_sum(std::tanh(ratio.high), decline(ratio).high * ratio.low);
    }
  }
  return by.bias.empty() ? z : difference(z, -pair(by.bias[k]));
}

// dz/dx of one logit.
template <class T>
[[nodiscard]] Pair slope_at(T x, const ops::RowTransform<T>& by) {
  const Pair s = by.temperature == T(1) ? pair(by.scale) : pair(by.scale) / pair(by.temperature);
  if (by.soft_cap == T(0)) return s;
  if (std::isinf(static_cast<double>(x))) return {0};
  // e^-2|x| is below the range of double for |x| > 400.
  const Pair z = limited_product(s, pair(x));
  if (std::abs(z.high) / 400 > static_cast<double>(by.soft_cap)) return {0};
  return s * decline(z / pair(by.soft_cap));
}

// The row of a call, with the names of oracle/transformed_row.hpp; the code is independent of it.
template <class T>
class DoubleWordRow {
 public:
  DoubleWordRow(const ops::Call<T>& call, std::size_t i)
      : by_(call.row_transform(i)), n_(call.logits.columns) {
    const std::span<const T> x = call.logits.row(i);
    kind = ops::kind_of(x, by_);
    if (kind != ops::ZKind::finite) return;
    const bool has_sink = by_.sink && std::isfinite(static_cast<double>(*by_.sink));
    for (std::size_t k = 0; k < n_; ++k) {
      takes_part.push_back(ops::kind_of(x, by_, k) == ops::ZKind::finite);
      z.push_back(takes_part[k] ? transformed(x[k], by_, k) : Pair{0});
      slope.push_back(by_.masked(k) ? Pair{0} : slope_at(x[k], by_));
      if (takes_part[k] && (top == none || is_above(z[k], z[top]))) top = k;
    }
    if (has_sink && (top == none || is_above(pair(*by_.sink), z[top]))) top = none;
    m = top == none ? pair(*by_.sink) : z[top];
    for (std::size_t k = 0; k < n_; ++k) {
      d.push_back(takes_part[k] ? difference(z[k], m) : Pair{0});
      e.push_back(k == top ? Pair{1} : takes_part[k] ? exponential(d[k]) : Pair{0});
      if (k != top) others = others + e[k];
    }
    if (has_sink) sink = top == none ? Pair{1} : exponential(difference(pair(*by_.sink), m));
    if (top != none) others = others + sink;
    S = others + Pair{1};
    L = log1p(others);
  }

  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  // -log y_k.
  [[nodiscard]] Pair minus_log(std::size_t k) const {
    return takes_part[k] ? difference(L, d[k]) : Pair{std::numeric_limits<double>::infinity()};
  }
  // The sum of the exponentials of all classes but k.
  [[nodiscard]] Pair outside(std::size_t k) const { return k == top ? others : S - e[k]; }
  ops::ZKind kind;
  std::vector<bool> takes_part;  // whether z_k is finite
  std::vector<Pair> z, d, e;
  std::vector<Pair> slope;  // dz/dx; 0 for a masked class
  std::size_t top = none;   // the class of m; none if it is the sink
  Pair m, others, sink, S, L;

 private:
  static bool is_above(Pair a, Pair b) {
    return a.high > b.high || (a.high == b.high && a.low > b.low);
  }

  ops::RowTransform<T> by_;
  std::size_t n_;
};

// The coefficients of row i (ops/target.hpp).
template <class T>
[[nodiscard]] std::vector<Pair> coefficients(const ops::Call<T>& call, std::size_t i) {
  const std::size_t n = call.logits.columns;
  const ops::Target<T> target = call.targets.row(i, n);
  std::vector<Pair> c;
  const Pair each = pair(target.smoothing) / Pair{static_cast<double>(n)};
  for (std::size_t k = 0; k < n; ++k) {
    Pair ck = target.is_ignored ? Pair{0} : pair(target.q(k));
    if (target.smoothing != T(0) && !target.is_ignored)
      ck = (Pair{1} - pair(target.smoothing)) * ck + each;
    if (!target.class_weights.empty()) ck = pair(target.class_weights[k]) * ck;
    c.push_back(pair(target.row_weight) * ck);
  }
  return c;
}

// The entry op.double_word.scalar with functions of all types. row(call, i) computes row i.
template <class RowFunction>
[[nodiscard]] ops::Variant double_word(ops::Variant entry, RowFunction row) {
  if (entry.source.empty()) entry.source = "Dekker 1971; Joldes, Muller & Popescu 2017";
  entry.takes_transform = true;
  return by_call(std::move(entry), std::move(row));
}

}  // namespace maxtrick::variants
