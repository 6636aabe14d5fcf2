#include "learn/optimiser.hpp"

#include <cmath>

namespace maxtrick::learn {

template <class T>
Optimiser<T>::Optimiser(const OptimiserOptions& options, std::size_t parameters)
    : options_(options) {
  if (options.method == Method::adam) m_.resize(parameters), v_.resize(parameters);
}

template <class T>
void Optimiser<T>::step(std::span<T> parameters, std::span<const T> gradients) {
  const std::size_t n = parameters.size();
  T* const w = parameters.data();
  const T* const g = gradients.data();
  if (options_.method == Method::sgd) {
    const T rate = static_cast<T>(options_.learning_rate);
    for (std::size_t i = 0; i < n; ++i) w[i] -= rate * g[i];
    return;
  }
  power1_ *= options_.beta1;
  power2_ *= options_.beta2;
  const T alpha = static_cast<T>(options_.learning_rate * std::sqrt(1 - power2_) / (1 - power1_));
  const T rest1 = static_cast<T>(1 - options_.beta1), rest2 = static_cast<T>(1 - options_.beta2);
  const T epsilon = static_cast<T>(options_.epsilon);
  T* const m = m_.data();
  T* const v = v_.data();
  for (std::size_t i = 0; i < n; ++i) {
    m[i] += (g[i] - m[i]) * rest1;
    v[i] += (g[i] * g[i] - v[i]) * rest2;
    w[i] -= alpha * m[i] / (std::sqrt(v[i]) + epsilon);
  }
}

template class Optimiser<float>;
template class Optimiser<double>;

}  // namespace maxtrick::learn
