// What `eval` and `judge` compute: an op, and its arguments row by row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/eval/layout.hpp"
#include "cli/eval/options.hpp"
#include "io/number_type.hpp"
#include "ops/dtype.hpp"
#include "ops/op.hpp"

namespace maxtrick::cli {

// A reduction divides the sum of the losses by a sum of weights, or by a number of rows.
struct Reduction {
  std::string name;  // of the row in the output: "sum", "mean over 3 kept rows", ...
  double divisor;    // rounded to double
  // What it is the exact sum of: products of two numbers of the dtype. Empty: `divisor` is exact.
  std::vector<std::pair<double, double>> terms = {};
};

struct Problem {
  ops::Op op;
  Layout layout;
  ops::DType dtype;
  bool keepdims = false;

  // All numbers but `parameter` are numbers of the dtype. Matrices have a number for each class of each row; one
  // that is not given is empty. The other members are those of ops::Call.
  std::vector<double> logits = {}, bias = {}, factors = {}, coefficients = {};
  std::vector<unsigned char> mask = {};
  std::vector<double> sink = {}, class_weights = {}, row_weights = {};
  // The class of each row, or ops::ignored for a row that is left out. If the coefficients of every
  // row are 1 for one class and 0 for the others, both they and the classes are set.
  std::vector<std::int32_t> labels = {};
  double smoothing = 0, scale = 1, temperature = 1, soft_cap = 0;
  double parameter = 0;
  bool has_parameter = false;
  bool gradient = false;
  std::vector<Reduction> reductions = {};  // of losses
  bool only_reduced = false;               // whether --reduction asks for a single number

  [[nodiscard]] bool has_losses() const { return ops::takes_targets(op); }
  [[nodiscard]] bool has_transform() const {
    return scale != 1 || temperature != 1 || soft_cap != 0 || !bias.empty() || !mask.empty() ||
           !sink.empty();
  }
  [[nodiscard]] bool one_hot() const { return !coefficients.empty() && !labels.empty(); }
  // Whether the call has arguments that only variants with takes_coefficients can take.
  [[nodiscard]] bool general() const;
  // The number of results of a row, and the shape of the results of all rows.
  [[nodiscard]] std::size_t outputs() const { return ops::outputs(op, layout.classes()); }
  [[nodiscard]] io::Shape result_shape() const {
    return op->output == ops::Output::row ? layout.shape() : layout.row_shape(keepdims);
  }
  // Whether log-sum-exp also gives the sign of its sum.
  [[nodiscard]] bool has_sign() const {
    return op->factors.name == "b" && (!factors.empty() || parameter < 0);
  }
};

// Reads and checks all arguments. Throws UsageError or io::InputError, which name the option and the
// place.
[[nodiscard]] Problem read_problem(const ProblemOptions& options);

// Calls `body`, and adds the name of the command to the message of a UsageError.
template <class Body>
[[nodiscard]] int naming_the_command(const char* command, Body body) {
  try {
    return body();
  } catch (const UsageError& error) {
    throw UsageError(std::string(command) + ": " + error.what());
  }
}

// The shortest text that reads back as the same number of the type.
[[nodiscard]] std::string number_text(double value, ops::DType dtype);

// Reads the array of an option: a literal, the name of a file, or - for stdin.
[[nodiscard]] io::Array read_argument(const std::string& text, const std::string& option);

}  // namespace maxtrick::cli
