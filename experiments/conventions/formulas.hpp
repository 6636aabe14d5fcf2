// The closed set of conventions: for each question, the formulas by which frameworks answer it.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "conventions/given.hpp"

namespace maxtrick::conventions {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// One way of answering a question. `value` is exact: functions come from the oracle, and each number
// is within 2^-40 of the exact one, relatively, before it is written with 12 digits.
struct Formula {
  std::string name;
  std::string definition;  // one line, with z for the logits, p for probabilities, q for targets
  std::function<Answer(const Given&)> value;
};

struct Question {
  std::string name;
  std::vector<std::string> needs;  // keys of the config, in the order in which the table shows them
  std::vector<Formula> formulas;
};

// All questions: first those about softmax, then those about losses.
[[nodiscard]] const std::vector<Question>& questions();

[[nodiscard]] std::vector<Question> softmax_questions();
[[nodiscard]] std::vector<Question> loss_questions();

// The answers "refused" (an error is raised), and the same number for every class of the rows.
[[nodiscard]] Formula refused();
[[nodiscard]] Answer everywhere(double value, const Matrix& rows);

}  // namespace maxtrick::conventions
