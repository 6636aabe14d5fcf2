// Computes an optimisation step from the gradient.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace maxtrick::learn {

// The optimisers as Keras 2 defines them. They compute in T, except for alpha, which is computed in
// double and rounded to T once:
//   sgd:  w -= learning_rate g
//   adam: alpha = learning_rate sqrt(1 - beta2^t) / (1 - beta1^t);
//         m += (g - m) (1 - beta1); v += (g^2 - v) (1 - beta2); w -= alpha m / (sqrt v + epsilon)
// Source of adam: D. P. Kingma and J. Ba, ICLR 2015, section 2, with epsilon as in the last lines
// of that section. m and v start at 0, t starts at 1.
enum class Method { adam, sgd };

struct OptimiserOptions {
  Method method = Method::adam;
  double learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7;
};

template <class T>
class Optimiser {
 public:
  // `parameters` is the number of parameters. It allocates all memory here.
  Optimiser(const OptimiserOptions& options, std::size_t parameters);
  // Changes the parameters by one step. Both spans have one number for each parameter.
  void step(std::span<T> parameters, std::span<const T> gradients);

 private:
  OptimiserOptions options_;
  double power1_ = 1, power2_ = 1;  // beta1^t and beta2^t
  std::vector<T> m_, v_;
};

}  // namespace maxtrick::learn
