// The formulas of the teaching documents, by the names that configs/published.toml uses.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace maxtrick::published {

using Matrix = std::vector<std::vector<double>>;

struct Given {
  Matrix input;                // rows of logits, probabilities or plain numbers
  std::vector<double> labels;  // a class index a row, where the formula needs them
};

struct Formula {
  std::string name;
  std::string meaning;
  bool needs_labels;
  // The results of each row of the input; of a formula over all rows, one row.
  std::function<Matrix(const Given&)> compute;
};

// The plain formulas, and one for each registered variant under its own name, in float64.
[[nodiscard]] const std::vector<Formula>& formulas();

}  // namespace maxtrick::published
