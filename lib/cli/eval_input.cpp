#include "cli/eval_input.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "inputs/selection.hpp"
#include "io/number.hpp"
#include "learn/target.hpp"
#include "text/quoted.hpp"

namespace maxtrick::cli {

using io::Matrix;
using ops::DType;

namespace {

// The labels, such as "0,2", or those in a file: a text that does not start with a number is the
// name of a file.
Matrix read_label_matrix(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  const std::size_t end = std::min(text.find_first_of(" ,;", first), text.size());
  const bool numbers =
      first < end && io::parse_number(std::string_view(text).substr(first, end - first));
  return numbers ? io::parse_matrix(text, "--labels") : io::read_matrix(text);
}

// The classes of one-hot rows. Throws UsageError unless each row has a 1 for one class and 0 for
// the others.
Labels one_hot(const Matrix& weights) {
  Labels labels{{}, true};
  const numerics::Rows<const double> rows{weights.values.data(), weights.rows, weights.columns};
  try {
    learn::require_distributions(rows);
  } catch (const learn::LabelError& error) {
    throw UsageError(fmt::format("eval: --labels: {}", error.what()));
  }
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const auto row = rows.row(i);
    const auto one = std::find(row.begin(), row.end(), 1.0);
    if (one == row.end())
      throw UsageError(
          fmt::format("eval: --labels: row {}: the weights describe a distribution over "
                      "several classes; expected one class of weight 1",
                      i));
    labels.classes.push_back(static_cast<std::int32_t>(one - row.begin()));
  }
  return labels;
}

}  // namespace

Matrix read_logits(const EvalOptions& options) {
  if (options.logits.empty() == options.input.empty())
    throw UsageError("eval: expected the logits either by --logits or by --input");
  return options.input.empty() ? io::parse_matrix(options.logits, "--logits")
                               : io::read_matrix(options.input);
}

Labels read_labels(const EvalOptions& options, const Matrix& logits) {
  if (options.labels.empty())
    throw UsageError("eval: cross_entropy needs --labels, the class of each row");
  const Matrix labels = read_label_matrix(options.labels);
  if (logits.columns > 1 && labels.rows == logits.rows && labels.columns == logits.columns)
    return one_hot(labels);
  const std::size_t count = labels.values.size();
  if (labels.rows != 1 && labels.columns != 1)
    throw UsageError(
        fmt::format("eval: --labels: {} x {} numbers; expected one label or {} weights for "
                    "each row",
                    labels.rows, labels.columns, logits.columns));
  if (count < logits.rows)
    throw UsageError(fmt::format("eval: --labels: {} for {} rows: row {} (counted from 0) has none",
                                 count, logits.rows, count));
  if (count > logits.rows)
    throw UsageError(
        fmt::format("eval: --labels: {} for {} rows: there is no row {} (counted from 0)", count,
                    logits.rows, logits.rows));
  try {
    return {learn::class_indices(labels.values, logits.columns == 1 ? 2 : logits.columns)};
  } catch (const learn::LabelError& error) {
    throw UsageError(fmt::format("eval: --labels: {}", error.what()));
  }
}

DType read_dtype(const EvalOptions& options, const Matrix& logits) {
  const std::string& text = options.dtype;
  if (text.empty()) return logits.type == io::NumberType::float64 ? DType::float64 : DType::float32;
  if (const auto dtype = ops::parse_dtype(text)) return *dtype;
  throw UsageError(fmt::format("eval: unknown --dtype {}, expected {}", text::quoted(text),
                               config::expected_one_of(text, inputs::names_of(ops::all_dtypes))));
}

std::size_t leave_out(std::vector<const ops::Variant*>& chosen, DType dtype, bool quiet) {
  return std::erase_if(chosen, [&](const ops::Variant* variant) {
    const std::string reason =
        !variant->has(dtype) ? fmt::format("it has no {}", name(dtype)) : variant->unavailable;
    if (!reason.empty() && !quiet) fmt::print(stderr, "{} skipped: {}\n", variant->name(), reason);
    return !reason.empty();
  });
}

}  // namespace maxtrick::cli
