#include "imbalance/quality.hpp"

#include <numeric>

#include "inputs/trained.hpp"
#include "learn/calibration.hpp"
#include "learn/training.hpp"

namespace maxtrick::imbalance {

using numerics::Rows;

Quality quality(Rows<const double> logits, std::span<const double> shift, const Test& test) {
  const std::size_t rows = logits.rows, classes = logits.columns;
  std::vector<double> z(logits.data, logits.data + rows * classes);
  for (std::size_t i = 0; i < z.size(); ++i) z[i] += shift[i % classes];
  const Rows<const double> shifted{z.data(), rows, classes};
  const std::vector<double> p = inputs::probabilities(shifted);
  const std::vector<learn::Prediction> predicted =
      learn::predict({p.data(), rows, classes}, test.labels);

  std::vector<double> of_class(classes), right(classes);
  double rare_predicted = 0, rare_probability = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto label = static_cast<std::size_t>(test.labels[i]);
    ++of_class[label];
    right[label] += predicted[i].right;
    rare_predicted += static_cast<std::size_t>(predicted[i].predicted) == test.rare;
    rare_probability += p[i * classes + test.rare];
  }
  const auto sum = [](const std::vector<double>& of) {
    return std::accumulate(of.begin(), of.end(), 0.0);
  };
  const auto n = static_cast<double>(rows), k = static_cast<double>(classes);
  Quality result{};
  for (std::size_t c = 0; c < classes; ++c) result.recall.push_back(right[c] / of_class[c]);
  result.macro_recall = sum(result.recall) / k;
  result.accuracy = sum(right) / n;
  result.nll = learn::exact_loss(shifted, test.labels);
  result.ece = learn::expected_calibration_error(learn::reliability(predicted, test.bins));
  result.rare_precision = rare_predicted == 0 ? 0 : right[test.rare] / rare_predicted;
  result.rare_claimed = rare_probability / of_class[test.rare];
  return result;
}

}  // namespace maxtrick::imbalance
