// The definition of an op. Each op is defined in its own file in this directory.
#pragma once

#include <cstddef>
#include <string_view>

namespace maxtrick::ops {

struct RowFacts;

// The output of one call.
enum class Output {
  row,                // one number for each class, for each row of logits
  number,             // one number for each row
  loss,               // the loss of each row, given its target
  loss_and_gradient,  // the losses, and one number for each class, for each row
};

// The kind of the output numbers. It decides which outcome an error in them has
// (oracle/outcome.hpp).
enum class Values {
  probabilities,  // 0 after an underflow
  logarithms,     // of a probability or of a sum: -inf after an underflow of that
  losses,         // minus the logarithm of a probability: +inf after an underflow of that
  numbers,        // any other numbers
  indicators,     // 0 or 1 by comparisons, without rounding
};

// What the numbers in Call::logits are.
enum class Input { logits, log_probabilities, probabilities };

// An argument that only this op has: its name on the command line, and in the formula.
struct OwnArgument {
  std::string_view name = {};  // empty: there is none
  bool required = false;
  double preset = 0;  // the value if it is not given
};

struct OpDefinition {
  std::string_view name;
  std::string_view formula;  // one line
  int place;                 // lists and tables show the ops in the order of their places
  Output output;
  Values values;
  // Whether the results of a row represent probabilities that sum to 1.
  bool distribution;
  // A lower bound on max_i |y_i| over the exact results of a row, to which norm-wise errors are
  // relative. Null if no norm-wise bound is stated for the op.
  double (*norm)(const RowFacts&) = nullptr;
  Input input = Input::logits;
  OwnArgument factors = {};    // Call::factors, one number for each class
  OwnArgument parameter = {};  // Call::parameter, one number for the whole call
  // Whether each logit is a row of its own, which stands for two classes: 0 and that logit.
  bool binary = false;
  // Whether logits, and a class for each row of a loss, are all that it needs. Tables, speed and sliders
  // have these ops only.
  bool plain = false;
  // Whether its variants, except those of plug-ins, also give the gradient of the losses if a call asks for it.
  // (The losses of Output::loss_and_gradient always have one.)
  bool differentiable = false;
};

// A handle of a definition. Two handles are equal if they refer to the same definition.
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

// The number of columns of the result of a call, without the losses.
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
