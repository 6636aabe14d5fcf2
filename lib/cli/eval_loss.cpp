// `maxtrick eval` for ops that take targets: shows the losses that each variant computes next to
// the exact ones.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "cli/eval_input.hpp"
#include "config/config.hpp"
#include "inputs/labelled_logits.hpp"
#include "inputs/loss_batch.hpp"
#include "io/files.hpp"
#include "numerics/compensated_sum.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/dtype.hpp"
#include "ops/formulation.hpp"
#include "ops/log_softmax.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"
#include "run/experiment.hpp"
#include "text/quoted.hpp"

namespace maxtrick::cli {
namespace {

using inputs::LabelledLogits;
using io::Matrix;
using ops::DType;
using ops::Variant;

// Without --variant, each formulation is combined with these softmaxes and with those of plug-ins.
bool combined_by_default(const Variant& loss) {
  return loss.softmax.empty() || !loss.plugin.empty() || loss.softmax == "softmax.naive.scalar" ||
         loss.softmax == "softmax.max_trick.scalar";
}

// The variants for a number of columns; one column takes the losses of two classes. Formulations
// come first, in their order; for each, the naive softmax comes before the others.
std::vector<const Variant*> losses_of(ops::Op op, std::size_t columns) {
  std::vector<const Variant*> all;
  for (const Variant& variant : ops::variants())
    if (variant.op == op && variant.one_column == (columns == 1)) all.push_back(&variant);
  std::ranges::stable_sort(all, {}, [](const Variant* loss) {
    const ops::Formulation* formulation = ops::find_formulation(loss->formulation);
    return std::pair(formulation ? formulation->place : std::numeric_limits<int>::max(),
                     loss->softmax != "softmax.naive.scalar");
  });
  return all;
}

std::vector<const Variant*> choose(ops::Op op, const EvalOptions& options, std::size_t columns) {
  std::vector<const Variant*> chosen;
  std::vector<std::string> names;
  for (const Variant* loss : losses_of(op, columns)) {
    names.push_back(loss->name());
    if (options.variant.empty() ? !loss->optional && combined_by_default(*loss)
                                : ops::chooses(options.variant, *loss))
      chosen.push_back(loss);
  }
  if (chosen.empty())
    throw UsageError(fmt::format("eval: no loss of {} column{} matches {}, expected {}", columns,
                                 columns == 1 ? "" : "s", text::quoted(options.variant),
                                 config::expected_one_of(options.variant, names)));
  if (!options.output.empty() && chosen.size() != 1)
    throw UsageError(
        fmt::format("eval: --output needs the losses of exactly one variant; {} matches "
                    "{}",
                    text::quoted(options.variant.empty() ? "*" : options.variant), chosen.size()));
  return chosen;
}

// log p of the class of each row, which is minus the loss. A row with one column stands for the
// logits 0 and that column.
std::vector<numerics::Exact<double>> exact_logarithms(const LabelledLogits& examples) {
  std::vector<numerics::Exact<double>> all;
  const std::size_t n = examples.classes;
  for (std::size_t i = 0; i < examples.rows(); ++i) {
    const auto own = std::span(examples.logits).subspan(i * n, n);
    std::vector<double> row(own.begin(), own.end());
    if (n == 1) row.insert(row.begin(), 0);
    all.push_back(
        oracle::exact<double>(ops::log_softmax, row)[static_cast<std::size_t>(examples.labels[i])]);
  }
  return all;
}

double mean(const std::vector<numerics::Exact<double>>& exact) {
  double plain = 0;
  numerics::Sum sum;
  for (const auto& y : exact) plain += y.rounded, sum += y.rounded;
  // If the sum is not finite, there is no rounding error to compensate, and the compensated sum
  // could be NaN instead of an infinity.
  return (std::isfinite(plain) ? sum.value() : plain) / static_cast<double>(exact.size());
}

table::ResultTable empty_table() {
  table::ResultTable table;
  for (const char* column : {"row", "label", "variant", "dtype"})
    table.columns.push_back({column, table::Rule::exact, ""});
  for (const char* column : {"loss", "relative_error"})
    table.columns.push_back({column, table::Rule::info, ""});
  return table;
}

// Appends the lines of one row: the exact loss, then that of each variant. Losses are minus
// logarithms.
template <class T>
void append(table::ResultTable& table, const std::vector<std::string>& row, DType dtype,
            const numerics::Exact<double>& exact, const std::vector<const Variant*>& chosen,
            const std::vector<T>& losses) {
  const auto line = [&](const std::string& variant, table::Cell loss, table::Cell error) {
    table.rows.push_back({row[0], row[1], variant, dtype, std::move(loss), std::move(error)});
  };
  line("exact", 0 - exact.rounded, {});
  for (std::size_t k = 0; k < chosen.size(); ++k)
    line(chosen[k]->name(), losses[k],
         table::rounded(numerics::relative_error(exact, -double{losses[k]}), 4));
}

// Returns the exit code. A loss that fails is left out and reported.
template <class T>
int evaluate(const LabelledLogits& examples, bool one_hot,
             const std::vector<const Variant*>& wanted, DType dtype, const EvalOptions& options) {
  const auto exact = exact_logarithms(inputs::rounded(examples, dtype));
  std::vector<std::vector<T>> losses(examples.rows());
  std::vector<T> means;
  inputs::LossBatch<T> batch(examples, one_hot);
  std::vector<const Variant*> chosen;
  for (const Variant* loss : wanted) {
    try {
      batch.run(*loss);
    } catch (const run::CaseFailed& failed) {
      fmt::print(stderr, "{} skipped: {}\n", loss->name(), failed.what());
      continue;
    }
    chosen.push_back(loss);
    for (std::size_t i = 0; i < examples.rows(); ++i) losses[i].push_back(batch.losses[i]);
    means.push_back(batch.mean);
  }
  if (!options.output.empty() && !chosen.empty())
    io::write_file(
        options.output,
        io::to_npy({1, examples.rows(), {batch.losses.begin(), batch.losses.end()}, true, {}},
                   dtype == DType::float64 ? io::NumberType::float64 : io::NumberType::float32));
  table::ResultTable table = empty_table();
  for (std::size_t i = 0; i < examples.rows(); ++i)
    append<T>(table, {fmt::format("{}", i), fmt::format("{}", examples.labels[i])}, dtype, exact[i],
              chosen, losses[i]);
  const double exact_mean = mean(exact);
  append<T>(table, {"mean", ""}, dtype, {exact_mean, 0, 0, !std::isfinite(exact_mean)}, chosen,
            means);
  fmt::print("{}", table::render(table, options.format));
  return chosen.size() == wanted.size() ? exit_holds : exit_incomplete;
}

}  // namespace

int eval_loss(const EvalOptions& options, ops::Op op) {
  const Matrix logits = read_logits(options);
  std::vector<const Variant*> chosen = choose(op, options, logits.columns);
  const DType dtype = read_dtype(options, logits);
  if (ops::computes_in_float32(dtype))
    throw UsageError(fmt::format("eval: no loss is available in {}", name(dtype)));
  Labels labels = read_labels(options, logits);
  const LabelledLogits examples{logits.columns, logits.values, std::move(labels.classes)};
  const std::size_t left_out = leave_out(chosen, dtype, options.quiet);
  if (chosen.empty()) return exit_incomplete;
  const int code = ops::with_storage(dtype, [&]<class T>(std::type_identity<T>) {
    require_finite<T>(logits, dtype);
    return evaluate<T>(examples, labels.one_hot, chosen, dtype, options);
  });
  // As in eval().
  return left_out > 0 && !options.variant.empty() ? exit_incomplete : code;
}

}  // namespace maxtrick::cli
