// `maxtrick eval cross_entropy`: the losses that each arm makes of examples, beside the exact ones.
#include <fmt/format.h>

#include <cmath>
#include <span>
#include <utility>

#include "cli/eval_input.hpp"
#include "config/config.hpp"
#include "inputs/labelled_logits.hpp"
#include "inputs/loss_batch.hpp"
#include "io/files.hpp"
#include "learn/loss.hpp"
#include "numerics/compensated_sum.hpp"
#include "ops/dtype.hpp"
#include "ops/registry.hpp"
#include "oracle/oracle.hpp"
#include "run/experiment.hpp"
#include "worker/plugins.hpp"

namespace maxtrick::cli {
namespace {

using inputs::LabelledLogits;
using io::Matrix;
using ops::DType;
using ops::Variant;

// An arm, with the softmax before it where it is of probabilities; or a plug-in's loss.
struct Loss {
  std::string name;
  const learn::Arm* arm = nullptr;
  const Variant* softmax = nullptr;
  const worker::Kernel* kernel = nullptr;

  [[nodiscard]] bool has(DType dtype) const {
    if (kernel)
      return dtype == DType::float32 || (dtype == DType::float64 && bool(kernel->float64));
    return !softmax || softmax->has(dtype);
  }
};

// Those for so many columns: of one column the losses of two classes.
std::vector<Loss> losses_of(std::size_t columns) {
  std::vector<const Variant*> softmaxes{ops::find_variant("softmax.naive.scalar"),
                                        ops::find_variant("softmax.max_trick.scalar")};
  for (const Variant& variant : ops::variants())
    if (variant.op == ops::Op::softmax && !variant.plugin.empty()) softmaxes.push_back(&variant);
  std::vector<Loss> all;
  for (const learn::Arm& arm : learn::arms()) {
    if (arm.binary() != (columns == 1)) continue;
    if (arm.input != learn::Input::probabilities) {
      all.push_back({.name = arm.name, .arm = &arm});
      continue;
    }
    for (const Variant* softmax : softmaxes)
      all.push_back({.name = fmt::format("{}({})", arm.name, softmax->name()),
                     .arm = &arm,
                     .softmax = softmax});
  }
  for (const worker::Plugin& plugin : worker::plugins())
    for (const worker::Kernel& kernel : plugin.kernels)
      if (kernel.op == worker::Op::cross_entropy && columns > 1)
        all.push_back({.name = kernel.name(), .kernel = &kernel});
  return all;
}

std::vector<Loss> choose(const EvalOptions& options, std::size_t columns) {
  std::vector<Loss> chosen;
  std::vector<std::string> names;
  for (const Loss& loss : losses_of(columns)) {
    names.push_back(loss.name);
    if (options.variant.empty() || ops::glob_match(options.variant, loss.name))
      chosen.push_back(loss);
  }
  if (chosen.empty())
    throw UsageError(fmt::format("eval: no loss of {} column{} matches '{}', expected {}", columns,
                                 columns == 1 ? "" : "s", options.variant,
                                 config::expected_one_of(options.variant, names)));
  if (!options.output.empty() && chosen.size() != 1)
    throw UsageError(fmt::format("eval: --output takes the losses of one variant; '{}' are {}",
                                 options.variant.empty() ? "*" : options.variant, chosen.size()));
  return chosen;
}

// log p of each row's class: minus the loss. Of one column the logits are 0 and that.
std::vector<numerics::Exact<double>> exact_logarithms(const LabelledLogits& examples) {
  std::vector<numerics::Exact<double>> all;
  const std::size_t n = examples.classes;
  for (std::size_t i = 0; i < examples.rows(); ++i) {
    const auto own = std::span(examples.logits).subspan(i * n, n);
    std::vector<double> row(own.begin(), own.end());
    if (n == 1) row.insert(row.begin(), 0);
    all.push_back(oracle::exact<double>(ops::Op::log_softmax,
                                        row)[static_cast<std::size_t>(examples.labels[i])]);
  }
  return all;
}

double mean(const std::vector<numerics::Exact<double>>& exact) {
  double plain = 0;
  numerics::Sum sum;
  for (const auto& y : exact) plain += y.rounded, sum += y.rounded;
  // What is not finite leaves no rounding error to keep.
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

// The lines of one row: the exact loss, then each variant's. Losses are minus logarithms.
template <class T>
void append(table::ResultTable& table, const std::vector<std::string>& row, DType dtype,
            const numerics::Exact<double>& exact, const std::vector<Loss>& chosen,
            const std::vector<T>& losses) {
  const auto line = [&](const std::string& variant, table::Cell loss, table::Cell error) {
    table.rows.push_back({row[0], row[1], variant, dtype, std::move(loss), std::move(error)});
  };
  line("exact", 0 - exact.rounded, {});
  for (std::size_t k = 0; k < chosen.size(); ++k)
    line(chosen[k].name, losses[k],
         table::rounded(numerics::relative_error(exact, -double{losses[k]}), 4));
}

template <class T>
void run(const Loss& loss, inputs::LossBatch<T>& batch) {
  if (!loss.kernel)
    return batch.run({*loss.arm, loss.softmax ? loss.softmax->compute<T>() : nullptr});
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    const std::size_t rows = batch.labels.size();
    worker::Kernel kernel = *loss.kernel;
    kernel.function<T>()({.x = {batch.logits.data(), rows, batch.columns},
                          .targets = batch.labels,
                          .losses = batch.losses});
    T sum = 0;
    for (const T one : batch.losses) sum += one;
    batch.mean = sum / static_cast<T>(rows);
  }
}

// Exit code: a loss that fails is left out, which is said.
template <class T>
int evaluate(const LabelledLogits& examples, bool one_hot, const std::vector<Loss>& wanted,
             DType dtype, const EvalOptions& options) {
  const auto exact = exact_logarithms(inputs::rounded(examples, dtype));
  std::vector<std::vector<T>> losses(examples.rows());
  std::vector<T> means;
  inputs::LossBatch<T> batch(examples, one_hot);
  std::vector<Loss> chosen;
  for (const Loss& loss : wanted) {
    try {
      run(loss, batch);
    } catch (const run::CaseFailed& failed) {
      fmt::print(stderr, "{} skipped: {}\n", loss.name, failed.what());
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

int eval_loss(const EvalOptions& options) {
  const Matrix logits = read_logits(options);
  std::vector<Loss> chosen = choose(options, logits.columns);
  const DType dtype = read_dtype(options, logits);
  if (ops::computes_in_float32(dtype))
    throw UsageError(fmt::format("eval: no loss is in {}", name(dtype)));
  Labels labels = read_labels(options, logits);
  const LabelledLogits examples{logits.columns, logits.values, std::move(labels.classes)};
  const auto left_out = std::erase_if(chosen, [&](const Loss& loss) {
    if (!loss.has(dtype) && !options.quiet)
      fmt::print(stderr, "{} skipped: it has no {}\n", loss.name, name(dtype));
    return !loss.has(dtype);
  });
  if (chosen.empty()) return exit_incomplete;
  const int code = ops::with_storage(dtype, [&]<class T>(std::type_identity<T>) {
    require_finite<T>(logits, dtype);
    return evaluate<T>(examples, labels.one_hot, chosen, dtype, options);
  });
  // As eval() has it.
  return left_out > 0 && !options.variant.empty() ? exit_incomplete : code;
}

}  // namespace maxtrick::cli
