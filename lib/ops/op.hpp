// What an op is: the catalogue's entry. Each op is defined in a file of its own beside this one.
#pragma once

#include <cstddef>
#include <string_view>

namespace maxtrick::ops {

struct RowFacts;

// What one call writes.
enum class Output {
  row,                // as many numbers as classes, for each row of logits
  number,             // one number for each row
  loss,               // the loss of each row, given its target
  loss_and_gradient,  // the losses, and as many numbers as classes for each row
};

// What the numbers are, which decides how an error in them is named (oracle/outcome.hpp).
enum class Values {
  probabilities,  // one that is lost is 0
  logarithms,     // of a probability or of a sum: one that is lost is -inf
  losses,         // minus the logarithm of a probability: one that is lost is +inf
};

struct OpDefinition {
  std::string_view name;
  std::string_view formula;  // one line
  int place;                 // in lists and tables, which show the ops in rising order
  Output output;
  Values values;
  // Whether the results of a row stand for probabilities that sum to 1.
  bool distribution;
  // max_i |y_i| over the results of a row, from below: what norm-wise errors are compared with.
  // Null where no norm-wise bound is stated.
  double (*norm)(const RowFacts&) = nullptr;
};

// A handle of a definition: two are equal where they are of the same op.
class Op {
 public:
  constexpr Op(const OpDefinition& definition) : definition_(&definition) {}
  constexpr const OpDefinition* operator->() const { return definition_; }

  friend constexpr bool operator==(Op a, Op b) { return a.definition_ == b.definition_; }
  friend constexpr bool operator<(Op a, Op b) {
    return a->place != b->place ? a->place < b->place : a->name < b->name;
  }

 private:
  const OpDefinition* definition_;
};

[[nodiscard]] constexpr std::string_view name(Op op) { return op->name; }

// Whether a call needs a target for each row.
[[nodiscard]] constexpr bool takes_targets(Op op) {
  return op->output == Output::loss || op->output == Output::loss_and_gradient;
}

// How many columns the result of a call has, beside the losses.
[[nodiscard]] constexpr std::size_t outputs(Op op, std::size_t classes) {
  switch (op->output) {
    case Output::number: return 1;
    case Output::loss: return 0;
    case Output::row:
    case Output::loss_and_gradient: break;
  }
  return classes;
}

}  // namespace maxtrick::ops
