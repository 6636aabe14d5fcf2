// What is told of a training run, each a number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "inputs/trained.hpp"

namespace maxtrick::inputs {

struct Quantity {
  std::string name;
  std::function<double(const Trained&)> of;
};

// Of the logits or the probabilities (base: "logit", "probability") of an example, one for each
// class: logit_0_1 is that of class 1 of example 0. Of the first shown_examples.
[[nodiscard]] std::vector<Quantity> outputs_of_example(const std::string& base, std::size_t example,
                                                       std::size_t classes);

// largest_probability and smallest_probability, of all outputs.
[[nodiscard]] std::vector<Quantity> probability_extremes();

// loss_1, loss_2, ... of the epochs; exact_loss, accuracy, largest_logit, smallest_logit; and,
// where `first` has classes that the first examples should come out as, first_categories: how many
// do.
[[nodiscard]] std::vector<Quantity> quantities(std::size_t epochs,
                                               const std::vector<std::int32_t>& first);

}  // namespace maxtrick::inputs
