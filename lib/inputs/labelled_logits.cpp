#include "inputs/labelled_logits.hpp"

#include <algorithm>
#include <cmath>

#include "numerics/random.hpp"
#include "ops/dtype.hpp"

namespace maxtrick::inputs {

LabelledLogits gap_examples(std::size_t classes, std::size_t rows, double gap, std::uint64_t seed) {
  numerics::Random random(seed);
  LabelledLogits examples{classes, {}, {}};
  if (classes == 1) {
    // The labels alternate, so that every cell has both.
    for (std::size_t i = 0; i < rows; ++i) {
      examples.labels.push_back(static_cast<std::int32_t>(i % 2));
      examples.logits.push_back(i % 2 ? gap : -gap);
    }
    return examples;
  }
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t label = random.below(classes);
    const std::size_t other = (label + 1 + random.below(classes - 1)) % classes;
    for (std::size_t c = 0; c < classes; ++c) {
      const double drawn = -static_cast<double>(random.below(65)) / 64;
      examples.logits.push_back(c == label ? gap : c == other ? 0 : drawn);
    }
    examples.labels.push_back(static_cast<std::int32_t>(label));
  }
  return examples;
}

LabelledLogits rounded(LabelledLogits examples, ops::DType dtype) {
  ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
    for (double& x : examples.logits) x = double{static_cast<S>(x)};
    for (double& c : examples.coefficients) c = double{static_cast<S>(c)};
  });
  return examples;
}

double smallest_gap(const LabelledLogits& examples) {
  double smallest = INFINITY;
  const std::size_t n = examples.classes;
  for (std::size_t i = 0; i < examples.rows(); ++i) {
    const auto label = static_cast<std::size_t>(examples.labels[i]);
    const double* const z = examples.logits.data() + i * n;
    if (n == 1) smallest = std::min(smallest, label == 1 ? z[0] : -z[0]);
    for (std::size_t c = 0; n > 1 && c < n; ++c)
      if (c != label) smallest = std::min(smallest, z[label] - z[c]);
  }
  return smallest;
}

}  // namespace maxtrick::inputs
