// The input of a question, and what a formula answers for it.
#pragma once

#include <string>
#include <vector>

namespace maxtrick::conventions {

using Values = std::vector<double>;
using Matrix = std::vector<Values>;

// A question sets the members that it needs (Question::needs); the others stay empty.
struct Given {
  Matrix logits = {}, probabilities = {}, targets = {}, mask = {};  // rows of classes
  Values labels = {};                                               // integers, one for each row
  Values class_weights = {}, pos_weight = {};                       // one for each class
  Values shape = {};  // of the array whose elements are the first row
  double smoothing = 0, scale = 1, soft_cap = 0, ignored_label = 0;
};

// Either numbers, or a word such as "refused".
struct Answer {
  Values numbers = {};
  std::string word = {};

  // The word, or the numbers with 12 significant digits, separated by blanks.
  [[nodiscard]] std::string text() const;
};

}  // namespace maxtrick::conventions
