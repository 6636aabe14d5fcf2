#include "ops/derived.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "numerics/small_float.hpp"

namespace maxtrick::ops {

template <class T>
std::size_t argmax(std::span<const T> row) {
  if (row.empty()) throw std::invalid_argument("argmax of a row without classes");
  const auto nan = std::find_if(row.begin(), row.end(), [](T x) { return std::isnan(x); });
  const auto best = nan != row.end() ? nan : std::max_element(row.begin(), row.end());
  return static_cast<std::size_t>(best - row.begin());
}

template <class T>
T soft_argmax(std::span<const T> probabilities) {
  double sum = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i)
    sum += static_cast<double>(i) * double{probabilities[i]};
  return static_cast<T>(sum);
}

template <class T>
std::vector<T> softmax_jacobian(std::span<const T> probabilities) {
  const std::size_t n = probabilities.size();
  std::vector<T> jacobian(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    const T p = probabilities[i];
    for (std::size_t j = 0; j < n; ++j) jacobian[i * n + j] = -p * probabilities[j];
    jacobian[i * n + i] = p * (1 - p);
  }
  return jacobian;
}

template std::size_t argmax(std::span<const float>);
template std::size_t argmax(std::span<const double>);
template float soft_argmax(std::span<const float>);
template double soft_argmax(std::span<const double>);
template numerics::Float16 soft_argmax(std::span<const numerics::Float16>);
template numerics::BFloat16 soft_argmax(std::span<const numerics::BFloat16>);
template std::vector<float> softmax_jacobian(std::span<const float>);
template std::vector<double> softmax_jacobian(std::span<const double>);
template std::vector<numerics::Float16> softmax_jacobian(std::span<const numerics::Float16>);
template std::vector<numerics::BFloat16> softmax_jacobian(std::span<const numerics::BFloat16>);

}  // namespace maxtrick::ops
