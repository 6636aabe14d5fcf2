#include "cli/eval/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/eval/arguments.hpp"
#include "cli/eval/targets.hpp"
#include "config/config.hpp"
#include "inputs/selection.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/hardmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
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
    problem.keepdims = options_.keepdims;
    const Arguments read(problem);
    problem.logits = problem.layout.by_rows(read.rounded(logits, "--logits"));
    if (problem.layout.classes() == 0 && problem.layout.rows() > 0 &&
        op->output != ops::Output::row && op != ops::log_sum_exp)
      fail(fmt::format("--logits: shape {} has no classes along the axis",
                       io::shape_text(logits.shape)));
    require_input(problem);
    read_transform(problem, read);
    read_own_arguments(problem, read);
    if (problem.has_losses())
      read_targets(options_, problem);
    else
      refuse_targets(options_, problem);
    return problem;
  }

 private:
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

  static void require_input(const Problem& p) {
    if (p.op->input != ops::Input::probabilities) return;
    for (std::size_t n = 0; n < p.logits.size(); ++n)
      if (!(p.logits[n] >= 0 && p.logits[n] <= 1) && !std::isnan(p.logits[n]))
        fail(fmt::format("--logits: number {} (counted from 0) is {}; {} takes probabilities", n,
                         p.logits[n], p.op->name));
  }

  void read_transform(Problem& p, const Arguments& read) const {
    const bool given = options_.scale || options_.temperature || options_.soft_cap ||
                       !options_.bias.empty() || !options_.mask.empty() || !options_.sink.empty();
    if (given && (p.op->input != ops::Input::logits || p.op->binary))
      fail(fmt::format("{} takes no --scale, --temperature, --soft-cap, --bias, --mask and --sink",
                       p.op->name));
    if (options_.scale) p.scale = read.number(*options_.scale, "--scale");
    if (options_.temperature) {
      p.temperature = read.number(*options_.temperature, "--temperature");
      if (p.temperature < 0)
        fail(fmt::format("--temperature: {}, expected above 0", p.temperature));
    }
    if (options_.soft_cap) {
      p.soft_cap = read.number(*options_.soft_cap, "--soft-cap");
      if (p.soft_cap < 0) fail(fmt::format("--soft-cap: {}, expected above 0", p.soft_cap));
    }
    if (!options_.bias.empty()) p.bias = read.of_logits(options_.bias, "--bias");
    if (!options_.mask.empty())
      for (const double m : read.of_logits(options_.mask, "--mask")) {
        if (m != 0 && m != 1) fail(fmt::format("--mask: {}, expected 0, 1, false or true", m));
        p.mask.push_back(m == 1);
      }
    if (!options_.sink.empty() && p.op == ops::hardmax) fail("hardmax takes no --sink");
    if (!options_.sink.empty()) p.sink = read.of_rows(options_.sink, "--sink");
  }

  void read_own_arguments(Problem& p, const Arguments& read) const {
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
      p.factors = read.of_logits(*text, option);
      read.require_finite(p.factors, option);
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
      if (options_.mean)
        p.parameter = *divisor;  // exactly, whatever the dtype
      else
        p.parameter =
            *value ? read.number(**value, option.c_str(), may_be_0) : p.op->parameter.preset;
      p.has_parameter = value->has_value();
      if (p.op->parameter.name == "gamma" && p.parameter < 0)
        fail(fmt::format("--gamma: {}, expected 0 or above", p.parameter));
    }
    p.gradient = options_.gradient || p.op == ops::cross_entropy_gradient;
    if (options_.gradient && !(p.op == ops::cross_entropy || p.op == ops::cross_entropy_gradient ||
                               p.op->differentiable))
      fail(fmt::format(
          "{} has no --gradient; cross_entropy, binary_cross_entropy and focal_loss have one",
          p.op->name));
  }

  const ProblemOptions& options_;
};

}  // namespace

bool Problem::general() const {
  if (op->binary) return !row_weights.empty() || !factors.empty();
  return (!coefficients.empty() && !one_hot()) || smoothing != 0 || !class_weights.empty() ||
         !row_weights.empty() || !factors.empty() || has_parameter ||
         std::ranges::count(labels, ops::ignored) > 0;
}

Problem read_problem(const ProblemOptions& options) { return Reader(options).read(); }

}  // namespace maxtrick::cli
