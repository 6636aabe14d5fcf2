// Lowers a call with a transform to one without, for variants that do not take one: T computes the
// transformed logits, as a program does that calls a plain softmax. Each operation is rounded to T.
#pragma once

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "ops/variant.hpp"

namespace maxtrick::ops {

// z of one logit. Sets `slope` to dz/dx.
template <class T>
[[nodiscard]] T transformed(T x, const RowTransform<T>& by, std::size_t k, T& slope) {
  using std::tanh;
  T z = by.scale == T(1) ? x : by.scale * x;
  slope = by.scale;
  if (by.temperature != T(1)) {
    z = z / by.temperature;
    slope = slope / by.temperature;
  }
  if (by.soft_cap != T(0)) {
    const T t = tanh(z / by.soft_cap);
    z = by.soft_cap * t;
    slope = slope * (T(1) - t * t);
  }
  if (!by.bias.empty()) z = z + by.bias[k];
  if (by.masked(k)) {
    z = -std::numeric_limits<T>::infinity();
    slope = T(0);
  }
  return z;
}

// A call of dense rows without a scale and a transform. The sink is a further, last class.
template <class T>
class Lowered {
 public:
  Lowered(Op op, const Call<T>& call, bool explicit_coefficients)
      : op_(op), from_(call), n_(call.logits.columns) {
    const bool has_sink = !call.transform.sink.empty();
    const std::size_t rows = call.logits.rows, width = n_ + (has_sink ? 1 : 0);
    slopes_.resize(rows * n_);
    for (std::size_t i = 0; i < rows; ++i) {
      const RowTransform<T> by = call.row_transform(i);
      for (std::size_t k = 0; k < n_; ++k)
        logits_.push_back(transformed(call.logits.at(i, k), by, k, slopes_[i * n_ + k]));
      if (has_sink) logits_.push_back(*by.sink);
    }
    call_ = call;
    call_.scale = T(1);
    call_.transform = {};
    call_.logits = {logits_.data(), rows, width};
    if (!has_sink && explicit_coefficients && !call.targets.plain()) add_coefficient(rows, false);
    if (!has_sink) return;
    if (has_classes()) {
      result_.resize(rows * width);
      call_.result = {result_.data(), rows, width};
    }
    if (!call.targets.empty()) add_coefficient(rows, true);
    if (call.factors.data != nullptr) add_factor(rows);
  }

  [[nodiscard]] const Call<T>& call() const { return call_; }
  // Copies results from rows that are longer, and multiplies a gradient with respect to z by dz/dx.
  void give_back(bool is_gradient) {
    if (!has_classes()) return;
    for (std::size_t i = 0; i < from_.result.rows; ++i)
      for (std::size_t k = 0; k < n_; ++k) {
        T& y = from_.result.at(i, k);
        y = call_.result.at(i, k);
        if (is_gradient) y = y * slopes_[i * n_ + k];
      }
  }

 private:
  // Whether the result has a number for each class.
  [[nodiscard]] bool has_classes() const {
    return from_.result.data != nullptr && op_->output != Output::number;
  }
  // The targets as coefficients, with 0 for a sink.
  void add_coefficient(std::size_t rows, bool has_sink) {
    for (std::size_t i = 0; i < rows; ++i) {
      const Target<T> target = from_.targets.row(i, n_);
      for (std::size_t k = 0; k < n_; ++k) coefficients_.push_back(target.weight(k));
      if (has_sink) coefficients_.push_back(T(0));
    }
    // Plain classes stay what they are, for variants that take nothing else.
    if (!from_.targets.plain())
      call_.targets = {.weights = {coefficients_.data(), rows, n_ + has_sink}};
  }
  // In the sum of log-sum-exp, the sink counts once; other factors of it are 0.
  void add_factor(std::size_t rows) {
    const T of_sink = op_->factors.name == "b" ? T(1) : T(0);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t k = 0; k < n_; ++k) factors_.push_back(from_.factors.at(i, k));
      factors_.push_back(of_sink);
    }
    call_.factors = {factors_.data(), rows, n_ + 1};
  }

  Op op_;
  Call<T> from_, call_;
  std::size_t n_;
  std::vector<T> logits_, slopes_, result_, coefficients_, factors_;
};

// Whether a loss also gives its gradient, if a call asks for it.
[[nodiscard]] inline bool gives_gradient(const Variant& variant) {
  return variant.op->output == Output::loss_and_gradient || !variant.formulation.empty() ||
         variant.takes_transform || (variant.op->differentiable && variant.plugin.empty());
}

// What a kernel of one op may get: only_arguments_of(), but for variants that also give a gradient.
template <class T>
[[nodiscard]] Call<T> only_arguments(const Variant& variant, const Call<T>& call) {
  return gives_gradient(variant) ? call : only_arguments_of(variant.op, call);
}

// Runs the variant, which has the type T, on a call of dense rows with any scale and transform.
template <class T>
void run_transformed(const Variant& variant, const Call<T>& call) {
  const bool is_gradient = takes_targets(variant.op) || variant.op->factors.name == "dy";
  // A plug-in takes coefficients, but not what they are made of.
  const bool foreign = !variant.plugin.empty() && variant.formulation.empty();
  const bool as_it_is = !foreign || call.targets.empty() || call.targets.plain();
  if (variant.takes_transform ||
      (as_it_is && call.transform.identity() && (call.scale == T(1) || variant.takes_scale))) {
    variant.compute<T>()(only_arguments(variant, call));
    if (!variant.takes_transform && is_gradient && call.scale != T(1))
      for (std::size_t i = 0; i < call.result.rows; ++i)
        for (std::size_t k = 0; k < call.result.columns; ++k)
          call.result.at(i, k) = call.result.at(i, k) * call.scale;
    return;
  }
  Lowered<T> lowered(variant.op, call, foreign);
  variant.compute<T>()(only_arguments(variant, lowered.call()));
  lowered.give_back(is_gradient);
}

}  // namespace maxtrick::ops
