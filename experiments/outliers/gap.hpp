// A logit that leads by a gap: exact probabilities, losses and derivatives.
#pragma once

#include <string>
#include <vector>

#include "outliers/activation.hpp"

namespace maxtrick::outliers {

// The logits of the other classes: these in turn, until the row with its leader has all classes.
struct Others {
  std::string name, hazard;
  std::vector<double> logits;
  std::size_t classes = 0;

  // The row of which class 0 leads: its logit is the largest of the others plus the gap.
  [[nodiscard]] std::vector<double> row(double gap) const;
  // The class of the first of the largest other logits.
  [[nodiscard]] std::size_t runner_up() const;
};

// Reads the tables [[row]], each with
//   name, hazard, others = [3, 0, 2], classes = n (optional)
// Without `classes`, each of the others is there once. Errors are noted in the config.
[[nodiscard]] std::vector<Others> read_rows(config::Section& config);

// Each number is the exact value, rounded to float64. It is NaN where the activation has no
// probabilities: they are 0 / 0, or the entropy or the loss of a negative one is asked for. t is
// the runner-up and l the leader.
struct Answer {
  double leader, runner_up;  // p_l, p_t
  double entropy;            // -sum p log p
  double sensitivity;        // dp_l / dx_l
  double loss;               // -log p_t: the label is the runner-up
  double loss_of_leader;     // -log p_l
  double loss_difference;    // log (p_l / p_t)
  double gradient_leader;    // d(-log p_t) / dx_l
  double gradient_length;    // length of the gradient of -log p_t with respect to x
};
[[nodiscard]] Answer exact_answer(const Activation& activation, const Others& others, double gap);

}  // namespace maxtrick::outliers
