#include "cli/eval/targets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "cli/eval/arguments.hpp"
#include "learn/target.hpp"
#include "numerics/compensated_sum.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/kl_divergence.hpp"
#include "ops/target.hpp"
#include "text/quoted.hpp"

namespace maxtrick::cli {
namespace {

class TargetReader {
 public:
  TargetReader(const ProblemOptions& options, Problem& problem)
      : options_(options), problem_(problem), read_(problem) {}

  void read() {
    if (options_.labels.empty() == options_.targets.empty())
      fail(fmt::format(
          "{} needs {}", problem_.op->name,
          options_.labels.empty()
              ? "--labels, the class of each row, or --targets, coefficients of the classes"
              : "either --labels or --targets, not both"));
    if (!options_.targets.empty()) {
      problem_.coefficients = read_.of_logits(options_.targets, "--targets");
    } else if (problem_.op->binary) {
      problem_.coefficients = read_.of_logits(options_.labels, "--labels");
      for (const double t : problem_.coefficients)
        if (!(t >= 0 && t <= 1)) fail(fmt::format("--labels: {}, expected numbers from 0 to 1", t));
    } else {
      const io::Array labels = read_argument(options_.labels, "--labels");
      if (labels.shape == problem_.layout.shape() && problem_.layout.classes() != 1)
        problem_.coefficients = problem_.layout.by_rows(read_.rounded(labels, "--labels"));
      else
        read_classes(labels);
    }
    const bool may_be_infinite = problem_.op == ops::kl_divergence;
    if (!may_be_infinite)
      read_.require_finite(problem_.coefficients,
                           options_.targets.empty() ? "--labels" : "--targets");
    if (problem_.op == ops::kl_divergence && problem_.coefficients.empty())
      fail("kl_divergence needs --targets, a distribution for each row");
    if (!problem_.coefficients.empty() && !problem_.op->binary && problem_.op != ops::kl_divergence)
      problem_.labels = classes_of_one_hot_rows();
    if (options_.ignore_index && !problem_.coefficients.empty())
      fail("--ignore-index applies to --labels that are classes");
    if (options_.label_smoothing) {
      problem_.smoothing = read_.number(*options_.label_smoothing, "--label-smoothing", true);
      if (problem_.smoothing < 0 || problem_.smoothing > 1)
        fail(fmt::format("--label-smoothing: {}, expected 0 to 1", problem_.smoothing));
    }
    if (!options_.weights.empty()) {
      io::Array weights = read_argument(options_.weights, "--weights");
      weights.values = read_.rounded(weights, "--weights");
      problem_.class_weights = broadcast(weights, {problem_.layout.classes()}, "--weights");
      read_.require_finite(problem_.class_weights, "--weights");
    }
    if (!options_.sample_weights.empty()) {
      problem_.row_weights = problem_.op->binary
                                 ? read_.of_logits(options_.sample_weights, "--sample-weights")
                                 : read_.of_rows(options_.sample_weights, "--sample-weights");
      read_.require_finite(problem_.row_weights, "--sample-weights");
    }
    if (const bool only_rows = problem_.op == ops::kl_divergence || problem_.op->binary;
        only_rows && (problem_.smoothing != 0 || !problem_.class_weights.empty()))
      fail(fmt::format("{} takes no --label-smoothing and no --weights", problem_.op->name));
    read_reduction();
  }

 private:
  // The classes of one-hot rows; empty if a row is none.
  [[nodiscard]] std::vector<std::int32_t> classes_of_one_hot_rows() const {
    const std::size_t n = problem_.layout.classes();
    std::vector<std::int32_t> classes;
    for (std::size_t i = 0; i < problem_.layout.rows(); ++i) {
      const auto row = std::span(problem_.coefficients).subspan(i * n, n);
      const auto one = std::ranges::find(row, 1.0);
      const auto zeros = static_cast<std::size_t>(std::ranges::count(row, 0.0));
      if (one == row.end() || zeros + 1 != n) return {};
      classes.push_back(static_cast<std::int32_t>(one - row.begin()));
    }
    return classes;
  }

  void read_classes(const io::Array& labels) {
    const std::size_t rows = problem_.layout.rows(), classes = problem_.layout.classes();
    const io::Shape own = problem_.layout.row_shape(false), kept = problem_.layout.row_shape(true);
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
          io::shape_text(labels.shape), io::shape_text(own),
          io::shape_text(problem_.layout.shape())));
    }
    for (std::size_t i = 0; i < rows; ++i) {
      const double label = labels.values[i];
      if (options_.ignore_index && label == static_cast<double>(*options_.ignore_index)) {
        problem_.labels.push_back(ops::ignored);
        continue;
      }
      try {
        problem_.labels.push_back(learn::class_index(i, label, classes));
      } catch (const learn::LabelError& error) {
        fail(fmt::format("--labels: {}{}", error.what(),
                         problem_.op == ops::cross_entropy && classes == 1
                             ? "; binary_cross_entropy takes one logit for two classes"
                             : ""));
      }
    }
  }

  void read_reduction() {
    const std::size_t rows = problem_.layout.rows();
    double kept = 0;
    std::vector<std::pair<double, double>> of_classes, of_rows;  // r w, and r alone
    for (std::size_t i = 0; i < rows; ++i) {
      const double r = problem_.row_weights.empty() ? 1 : problem_.row_weights[i];
      if (!problem_.labels.empty() && problem_.labels[i] == ops::ignored) continue;
      ++kept;
      of_rows.emplace_back(r, 1);
      of_classes.emplace_back(
          r, problem_.coefficients.empty() && !problem_.class_weights.empty()
                 ? problem_.class_weights[static_cast<std::size_t>(problem_.labels[i])]
                 : 1);
    }
    const auto weighted = [](const char* what, std::vector<std::pair<double, double>> terms) {
      numerics::Sum sum;
      for (const auto& [r, w] : terms) sum += r * w;
      return Reduction{fmt::format("mean over the sum of {} {}", what, sum.value()), sum.value(),
                       std::move(terms)};
    };
    const auto rows_text = [](double n, const char* what) {
      return fmt::format("mean over {} {}{}", n, what, n == 1 ? "" : "s");
    };
    const std::string& name = options_.reduction;
    problem_.only_reduced = !name.empty() && name != "none";
    Reduction mean{rows_text(static_cast<double>(rows), "row"), static_cast<double>(rows)};
    if (problem_.coefficients.empty() && !problem_.class_weights.empty())
      mean = weighted("weights", std::move(of_classes));
    else if (!problem_.labels.empty() && kept != static_cast<double>(rows))
      mean = {rows_text(kept, "kept row"), kept};
    if (name.empty() || name == "mean")
      problem_.reductions = {mean};
    else if (name == "sum")
      problem_.reductions = {{"sum", 1}};
    else if (name == "rows")
      problem_.reductions = {
          {rows_text(static_cast<double>(rows), "row"), static_cast<double>(rows)}};
    else if (name == "kept")
      problem_.reductions = {{rows_text(kept, "kept row"), kept}};
    else if (name == "weights")
      problem_.reductions = {weighted("sample weights", std::move(of_rows))};
    else if (name != "none")
      fail(fmt::format("unknown --reduction {}, expected none, sum, mean, rows, kept or weights",
                       text::quoted(name)));
  }

  const ProblemOptions& options_;
  Problem& problem_;
  Arguments read_;
};

}  // namespace

void read_targets(const ProblemOptions& options, Problem& problem) {
  TargetReader(options, problem).read();
}

void refuse_targets(const ProblemOptions& options, const Problem& problem) {
  const std::pair<const char*, bool> given[] = {
      {"--labels", !options.labels.empty()},
      {"--targets", !options.targets.empty()},
      {"--weights", !options.weights.empty()},
      {"--sample-weights", !options.sample_weights.empty()},
      {"--label-smoothing", options.label_smoothing.has_value()},
      {"--ignore-index", options.ignore_index.has_value()},
      {"--reduction", !options.reduction.empty()}};
  for (const auto& [option, is_given] : given)
    if (is_given)
      fail(fmt::format("{} applies to losses such as {}, not to {}", option,
                       name(ops::cross_entropy), problem.op->name));
}

}  // namespace maxtrick::cli
