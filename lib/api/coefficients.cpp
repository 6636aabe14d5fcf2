// The errors that maxtrick.hpp states:
//   1. The kernels return m = max_k x_k exactly, and L = log sum_k e^{x_k} - m in double, with a
//      relative error of at most 0.4 u (accurate), 3.24 u (fast; u = 2^-24), or 2^-45 (correct).
//   2. m - x_k is a difference of two floats in double, (m - x_k) + L a sum of two numbers >= 0, and
//      its product with c_k is rounded once more. Together this is a relative error of at most
//      3 * 2^-53, beside that of L. The compensated sum adds 2^-53 of its value.
//   3. The error of L is the same in all terms. It adds sum_k c_k times it to the loss. If all c_k
//      are >= 0, that is at most 0.4 u times the loss, 0.4 ULP.
//   4. y_k sum_j c_j is a product in double, and its difference to c_k is rounded to double, to the
//      product with the scale, and to float.
#include "api/coefficients.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "api/passes.hpp"
#include "numerics/compensated_sum.hpp"

namespace maxtrick::api {
namespace {

// A sum of doubles. The compensation has no meaning if a term is infinite.
struct SumWithInfinities {
  numerics::Sum compensated;
  double plain = 0;

  void add(double term) {
    compensated += term;
    plain += term;
  }
  [[nodiscard]] double value() const { return std::isfinite(plain) ? compensated.value() : plain; }
};

// Rounds to float. Every NaN becomes the same one, and -0 becomes +0.
float rounded(double value) {
  return std::isnan(value) ? std::numeric_limits<float>::quiet_NaN()
                           : static_cast<float>(value) + 0.0F;
}

// Row r of a matrix. Its members stay in registers, because no result can alias them.
template <class T>
struct RowOf {
  T* data;
  std::size_t step;

  RowOf(const Strided<T>& matrix, std::size_t r)
      : data(matrix.data + r * matrix.row_stride), step(matrix.class_stride) {}
  T& operator[](std::size_t k) const { return data[k * step]; }
};

}  // namespace

void losses_of_coefficients(kernels::Method method, Strided<const float> x, Strided<const float> c,
                            std::span<float> losses) {
  const std::size_t classes = x.classes;
  std::vector<float> largest(x.rows);
  std::vector<double> above(x.rows);
  kernels::log_sum(method, x, largest, above);
  const auto loss_of = [&](std::size_t r) {
    const RowOf<const float> logits(x, r), factors(c, r);
    const double m = static_cast<double>(largest[r]), log_sum = above[r];
    SumWithInfinities loss;
    for (std::size_t k = 0; k < classes; ++k) {
      const auto factor = static_cast<double>(factors[k]);
      if (factor != 0) loss.add(factor * ((m - static_cast<double>(logits[k])) + log_sum));
    }
    return rounded(std::isnan(log_sum) ? log_sum : loss.value());
  };
  divide_rows(method.threads, x.rows, x.rows * classes, [&](std::size_t first, std::size_t n) {
    for (std::size_t r = first; r < first + n; ++r) losses[r] = loss_of(r);
  });
}

void gradient_of_coefficients(kernels::Method method, Strided<const float> x,
                              Strided<const float> c, float scale, Strided<float> gradient) {
  const std::size_t classes = x.classes;
  kernels::softmax(method, x, gradient);
  const auto finish = [&, scale = static_cast<double>(scale)](std::size_t r) {
    const RowOf<const float> factors(c, r);
    const RowOf<float> y(gradient, r);
    SumWithInfinities sum;
    for (std::size_t k = 0; k < classes; ++k) sum.add(static_cast<double>(factors[k]));
    const double all = sum.value();
    for (std::size_t k = 0; k < classes; ++k)
      y[k] = rounded(scale * (static_cast<double>(y[k]) * all - static_cast<double>(factors[k])));
  };
  divide_rows(method.threads, x.rows, x.rows * classes, [&](std::size_t first, std::size_t n) {
    for (std::size_t r = first; r < first + n; ++r) finish(r);
  });
}

}  // namespace maxtrick::api
