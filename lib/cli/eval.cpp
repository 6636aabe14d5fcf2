#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/eval_input.hpp"
#include "cli/plugins.hpp"
#include "config/config.hpp"
#include "inputs/selection.hpp"
#include "io/files.hpp"
#include "ops/apply.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/registry.hpp"
#include "oracle/oracle.hpp"
#include "oracle/outcome.hpp"
#include "run/experiment.hpp"
#include "text/quoted.hpp"

namespace maxtrick::cli {
namespace {

using io::Matrix;
using ops::DType;
using ops::Op;
using ops::Variant;

// A line with more numbers than this shows only the first and the last ones in the table format.
// CSV and JSON show all.
constexpr std::size_t shown_numbers = 12;
// The same tolerance as in the overflow experiment: three bits are lost.
constexpr double tolerance_ulp = 8;

Op parse_op(const std::string& text) {
  if (const auto op = ops::parse_op(text)) return *op;
  throw UsageError(fmt::format("eval: unknown op {}, expected {}", text::quoted(text),
                               config::expected_one_of(text, inputs::names_of(ops::all_ops()))));
}

std::vector<const Variant*> choose(Op op, const std::string& pattern) {
  std::vector<const Variant*> chosen;
  std::vector<std::string> names;
  for (const Variant& variant : ops::variants()) {
    if (variant.op != op) continue;
    names.push_back(variant.name());
    if (ops::chooses(pattern.empty() ? "*" : pattern, variant)) chosen.push_back(&variant);
  }
  if (chosen.empty())
    throw UsageError(fmt::format("eval: no variant of {} matches {}, expected {}", name(op),
                                 text::quoted(pattern), config::expected_one_of(pattern, names)));
  return chosen;
}

template <class T>
std::string joined(const std::vector<T>& values, bool whole) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!whole && values.size() > shown_numbers && i == shown_numbers / 2) {
      text += " ...";
      i = values.size() - shown_numbers / 2;
    }
    text += (text.empty() ? "" : " ") + table::cell(values[i]);
  }
  return text;
}

// Appends one line for the exact answer of a row, then one for each variant. Returns false if a
// variant failed, and prints the reason.
template <class T>
bool append_row(table::ResultTable& table, Op op, std::span<const T> logits, std::size_t index,
                const std::vector<const Variant*>& chosen, DType dtype, Matrix& results,
                bool whole) {
  const auto exact = oracle::exact(op, logits);
  std::vector<T> rounded;
  for (const auto& e : exact) rounded.push_back(e.rounded);
  const std::string row = fmt::format("{}", index), type{name(dtype)};
  table.rows.push_back({row, "exact", type, "", "", joined(rounded, whole)});
  bool all = true;
  for (const Variant* variant : chosen) {
    std::vector<T> got;
    try {
      got = ops::apply(*variant, dtype, logits);
    } catch (const run::CaseFailed& failed) {
      fmt::print(stderr, "row {} skipped: {}\n", row, failed.what());
      all = false;
      continue;
    }
    const auto verdict = oracle::judge<T>(op, exact, std::span<const T>(got), tolerance_ulp,
                                          !variant->special_values.empty());
    table.rows.push_back({row, variant->name(), type, std::string(name(verdict.outcome)),
                          table::rounded(verdict.max_error_ulp, 4), joined(got, whole)});
    results.values.insert(results.values.end(), got.begin(), got.end());
  }
  return all;
}

template <class T>
int evaluate(Op op, const Matrix& logits, const std::vector<const Variant*>& chosen, DType dtype,
             const EvalOptions& options) {
  require_finite<T>(logits, dtype);
  table::ResultTable table;
  for (const char* column : {"row", "variant", "dtype", "outcome", "max_error_ulp", "result"})
    table.columns.push_back({column, table::Rule::exact, ""});
  table.columns[table.index("max_error_ulp")].rule = table::Rule::info;
  Matrix results{logits.rows, ops::outputs(op, logits.columns), {}, logits.one_dimensional, {}};
  const bool whole = options.format != table::Format::table;
  bool all = true;
  for (std::size_t i = 0; i < logits.rows; ++i) {
    const auto first = logits.values.begin() + static_cast<std::ptrdiff_t>(i * logits.columns);
    std::vector<T> x;
    std::transform(first, first + static_cast<std::ptrdiff_t>(logits.columns),
                   std::back_inserter(x), [](double v) { return static_cast<T>(v); });
    all = append_row<T>(table, op, x, i, chosen, dtype, results, whole) && all;
  }
  if (!options.output.empty() && all) {
    // If the op gives one number for each row, the result is a vector, as for NumPy's reductions.
    if (op->output == ops::Output::number)
      results = {1, logits.rows, std::move(results.values), true, {}};
    io::write_file(options.output,
                   io::to_npy(results, dtype == DType::float64 ? io::NumberType::float64
                                                               : io::NumberType::float32));
  }
  fmt::print("{}", table::render(table, options.format));
  return all ? exit_holds : exit_incomplete;
}

}  // namespace

int eval(const EvalOptions& options) {
  load_plugins(options.plugins);
  const Op op = parse_op(options.op);
  if (ops::takes_targets(op)) return eval_loss(options, op);
  if (!options.labels.empty())
    throw UsageError(fmt::format("eval: --labels applies to {}, not to {}",
                                 name(ops::cross_entropy), options.op));
  std::vector<const Variant*> chosen = choose(op, options.variant);
  const Matrix logits = read_logits(options);
  const DType dtype = read_dtype(options, logits);

  const std::size_t left_out = leave_out(chosen, dtype, options.quiet);
  if (chosen.empty()) return exit_incomplete;
  if (!options.output.empty() && chosen.size() != 1)
    throw UsageError(fmt::format("eval: --output needs exactly one variant; {} matches {}",
                                 text::quoted(options.variant.empty() ? "*" : options.variant),
                                 chosen.size()));
  const int code = ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
    return evaluate<S>(op, logits, chosen, dtype, options);
  });
  // A variant that --variant names and that did not run makes the result incomplete. One that was
  // only among all variants is just reported.
  return left_out > 0 && !options.variant.empty() ? exit_incomplete : code;
}

}  // namespace maxtrick::cli
