#include "cost/loops.hpp"

#include <cmath>
#include <cstddef>

namespace maxtrick::cost {
namespace {

using kernels::Stage;

float maximum(std::span<const float> x) {
  float m = x[0];
  for (const float xi : x)
    if (xi > m) m = xi;
  return m;
}

template <bool shifted>
float exponential(float x, float m) {
  return std::exp(shifted ? x - m : x);
}

// Every stage stores one number for each row, so that no result is unused.
template <Stage stage, bool shifted>
float compute_row(std::span<const float> x, std::span<float> y) {
  const std::size_t n = x.size();
  float m = 0, sum = 0;
  if constexpr (shifted && stage >= Stage::maximum) m = maximum(x);
  if constexpr (stage < Stage::exp) {
    for (std::size_t i = 0; i < n; ++i) y[i] = x[i];
    return m;
  } else if constexpr (stage == Stage::exp) {
    for (std::size_t i = 0; i < n; ++i) y[i] = exponential<shifted>(x[i], m);
    return m;
  } else {
    for (std::size_t i = 0; i < n; ++i) sum += y[i] = exponential<shifted>(x[i], m);
    if constexpr (stage == Stage::division)
      for (float& yi : y) yi /= sum;
    if constexpr (stage == Stage::reciprocal) {
      const float reciprocal = 1 / sum;
      for (float& yi : y) yi *= reciprocal;
    }
    return sum;
  }
}

template <Stage stage, bool shifted>
void compute(numerics::Rows<const float> x, numerics::Rows<float> y, std::span<float> numbers) {
  for (std::size_t i = 0; i < x.rows; ++i)
    numbers[i] = compute_row<stage, shifted>(x.row(i), y.row(i));
}

template <bool shifted>
void compute_stage(Stage stage, numerics::Rows<const float> x, numerics::Rows<float> y,
                   std::span<float> numbers) {
  switch (stage) {
    case Stage::copy: return compute<Stage::copy, shifted>(x, y, numbers);
    case Stage::maximum: return compute<Stage::maximum, shifted>(x, y, numbers);
    case Stage::exp: return compute<Stage::exp, shifted>(x, y, numbers);
    case Stage::sum: return compute<Stage::sum, shifted>(x, y, numbers);
    case Stage::reciprocal: return compute<Stage::reciprocal, shifted>(x, y, numbers);
    case Stage::division: return compute<Stage::division, shifted>(x, y, numbers);
  }
}

}  // namespace

void naive(Stage stage, numerics::Rows<const float> x, numerics::Rows<float> y,
           std::span<float> numbers) {
  compute_stage<false>(stage, x, y, numbers);
}

void max_trick(Stage stage, numerics::Rows<const float> x, numerics::Rows<float> y,
               std::span<float> numbers) {
  compute_stage<true>(stage, x, y, numbers);
}

}  // namespace maxtrick::cost
