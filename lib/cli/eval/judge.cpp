// `maxtrick judge`: the error of a result that was computed elsewhere.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/eval/options.hpp"
#include "cli/eval/report.hpp"
#include "cli/eval/results.hpp"
#include "numerics/compensated_sum.hpp"
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"
#include "table/table.hpp"

namespace maxtrick::cli {
namespace {

// An element of the result with its error. `what` is the class, or names a loss or an entry of a gradient.
struct Element {
  std::size_t row;
  std::string what;
  double got, exact, error;
};

// The numbers of a file or literal in the problem's type. A number that the type does not have was not
// computed in it.
std::vector<double> in_dtype(const Problem& problem, const io::Array& array,
                             const std::string& option) {
  return ops::with_storage(problem.dtype, [&]<class S>(std::type_identity<S>) {
    std::vector<double> values;
    for (std::size_t n = 0; n < array.values.size(); ++n) {
      const double x = array.values[n];
      // A text may show fewer digits than the number has; a file of numbers has all of them.
      const double y = static_cast<double>(static_cast<S>(x));
      if (array.type && x != y && !std::isnan(x))
        throw UsageError(fmt::format(
            "{}: number {} (counted from 0) is {}, which is no number of {}; use --dtype", option,
            n, x, name(problem.dtype)));
      values.push_back(y);
    }
    return values;
  });
}

std::vector<double> of_shape(const Problem& problem, const std::string& text,
                             const std::string& option, const io::Shape& shape) {
  const io::Array array = read_argument(text, option);
  if (array.shape != shape && !(array.values.size() == numbers_of(shape) && shape.size() <= 1))
    throw UsageError(fmt::format("{}: shape {}, expected {}", option, io::shape_text(array.shape),
                                 io::shape_text(shape)));
  return in_dtype(problem, array, option);
}

// What every result of the op fulfils, whatever the logits are; one line for each kind of violation.
std::vector<std::string> violations(const Problem& problem, const Exact& exact,
                                    const Results& got) {
  std::vector<std::string> lines;
  const std::size_t rows = problem.layout.rows(), n = problem.layout.classes();
  const auto first = [&](const std::string& what, auto is_violated) {
    std::size_t count = 0, row = 0;
    std::string shown;
    for (std::size_t i = 0; i < rows; ++i)
      if (const std::string one = is_violated(i); !one.empty() && count++ == 0)
        row = i, shown = one;
    if (count > 0)
      lines.push_back(fmt::format("{}: {} row{}, the first is row {}: {}", what, count,
                                  count == 1 ? "" : "s", row, shown));
  };
  const auto entries = [&](const std::vector<double>& all, std::size_t i) {
    return std::span(all).subspan(i * n, n);
  };
  const double eps = ops::unit_roundoff(problem.dtype) * 2;
  const auto sum_of = [](std::span<const double> row) {
    numerics::Sum sum;
    for (const double x : row) sum += x;
    return sum.value();
  };
  // Rows whose exact results are NaN are no distributions.
  const auto special = [&](std::size_t i) {
    return n > 0 && std::isnan(exact.rounded().result[i * n]);
  };
  if (problem.op == ops::softmax) {
    first("a probability is not between 0 and 1", [&](std::size_t i) {
      for (const double p : entries(got.result, i))
        if (!(p >= 0 && p <= 1) && !special(i)) return number_text(p, problem.dtype);
      return std::string();
    });
    if (problem.sink.empty() && n > 0)
      first("the probabilities do not sum to 1", [&](std::size_t i) {
        const double sum = sum_of(entries(got.result, i));
        const double most = eps * (1 + static_cast<double>(n) / 2);
        return !(std::abs(sum - 1) <= most) && !special(i) ? fmt::format("off by {:.3g}", sum - 1)
                                                           : std::string();
      });
  }
  if (problem.op == ops::log_softmax)
    first("a log-probability is above 0", [&](std::size_t i) {
      for (const double y : entries(got.result, i))
        if (y > 0) return number_text(y, problem.dtype);
      return std::string();
    });
  const bool plain =
      problem.coefficients.empty() && problem.class_weights.empty() && problem.row_weights.empty();
  if (problem.has_losses() && plain && problem.op->input == ops::Input::logits)
    first("a loss is below 0", [&](std::size_t i) {
      return got.losses[i] < 0 ? number_text(got.losses[i], problem.dtype) : std::string();
    });
  if (!got.gradient.empty() && !problem.op->binary && problem.soft_cap == 0 && problem.sink.empty())
    first("the gradient of a row does not sum to 0", [&](std::size_t i) {
      double size = 0;
      for (const double g : entries(got.gradient, i)) size += std::abs(g);
      const double sum = sum_of(entries(got.gradient, i));
      return std::abs(sum) > eps * size * (1 + static_cast<double>(n)) ? fmt::format("{:.3g}", sum)
                                                                       : std::string();
    });
  return lines;
}

std::vector<Element> worst_elements(const Problem& problem, const Exact& exact, const Results& got,
                                    std::size_t count) {
  std::vector<Element> all;
  const std::size_t n = problem.layout.classes(),
                    width = problem.has_losses() ? 1 : problem.outputs();
  const auto& values = problem.has_losses() ? got.losses : got.result;
  const auto& right = problem.has_losses() ? exact.rounded().losses : exact.rounded().result;
  for (std::size_t i = 0; i < problem.layout.rows(); ++i) {
    std::vector<double> errors, of_gradient;
    (void)exact.judge(got, i, &errors, &of_gradient);
    for (std::size_t k = 0; k < errors.size(); ++k)
      all.push_back({i,
                     problem.has_losses()   ? "loss"
                     : width == 1 && n != 1 ? ""
                                            : fmt::format("{}", k),
                     values[i * width + k], right[i * width + k], errors[k]});
    for (std::size_t k = 0; k < of_gradient.size(); ++k)
      all.push_back({i, fmt::format("gradient {}", k), got.gradient[i * n + k],
                     exact.rounded().gradient[i * n + k], of_gradient[k]});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Element& a, const Element& b) { return a.error > b.error; });
  if (all.size() > count) all.resize(count);
  return all;
}

table::ResultTable table_of(const Problem& problem, const std::vector<Element>& elements) {
  table::ResultTable table;
  for (const char* column : {"row", "class", "error_ulp", "result", "exact"})
    table.columns.push_back({column, table::Rule::exact, ""});
  const auto shown = [&](double x) { return number_text(x, problem.dtype); };
  for (const Element& e : elements)
    table.rows.push_back({fmt::format("{}", e.row), e.what, table::rounded(e.error, 4),
                          shown(e.got), shown(e.exact)});
  return table;
}

// The verdict on a reduced loss.
std::string reduced_text(const Problem& problem, const Exact& exact, const Results& got,
                         const oracle::Verdict& verdict, table::Format format) {
  const double error = verdict.max_error_ulp, due = exact.rounded().reduced[0];
  if (format == table::Format::json) {
    nlohmann::ordered_json object;
    object["format_version"] = 1;
    object["row"] = problem.reductions[0].name;
    object["outcome"] = name(verdict.outcome);
    object["max_error_ulp"] = json_number(error);
    object["loss"] = json_number(got.reduced[0]);
    object["exact"] = json_number(due);
    return object.dump(2) + '\n';
  }
  table::ResultTable table;
  for (const char* column : {"row", "outcome", "error_ulp", "loss", "exact"})
    table.columns.push_back({column, table::Rule::exact, ""});
  table.rows.push_back({problem.reductions[0].name, std::string(name(verdict.outcome)),
                        table::rounded(error, 4), number_text(got.reduced[0], problem.dtype),
                        number_text(due, problem.dtype)});
  return render(table, format);
}

int judged(const JudgeOptions& options) {
  const Problem problem = read_problem(options);
  const bool gradient_alone = problem.gradient && options.result.empty();
  if (options.result.empty() && !gradient_alone)
    throw UsageError("expected --result, the numbers to judge");
  if (problem.gradient && problem.only_reduced)
    throw UsageError(
        "--gradient and a --reduction exclude each other: the gradient is that of the rows");
  if (problem.gradient && options.result_gradient.empty())
    throw UsageError("--gradient needs --result-gradient, the gradient to judge");
  if (options.ulp && !(*options.ulp >= 0 && std::isfinite(*options.ulp)))
    throw UsageError(fmt::format("--ulp: {}, expected a finite number from 0", *options.ulp));
  if (!options.result_gradient.empty() && !problem.gradient)
    throw UsageError("--result-gradient needs --gradient");
  Results got{.name = "result"};
  const bool reduced = problem.has_losses() && problem.only_reduced;
  const io::Shape shape = reduced ? io::Shape{} : problem.result_shape();
  const auto exact = solve(problem);
  const std::vector<double> values =
      gradient_alone ? std::vector<double>() : of_shape(problem, options.result, "--result", shape);
  if (gradient_alone)
    got.losses = exact->rounded().losses;  // none are given, and so none are wrong
  else if (reduced)
    got.reduced = values;
  else if (problem.has_losses())
    got.losses = values;
  else
    got.result = problem.op->output == ops::Output::row ? problem.layout.by_rows(values) : values;
  if (!options.result_gradient.empty())
    got.gradient = problem.layout.by_rows(
        of_shape(problem, options.result_gradient, "--result-gradient", problem.layout.shape()));

  double worst = 0;
  if (reduced) {
    const oracle::Verdict verdict = exact->judge_reduced(got, 0);
    worst = verdict.max_error_ulp;
    fmt::print("{}", reduced_text(problem, *exact, got, verdict, options.format));
  } else {
    for (std::size_t i = 0; i < problem.layout.rows(); ++i) {
      const RowVerdict verdict = exact->judge(got, i);
      worst = std::max({worst, verdict.values.max_error_ulp, verdict.gradient.max_error_ulp});
    }
    const std::vector<Element> elements = worst_elements(problem, *exact, got, options.worst);
    const auto table = table_of(problem, elements);
    const std::vector<std::string> lines = violations(problem, *exact, got);
    if (options.format == table::Format::table) {
      fmt::print("{}\n{}", summary(problem, *exact, {got}), render(table, options.format));
      if (!lines.empty()) fmt::print("\n");
      for (const std::string& line : lines) fmt::print("violated: {}\n", line);
    } else if (options.format == table::Format::csv) {
      fmt::print("{}", render(table, options.format));
    } else {
      auto object = nlohmann::ordered_json::parse(report(problem, *exact, {got}, options.format));
      object["violated"] = lines;
      fmt::print("{}\n", object.dump(2));
    }
  }
  if (!options.ulp || worst <= *options.ulp) return exit_holds;
  fmt::print(stderr, "the largest error is {} ULP, {} allowed\n", table::rounded(worst, 4).text(),
             *options.ulp);
  return exit_check_failed;
}

}  // namespace

int judge(const JudgeOptions& options) {
  return naming_the_command("judge", [&] { return judged(options); });
}

}  // namespace maxtrick::cli
