#include "cli/eval/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "config/config.hpp"
#include "inputs/selection.hpp"
#include "io/number.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/kl_divergence.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "table/cell.hpp"
#include "text/quoted.hpp"

namespace maxtrick::cli {
namespace {

using io::Array;
using ops::DType;
using ops::Op;

Op parse_op(const std::string& text) {
  if (const auto op = ops::parse_op(text)) return *op;
  throw UsageError(fmt::format("unknown op {}, expected {}", text::quoted(text),
                               config::expected_one_of(text, inputs::names_of(ops::all_ops()))));
}

DType dtype_of(const std::string& text, const Array& logits) {
  if (!text.empty()) {
    if (const auto dtype = ops::parse_dtype(text)) return *dtype;
    throw UsageError(fmt::format("unknown --dtype {}, expected {}", text::quoted(text),
                                 config::expected_one_of(text, inputs::names_of(ops::all_dtypes))));
  }
  if (logits.type == io::NumberType::float64) return DType::float64;
  if (logits.type == io::NumberType::float16) return DType::float16;
  return DType::float32;
}

class Reader {
 public:
  explicit Reader(const ProblemOptions& options) : options_(options) {}

  Problem read() {
    const Op op = parse_op(options_.op);
    const Array logits = read_logits();
    const DType dtype = dtype_of(options_.dtype, logits);
    auto axes =
        op->binary ? std::vector<std::size_t>() : parse_axes(options_.axis, logits.shape.size());
    if (op->binary && !options_.axis.empty())
      fail(fmt::format("--axis: {} is computed for each number", op->name));
    if (ops::takes_targets(op) && axes.size() > 1)
      fail(fmt::format("--axis: {} has one axis of classes", op->name));
    Problem problem{op, Layout(logits.shape, std::move(axes)), dtype};
    problem_ = &problem;
    problem.keepdims = options_.keepdims;
    problem.logits = problem.layout.by_rows(rounded(logits, "--logits"));
    if (problem.layout.classes() == 0 && problem.layout.rows() > 0 &&
        op->output != ops::Output::row && op != ops::log_sum_exp)
      fail(fmt::format("--logits: shape {} has no classes along the axis",
                       io::shape_text(logits.shape)));
    require_input();
    read_transform();
    read_own_arguments();
    if (problem.has_losses())
      read_targets();
    else
      refuse_targets();
    problem_ = nullptr;
    return problem;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const { throw UsageError(message); }

  Array read_logits() const {
    if (options_.logits.empty() == options_.input.empty())
      fail("expected the logits either by --logits or by --input");
    Array logits = options_.input.empty() ? read_argument(options_.logits, "--logits")
                                          : io::read_array(options_.input);
    if (options_.shape.empty()) return logits;
    io::Shape shape;
    if (options_.shape != "scalar")
      for (const double size : io::parse_array(options_.shape, "--shape").values) {
        if (!(size >= 0 && size == std::floor(size) && size < 0x1p40))
          fail(fmt::format("--shape: {}, expected sizes such as 2,3", size));
        shape.push_back(static_cast<std::size_t>(size));
      }
    if (numbers_of(shape) != logits.values.size())
      fail(fmt::format("--shape: {} has {} numbers, the logits have {}", io::shape_text(shape),
                       numbers_of(shape), logits.values.size()));
    logits.shape = shape;
    return logits;
  }

  // The numbers in the dtype. Integers are not rounded silently, and no finite number becomes
  // infinite.
  std::vector<double> rounded(const Array& array, const std::string& option) const {
    const bool integers =
        array.type && (io::is_integer(*array.type) || *array.type == io::NumberType::boolean);
    return ops::with_storage(problem_dtype(), [&]<class S>(std::type_identity<S>) {
      std::vector<double> result;
      result.reserve(array.values.size());
      for (std::size_t n = 0; n < array.values.size(); ++n) {
        const double x = array.values[n], y = static_cast<double>(static_cast<S>(x));
        if (std::isfinite(x) && std::isinf(y))
          fail(fmt::format("{}: {} is infinite in {}; use --dtype float64", option, x,
                           name(problem_dtype())));
        const bool whole = x == std::floor(x) && std::abs(x) > 0x1p24;
        if (x != y && (integers || whole))
          fail(fmt::format("{}{}: the integer {:.0f} is not a number of {}; use --dtype float64",
                           option, place_text(n, array.shape), x, name(problem_dtype())));
        result.push_back(y);
      }
      return result;
    });
  }
  [[nodiscard]] DType problem_dtype() const { return problem_->dtype; }

  double number(double value, const char* option, bool may_be_0 = false) const {
    if (!std::isfinite(value) || (value == 0 && !may_be_0))
      fail(fmt::format("{}: {}, expected a finite number{}", option, value,
                       may_be_0 ? "" : " other than 0"));
    const double y = rounded({{}, {value}, {}}, option)[0];
    if (y == 0 && value != 0)
      fail(fmt::format("{}: {} is 0 in {}", option, value, name(problem_dtype())));
    return y;
  }

  // One number for each logit, row by row.
  std::vector<double> of_logits(const std::string& text, const std::string& option) const {
    Array array = read_argument(text, option);
    array.values = rounded(array, option);
    return problem_->layout.by_rows(broadcast(array, problem_->layout.shape(), option));
  }
  std::vector<double> of_rows(const std::string& text, const std::string& option) const {
    Array array = read_argument(text, option);
    array.values = rounded(array, option);
    // One number for each row may also be given with the axes of size 1.
    const io::Shape kept = problem_->layout.row_shape(true),
                    own = problem_->layout.row_shape(false);
    return broadcast(array, array.shape.size() == kept.size() ? kept : own, option);
  }
  void require_finite(const std::vector<double>& values, const std::string& option) const {
    for (std::size_t n = 0; n < values.size(); ++n)
      if (!std::isfinite(values[n]))
        fail(fmt::format("{}: number {} (counted from 0) is {}, expected finite numbers", option, n,
                         values[n]));
  }

  void require_input() const {
    if (problem_->op->input != ops::Input::probabilities) return;
    for (std::size_t n = 0; n < problem_->logits.size(); ++n)
      if (problem_->logits[n] < 0)
        fail(fmt::format("--logits: number {} (counted from 0) is {}; {} takes probabilities", n,
                         problem_->logits[n], problem_->op->name));
  }

  void read_transform() {
    Problem& p = *problem_;
    const bool given = options_.scale || options_.temperature || options_.soft_cap ||
                       !options_.bias.empty() || !options_.mask.empty() || !options_.sink.empty();
    if (given && (p.op->input != ops::Input::logits || p.op->binary))
      fail(fmt::format("{} takes no --scale, --temperature, --soft-cap, --bias, --mask and --sink",
                       p.op->name));
    if (options_.scale) p.scale = number(*options_.scale, "--scale");
    if (options_.temperature) {
      p.temperature = number(*options_.temperature, "--temperature");
      if (p.temperature < 0)
        fail(fmt::format("--temperature: {}, expected above 0", p.temperature));
    }
    if (options_.soft_cap) {
      p.soft_cap = number(*options_.soft_cap, "--soft-cap");
      if (p.soft_cap < 0) fail(fmt::format("--soft-cap: {}, expected above 0", p.soft_cap));
    }
    if (!options_.bias.empty()) p.bias = of_logits(options_.bias, "--bias");
    if (!options_.mask.empty())
      for (const double m : of_logits(options_.mask, "--mask")) {
        if (m != 0 && m != 1) fail(fmt::format("--mask: {}, expected 0, 1, false or true", m));
        p.mask.push_back(m == 1);
      }
    if (!options_.sink.empty()) p.sink = of_rows(options_.sink, "--sink");
  }

  void read_own_arguments() {
    Problem& p = *problem_;
    const std::pair<const char*, const std::string*> arrays[] = {
        {"b", &options_.b},
        {"dy", &options_.dy},
        {"values", &options_.values},
        {"pos-weight", &options_.pos_weight}};
    for (const auto& [name, text] : arrays) {
      const std::string option = fmt::format("--{}", name);
      const bool is_own = p.op->factors.name == name;
      if (!text->empty() && !is_own) fail(fmt::format("{} takes no {}", p.op->name, option));
      if (!is_own || (text->empty() && !p.op->factors.required)) continue;
      if (text->empty()) fail(fmt::format("{} needs {}", p.op->name, option));
      p.factors = of_logits(*text, option);
      require_finite(p.factors, option);
    }
    const std::optional<double> log_target =
        options_.log_target ? std::optional<double>(1) : std::nullopt;
    std::optional<double> divisor = options_.divisor;
    if (options_.mean) {
      if (divisor) fail("--mean and --divisor exclude each other");
      divisor = static_cast<double>(p.layout.classes());
    }
    const std::pair<const char*, const std::optional<double>*> numbers[] = {
        {"divisor", &divisor},
        {"gamma", &options_.gamma},
        {"factor", &options_.factor},
        {"log-target", &log_target}};
    for (const auto& [name, value] : numbers) {
      const std::string option = fmt::format("--{}", name);
      const bool is_own = p.op->parameter.name == name;
      if (*value && !is_own)
        fail(fmt::format("{} takes no {}", p.op->name, options_.mean ? "--mean" : option));
      if (!is_own) continue;
      const bool may_be_0 = std::string_view(name) != "divisor";
      p.parameter = *value ? number(**value, option.c_str(), may_be_0) : p.op->parameter.preset;
      p.has_parameter = value->has_value();
      if (p.op->parameter.name == "gamma" && p.parameter < 0)
        fail(fmt::format("--gamma: {}, expected 0 or above", p.parameter));
    }
    p.gradient = options_.gradient || p.op == ops::cross_entropy_gradient;
    if (options_.gradient &&
        !(p.op == ops::cross_entropy || p.op == ops::cross_entropy_gradient || p.op->binary))
      fail(fmt::format("{} has no --gradient; cross_entropy and binary_cross_entropy have one",
                       p.op->name));
  }

  void refuse_targets() const {
    const std::pair<const char*, bool> given[] = {
        {"--labels", !options_.labels.empty()},
        {"--targets", !options_.targets.empty()},
        {"--weights", !options_.weights.empty()},
        {"--sample-weights", !options_.sample_weights.empty()},
        {"--label-smoothing", options_.label_smoothing.has_value()},
        {"--ignore-index", options_.ignore_index.has_value()},
        {"--reduction", !options_.reduction.empty()}};
    for (const auto& [option, is_given] : given)
      if (is_given)
        fail(fmt::format("{} applies to losses such as {}, not to {}", option,
                         name(ops::cross_entropy), problem_->op->name));
  }

  void read_targets() {
    Problem& p = *problem_;
    if (options_.labels.empty() == options_.targets.empty())
      fail(fmt::format(
          "{} needs {}", p.op->name,
          options_.labels.empty()
              ? "--labels, the class of each row, or --targets, coefficients of the classes"
              : "either --labels or --targets, not both"));
    if (!options_.targets.empty()) {
      p.coefficients = of_logits(options_.targets, "--targets");
    } else {
      const Array labels = read_argument(options_.labels, "--labels");
      if (p.op->binary)
        p.coefficients = of_logits(options_.labels, "--labels");
      else if (labels.shape == p.layout.shape() && p.layout.classes() != 1)
        p.coefficients = p.layout.by_rows(rounded(labels, "--labels"));
      else
        read_classes(labels);
    }
    const bool may_be_infinite = p.op == ops::kl_divergence;
    if (!may_be_infinite)
      require_finite(p.coefficients, options_.targets.empty() ? "--labels" : "--targets");
    if (p.op == ops::kl_divergence && p.coefficients.empty())
      fail("kl_divergence needs --targets, a distribution for each row");
    if (!p.coefficients.empty() && !p.op->binary && p.op != ops::kl_divergence)
      p.labels = classes_of(p);
    if (options_.ignore_index && !p.coefficients.empty())
      fail("--ignore-index applies to --labels that are classes");
    if (options_.label_smoothing) {
      p.smoothing = number(*options_.label_smoothing, "--label-smoothing", true);
      if (p.smoothing < 0 || p.smoothing > 1)
        fail(fmt::format("--label-smoothing: {}, expected 0 to 1", p.smoothing));
    }
    if (!options_.weights.empty()) {
      Array weights = read_argument(options_.weights, "--weights");
      weights.values = rounded(weights, "--weights");
      p.class_weights = broadcast(weights, {p.layout.classes()}, "--weights");
      require_finite(p.class_weights, "--weights");
    }
    if (!options_.sample_weights.empty()) {
      p.row_weights = p.op->binary ? of_logits(options_.sample_weights, "--sample-weights")
                                   : of_rows(options_.sample_weights, "--sample-weights");
      require_finite(p.row_weights, "--sample-weights");
    }
    if (const bool only_rows = p.op == ops::kl_divergence || p.op->binary;
        only_rows && (p.smoothing != 0 || !p.class_weights.empty()))
      fail(fmt::format("{} takes no --label-smoothing and no --weights", p.op->name));
    read_reduction();
  }

  // The classes of one-hot rows; empty if a row is none.
  static std::vector<std::int32_t> classes_of(const Problem& p) {
    const std::size_t n = p.layout.classes();
    std::vector<std::int32_t> classes;
    for (std::size_t i = 0; i < p.layout.rows(); ++i) {
      const auto row = std::span(p.coefficients).subspan(i * n, n);
      const auto one = std::ranges::find(row, 1.0);
      const auto zeros = static_cast<std::size_t>(std::ranges::count(row, 0.0));
      if (one == row.end() || zeros + 1 != n) return {};
      classes.push_back(static_cast<std::int32_t>(one - row.begin()));
    }
    return classes;
  }

  void read_classes(const Array& labels) {
    Problem& p = *problem_;
    const std::size_t rows = p.layout.rows(), classes = p.layout.classes();
    const io::Shape own = p.layout.row_shape(false), kept = p.layout.row_shape(true);
    // A vector of one label for each row fits any shape, as a literal or a column of a file does.
    const bool is_vector =
        labels.values.size() == rows &&
        std::ranges::count_if(labels.shape, [](std::size_t n) { return n != 1; }) <= 1;
    if (labels.shape != own && labels.shape != kept && !is_vector) {
      if (labels.shape.size() == 1 && own.size() <= 1 && labels.values.size() < rows)
        fail(fmt::format("--labels: {} for {} rows: row {} (counted from 0) has none",
                         labels.values.size(), rows, labels.values.size()));
      if (labels.shape.size() == 1 && own.size() <= 1 && labels.values.size() > rows)
        fail(fmt::format("--labels: {} for {} rows: there is no row {} (counted from 0)",
                         labels.values.size(), rows, rows));
      fail(fmt::format(
          "--labels: shape {}, expected {} (one class for each row) or {} (a coefficient "
          "for each class)",
          io::shape_text(labels.shape), io::shape_text(own), io::shape_text(p.layout.shape())));
    }
    for (std::size_t i = 0; i < rows; ++i) {
      const double label = labels.values[i];
      if (options_.ignore_index && label == static_cast<double>(*options_.ignore_index)) {
        p.labels.push_back(ops::ignored);
        continue;
      }
      const bool is_class =
          label >= 0 && label < static_cast<double>(classes) && label == std::floor(label);
      if (!is_class)
        fail(fmt::format("--labels: row {}: label {} is not a class; expected 0 to {}{}", i, label,
                         classes == 0 ? 0 : classes - 1,
                         p.op == ops::cross_entropy && classes == 1
                             ? "; binary_cross_entropy takes one logit for two classes"
                             : ""));
      p.labels.push_back(static_cast<std::int32_t>(label));
    }
  }

  // The divisors, as double: each is a sum of some numbers of the dtype.
  void read_reduction() {
    Problem& p = *problem_;
    const std::size_t rows = p.layout.rows();
    double kept = 0, of_classes = 0, of_rows = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      const double r = p.row_weights.empty() ? 1 : p.row_weights[i];
      if (!p.labels.empty() && p.labels[i] == ops::ignored) continue;
      ++kept;
      of_rows += r;
      of_classes += r * (!p.coefficients.empty() || p.class_weights.empty()
                             ? 1
                             : p.class_weights[static_cast<std::size_t>(p.labels[i])]);
    }
    const auto rows_text = [](double n, const char* what) {
      return fmt::format("mean over {} {}{}", n, what, n == 1 ? "" : "s");
    };
    const std::string& name = options_.reduction;
    p.only_reduced = !name.empty() && name != "none";
    Reduction mean{rows_text(static_cast<double>(rows), "row"), static_cast<double>(rows)};
    if (p.coefficients.empty() && !p.class_weights.empty())
      mean = {fmt::format("mean over the sum of weights {}", of_classes), of_classes};
    else if (!p.labels.empty() && kept != static_cast<double>(rows))
      mean = {rows_text(kept, "kept row"), kept};
    if (name.empty() || name == "mean")
      p.reductions = {mean};
    else if (name == "sum")
      p.reductions = {{"sum", 1}};
    else if (name == "rows")
      p.reductions = {{rows_text(static_cast<double>(rows), "row"), static_cast<double>(rows)}};
    else if (name == "kept")
      p.reductions = {{rows_text(kept, "kept row"), kept}};
    else if (name == "weights")
      p.reductions = {{fmt::format("mean over the sum of sample weights {}", of_rows), of_rows}};
    else if (name != "none")
      fail(fmt::format("unknown --reduction {}, expected none, sum, mean, rows, kept or weights",
                       text::quoted(name)));
  }

  const ProblemOptions& options_;
  Problem* problem_ = nullptr;
};

}  // namespace

bool Problem::general() const {
  if (op->binary) return !row_weights.empty() || !factors.empty();
  return (!coefficients.empty() && !one_hot()) || smoothing != 0 || !class_weights.empty() ||
         !row_weights.empty() || !factors.empty() || has_parameter ||
         std::ranges::count(labels, ops::ignored) > 0;
}

std::string number_text(double value, ops::DType dtype) {
  return ops::with_storage(
      dtype, [&]<class S>(std::type_identity<S>) { return table::cell(static_cast<S>(value)); });
}

io::Array read_argument(const std::string& text, const std::string& option) {
  // A literal starts with a bracket or a number; `nan` and `inf` are numbers.
  const std::size_t first = std::min(text.find_first_not_of(" \t\n"), text.size());
  const std::size_t end = std::min(text.find_first_of(" ,;\t\n", first), text.size());
  const std::string_view word = std::string_view(text).substr(first, end - first);
  const bool is_number = word == "true" || word == "false" || io::parse_number(word).has_value();
  // What looks like a number and is no file is a mistake in a literal.
  const bool looks_like_one =
      !word.empty() && std::string_view("+-.0123456789").find(word[0]) != std::string_view::npos &&
      word != "-";
  const bool literal =
      word.empty() || word.front() == '[' || is_number || (looks_like_one && !io::is_there(text));
  return literal ? io::parse_array(text, option) : io::read_array(text);
}

Problem read_problem(const ProblemOptions& options) { return Reader(options).read(); }

}  // namespace maxtrick::cli
