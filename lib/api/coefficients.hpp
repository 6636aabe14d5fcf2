// Cross-entropy with a coefficient for each class.
#pragma once

#include <span>

#include "kernels/kernels.hpp"

namespace maxtrick::api {

using kernels::Strided;

// losses[r] = sum_k c_k (log sum_j e^{x_j} - x_k)
void losses_of_coefficients(kernels::Method method, Strided<const float> x, Strided<const float> c,
                            std::span<float> losses);

// gradient = scale (y_k sum_j c_j - c_k), where y is the softmax of x. `gradient` may be the matrix
// x.
void gradient_of_coefficients(kernels::Method method, Strided<const float> x,
                              Strided<const float> c, float scale, Strided<float> gradient);

}  // namespace maxtrick::api
