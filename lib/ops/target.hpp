// The targets of a loss: for each row of logits a class (sparse), or a coefficient for each class
// (one-hot, or any distribution).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "numerics/rows.hpp"

namespace maxtrick::ops {

// The target of one row.
template <class T>
class Target {
 public:
  explicit Target(std::size_t index) : index_(index) {}
  explicit Target(std::span<const T> weights) : weights_(weights) {}

  [[nodiscard]] bool sparse() const { return weights_.empty(); }
  [[nodiscard]] T weight(std::size_t c) const {
    return sparse() ? static_cast<T>(c == index_ ? 1 : 0) : weights_[c];
  }
  // Calls f(c, weight). A sparse target calls it for its class only, as code that uses an index
  // does. Coefficients call it for every class, as code that sums over the classes does.
  template <class Function>
  void each(Function f) const {
    if (sparse()) return f(index_, static_cast<T>(1));
    for (std::size_t c = 0; c < weights_.size(); ++c) f(c, weights_[c]);
  }
  // The weight of class 1, for two classes in one column.
  [[nodiscard]] T label() const {
    return sparse() ? static_cast<T>(static_cast<double>(index_)) : weights_[0];
  }

 private:
  std::size_t index_ = 0;
  std::span<const T> weights_;
};

// The targets of a batch: either `index` or `weights` is set. Does not own them.
template <class T>
struct Targets {
  std::span<const std::int32_t> index = {};
  numerics::Rows<const T> weights = {};

  [[nodiscard]] bool empty() const { return index.empty() && weights.data == nullptr; }
  // The targets of `count` rows from row `first` on.
  [[nodiscard]] Targets part(std::size_t first, std::size_t count) const {
    return {index.empty() ? index : index.subspan(first, count), weights.part(first, count)};
  }
  [[nodiscard]] Target<T> operator[](std::size_t i) const {
    return weights.data == nullptr ? Target<T>(static_cast<std::size_t>(index[i]))
                                   : Target<T>(weights.row(i));
  }
};

}  // namespace maxtrick::ops
