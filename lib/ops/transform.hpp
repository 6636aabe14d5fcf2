// What is done to the logits x of a row before the op, in this order:
//   z_k = scale x_k / temperature
//   z_k = soft_cap tanh(z_k / soft_cap)     if there is a soft cap
//   z_k = z_k + bias_k                      if there is a bias
//   z_k = -inf                              if the mask of class k is 0: it does not take part
// A sink is the logit z of one further class, whose results are not given. Together with the op,
// this is one function of x: its exact results have no roundings in between.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>

#include "numerics/rows.hpp"

namespace maxtrick::ops {

template <class T>
struct RowTransform {
  T scale = 1, temperature = 1;  // finite and not 0
  T soft_cap = 0;                // positive; 0: none
  std::span<const T> bias = {};
  std::span<const unsigned char> mask = {};
  std::optional<T> sink = {};

  [[nodiscard]] bool identity() const {
    return scale == T(1) && temperature == T(1) && soft_cap == T(0) && bias.empty() &&
           mask.empty() && !sink;
  }
  [[nodiscard]] bool masked(std::size_t k) const { return !mask.empty() && mask[k] == 0; }
};

// The same for the rows of a matrix, but for the scale, which Call has.
template <class T>
struct Transform {
  T temperature = 1;
  T soft_cap = 0;
  numerics::Rows<const T> bias = {};  // classes are adjacent
  numerics::Rows<const unsigned char> mask = {};
  std::span<const T> sink = {};  // one for each row

  [[nodiscard]] bool identity() const {
    return temperature == T(1) && soft_cap == T(0) && bias.data == nullptr &&
           mask.data == nullptr && sink.empty();
  }
  [[nodiscard]] Transform part(std::size_t first, std::size_t count) const {
    return {temperature, soft_cap, bias.part(first, count), mask.part(first, count),
            sink.empty() ? sink : sink.subspan(first, count)};
  }
  [[nodiscard]] RowTransform<T> row(std::size_t i, T scale) const {
    RowTransform<T> one{.scale = scale, .temperature = temperature, .soft_cap = soft_cap};
    if (bias.data != nullptr) one.bias = bias.row(i);
    if (mask.data != nullptr) one.mask = mask.row(i);
    if (!sink.empty()) one.sink = sink[i];
    return one;
  }
};

// What z is before any arithmetic with it.
enum class ZKind { finite, minus_infinity, plus_infinity, nan };

// The z of class k, as far as it is not finite.
template <class T>
[[nodiscard]] ZKind kind_of(std::span<const T> logits, const RowTransform<T>& transform,
                            std::size_t k) {
  if (transform.masked(k)) return ZKind::minus_infinity;
  double z = static_cast<double>(logits[k]);
  if (!std::isfinite(z)) {
    const double sign = (transform.scale < T(0)) != (transform.temperature < T(0)) ? -1 : 1;
    z = transform.soft_cap != T(0) && !std::isnan(z) ? std::copysign(1.0, sign * z) : sign * z;
  } else {
    z = 0;
  }
  if (!transform.bias.empty()) {
    const double b = static_cast<double>(transform.bias[k]);
    z += std::isfinite(b) ? 0 : b;
  }
  if (std::isnan(z)) return ZKind::nan;
  if (!std::isinf(z)) return ZKind::finite;
  return z > 0 ? ZKind::plus_infinity : ZKind::minus_infinity;
}

// The kind of the whole row: nan if a z is NaN, plus_infinity if one is +inf, minus_infinity if all
// are -inf and there is no finite sink, otherwise finite.
template <class T>
[[nodiscard]] ZKind kind_of(std::span<const T> logits, const RowTransform<T>& transform) {
  ZKind row = ZKind::minus_infinity;
  const auto add = [&](ZKind one) {
    if (row == ZKind::nan || one == ZKind::nan)
      row = ZKind::nan;
    else if (row == ZKind::plus_infinity || one == ZKind::plus_infinity)
      row = ZKind::plus_infinity;
    else if (one == ZKind::finite)
      row = ZKind::finite;
  };
  for (std::size_t k = 0; k < logits.size(); ++k) add(kind_of(logits, transform, k));
  if (transform.sink) {
    const double sink = static_cast<double>(*transform.sink);
    add(std::isnan(sink)    ? ZKind::nan
        : !std::isinf(sink) ? ZKind::finite
        : sink > 0          ? ZKind::plus_infinity
                            : ZKind::minus_infinity);
  }
  return row;
}

}  // namespace maxtrick::ops
