// Trains networks with and without outliers, and measures what the outliers change.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "inputs/task.hpp"
#include "outliers/activation.hpp"
#include "run/experiment.hpp"

namespace maxtrick::outliers {

// Examples that are changed: their features are multiplied by `distance`, and if `wrong`, the next
// class replaces their label. With seed s, example i of `examples` is example s examples + i of the
// data, modulo their number.
struct Outlier {
  std::string name, hazard;
  bool distant = false;  // the part of the table: distant or mislabelled
  bool wrong = true;
  double distance = 1;
  std::size_t examples = 0;
  bool chaotic = false;  // whether training with it depends on the last bits
  double share = 0;      // if it is not 0: of the data, in the place of `examples`

  [[nodiscard]] std::size_t count(std::size_t rows) const;
};

// Reads the tables [[mislabelled]] and [[distant]], each with
//   name, hazard, distance
//   examples = n or share = s    how many examples are changed
//   chaotic = true               if training with it depends on the last bits; optional
//   label = "right" or "wrong"   of a distant one; a mislabelled one is always wrong
// `most` is the largest number of examples that may be changed. Errors are noted in the config.
[[nodiscard]] std::vector<Outlier> read_outliers(config::Section& config, std::size_t most);

// What one training run with an outlier gives, compared with the same run without it: the same
// seed, weights and order of the examples. The others are all examples that are no outliers. Their
// number, and that of the outliers, does not change.
struct Effect {
  // The sum of the lengths of the outliers' gradients with respect to all weights, divided by that
  // of all examples; before the first step and after the last.
  double share_before, share_after;
  // The largest length of the gradient of an outlier's loss with respect to the logits, over both
  // networks: that of the training with the outlier, and that without.
  double logit_gradient;
  // Of the outliers, by the network that was trained without them: the mean loss and the mean
  // probability of the predicted class.
  double loss_without, confidence_without;
  // The same by the network that was trained with them.
  double loss_with, confidence_with;
  // Of all examples, with their right labels and places, by the network that was trained with the
  // outliers; and the change from that without.
  double accuracy, accuracy_change, loss, loss_change;
  // The mean absolute change of the probability of the right class over the others.
  double probability_change;
};

// The training runs of one task with one activation: for each seed one without outliers and one
// for each outlier.
class Trainings : public std::enable_shared_from_this<Trainings> {
 public:
  Trainings(inputs::Task task, Activation activation, std::vector<Outlier> outliers,
            std::size_t seeds);

  // The reason why the runs cannot be made: missing data; else empty.
  [[nodiscard]] const std::string& unavailable() const { return task_.data.missing; }
  // A part is a seed.
  [[nodiscard]] run::Parts parts();
  // The effects of an outlier over the seeds; to be called after the parts have run.
  [[nodiscard]] std::vector<Effect> effects(std::size_t outlier) const;
  [[nodiscard]] const inputs::Task& task() const { return task_; }
  [[nodiscard]] const Activation& activation() const { return activation_; }
  [[nodiscard]] const std::vector<Outlier>& outliers() const { return outliers_; }

 private:
  void make(std::size_t seed);

  inputs::Task task_;
  Activation activation_;
  std::vector<Outlier> outliers_;
  std::size_t seeds_;
  std::vector<std::vector<Effect>> all_;  // by seed; has its size from the first part on
  std::once_flag sized_;
};

}  // namespace maxtrick::outliers
