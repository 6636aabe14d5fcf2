// The targets of a loss: coefficients c_k for the classes of each row.
//   q_k   of a class t (sparse): 1 for k = t, else 0. Otherwise any numbers.
//   c_k = r w_k ((1 - smoothing) q_k + smoothing / classes)
// with class weights w and the weight r of the row, as PyTorch defines them. All c_k of an ignored
// row are 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "numerics/rows.hpp"

namespace maxtrick::ops {

// The class of a row that is ignored.
inline constexpr std::int32_t ignored = -1;

// The target of one row. T computes its coefficients.
template <class T>
class Target {
 public:
  explicit Target(std::size_t index) : index_(index) {}
  explicit Target(std::span<const T> weights) : weights_(weights) {}

  std::size_t classes = 0;  // needed if there is a smoothing
  T smoothing = 0;
  std::span<const T> class_weights = {};
  T row_weight = 1;
  bool is_ignored = false;

  // Whether only one class has a coefficient that is not 0.
  [[nodiscard]] bool sparse() const { return weights_.empty() && smoothing == T(0); }
  [[nodiscard]] T q(std::size_t c) const {
    return weights_.empty() ? static_cast<T>(c == index_ ? 1 : 0) : weights_[c];
  }
  [[nodiscard]] T weight(std::size_t c) const {
    if (is_ignored) return T(0);
    T q = this->q(c);
    if (smoothing != T(0))
      q = (T(1) - smoothing) * q + smoothing / static_cast<T>(static_cast<double>(classes));
    if (!class_weights.empty()) q = class_weights[c] * q;
    return row_weight == T(1) ? q : row_weight * q;
  }
  // Calls f(c, weight). A sparse target calls it for its class only, as code that uses an index
  // does. Coefficients call it for every class, as code that sums over the classes does.
  template <class Function>
  void each(Function f) const {
    if (is_ignored) return;
    if (sparse()) return f(index_, weight(index_));
    const std::size_t n = weights_.empty() ? classes : weights_.size();
    for (std::size_t c = 0; c < n; ++c) f(c, weight(c));
  }
  // The weight of class 1, for two classes in one column.
  [[nodiscard]] T label() const {
    return weights_.empty() ? static_cast<T>(static_cast<double>(index_)) : weights_[0];
  }

 private:
  std::size_t index_ = 0;
  std::span<const T> weights_;
};

// The targets of a batch: either `index` or `weights` (the q_k) is set. Does not own them.
template <class T>
struct Targets {
  std::span<const std::int32_t> index = {};  // `ignored` for a row that is left out
  numerics::Rows<const T> weights = {};
  T smoothing = 0;
  std::span<const T> class_weights = {};
  std::span<const T> row_weights = {};

  [[nodiscard]] bool empty() const { return index.empty() && weights.data == nullptr; }
  // Whether each row has a class, and nothing else is given.
  [[nodiscard]] bool plain() const {
    if (weights.data != nullptr || smoothing != T(0) || !class_weights.empty() ||
        !row_weights.empty())
      return false;
    for (const std::int32_t t : index)
      if (t == ignored) return false;
    return true;
  }
  // The targets of `count` rows from row `first` on.
  [[nodiscard]] Targets part(std::size_t first, std::size_t count) const {
    Targets one = *this;
    if (!index.empty()) one.index = index.subspan(first, count);
    one.weights = weights.part(first, count);
    if (!row_weights.empty()) one.row_weights = row_weights.subspan(first, count);
    return one;
  }
  // The target of row i of a matrix with that many classes.
  [[nodiscard]] Target<T> row(std::size_t i, std::size_t classes) const {
    const bool sparse = weights.data == nullptr;
    Target<T> one =
        sparse ? Target<T>(static_cast<std::size_t>(index[i])) : Target<T>(weights.row(i));
    one.classes = classes;
    one.smoothing = smoothing;
    one.class_weights = class_weights;
    if (!row_weights.empty()) one.row_weight = row_weights[i];
    one.is_ignored = sparse && index[i] == ignored;
    return one;
  }
};

}  // namespace maxtrick::ops
