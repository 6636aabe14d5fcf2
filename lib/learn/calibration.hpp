// How well probabilities are calibrated: whether a classifier is right as often as it claims.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "numerics/rows.hpp"

namespace maxtrick::learn {

// A prediction: the first class with the largest probability.
struct Prediction {
  std::int32_t predicted;
  double confidence;  // the largest probability; NaN if the row has a NaN
  bool right;         // whether the predicted class is the label
};

// The prediction of each row of probabilities, with one label for each row. A row of one number
// holds the probability of class 1 of two classes; at 1/2 the prediction is class 0. A row with a
// NaN has a confidence of NaN and is not right.
[[nodiscard]] std::vector<Prediction> predict(numerics::Rows<const double> probabilities,
                                              std::span<const std::int32_t> labels);

// A bin of a reliability diagram. The means of an empty bin are 0.
struct Bin {
  std::size_t count = 0;
  double confidence = 0;  // mean over the predictions of the bin
  double accuracy = 0;    // share of them that are right
  // Above 0: over-confident.
  [[nodiscard]] double gap() const { return confidence - accuracy; }
};

struct Reliability {
  std::vector<Bin> bins;
  std::size_t undefined = 0;  // predictions whose confidence is NaN, which are in no bin
};

// The reliability diagram with `bins` bins of equal width, at least one. Bin b, counted from 0,
// holds the confidences c with edge(b) < c <= edge(b + 1), where edge(b) is the float64 nearest to
// b / bins. So 0.3 is in the bin that ends at 0.3. A confidence of 0 or less is in the first bin,
// and one above 1, as rounding may give, in the last. With one bin, this is the mean confidence and
// the accuracy of all predictions.
[[nodiscard]] Reliability reliability(std::span<const Prediction> predictions, std::size_t bins);

// The mean of |confidence - accuracy| over the bins, weighted by their counts (M. P. Naeini, G. F.
// Cooper and M. Hauskrecht, AAAI 2015; C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, ICML 2017).
// NaN if there are no predictions or if one is undefined. With n predictions it is positive even
// for a classifier that is perfectly calibrated: the accuracy of a bin has a standard error of
// sqrt(accuracy (1 - accuracy) / count).
[[nodiscard]] double expected_calibration_error(const Reliability& reliability);

// The mean over the rows of sum_k (p_k - t_k)^2, where t is 1 for the label and 0 for every other
// class (G. W. Brier, Monthly Weather Review 78(1), 1950). From 0 to 2. A row of one number p counts
// as (1 - p, p). NaN if there are no rows.
[[nodiscard]] double brier_score(numerics::Rows<const double> probabilities,
                                 std::span<const std::int32_t> labels);

}  // namespace maxtrick::learn
