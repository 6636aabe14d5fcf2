// How a step follows from the gradient.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace maxtrick::learn {

// As Keras 2 defines them, in T's arithmetic, but for alpha, which is rounded to T once:
//   sgd:  w -= learning_rate g
//   adam: alpha = learning_rate sqrt(1 - beta2^t) / (1 - beta1^t);
//         m += (g - m) (1 - beta1); v += (g^2 - v) (1 - beta2); w -= alpha m / (sqrt v + epsilon)
// (D. P. Kingma and J. Ba, ICLR 2015, section 2, with epsilon as in its last lines; m and v start
// at 0, t at 1.)
enum class Method { adam, sgd };

struct OptimiserOptions {
  Method method = Method::adam;
  double learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7;
};

template <class T>
class Optimiser {
 public:
  Optimiser(const OptimiserOptions& options, std::size_t parameters);
  void step(std::span<T> parameters, std::span<const T> gradients);

 private:
  OptimiserOptions options_;
  double power1_ = 1, power2_ = 1;  // beta^t
  std::vector<T> m_, v_;
};

}  // namespace maxtrick::learn
