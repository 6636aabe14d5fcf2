#include "loss/loss_grid.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "inputs/selection.hpp"
#include "io/number.hpp"
#include "loss/read_examples.hpp"
#include "ops/dtype.hpp"
#include "text/quoted.hpp"

namespace maxtrick::loss {
namespace {

using ops::DType;

std::vector<LossView> read_views(config::Section& section, const LossConfig& config) {
  const auto dtypes = inputs::names_of(config.dtypes);
  const auto& classes = config.grid.classes;
  std::vector<LossView> views;
  for (config::Section& view : section.tables("view")) {
    const auto n = view.count("classes", 2, inputs::max_classes);
    if (std::find(classes.begin(), classes.end(), n) == classes.end())
      view.reject("classes", fmt::format("{} is not one of 'classes'", n), "one of them");
    views.push_back({view.choice("dtype", dtypes), fmt::format("{}", n),
                     view.choice("targets", config.targets)});
  }
  return views;
}

void read_grid(config::Section& section, LossConfig& config) {
  LossGrid& grid = config.grid;
  grid.gaps = inputs::read_distinct(
      section, "gaps", [](double gap) { return std::abs(gap) <= 1000; },
      "a number from -1000 to 1000");
  grid.classes = inputs::read_classes(section, 2);
  grid.examples = section.count("examples", 1, 1'000'000);
  grid.max_logits = section.count("max_logits", 1, 10'000'000);
  grid.seed = inputs::read_seed(section);
  grid.views = read_views(section, config);
}

// Appends the examples once for each loss that applies to them.
void add_losses(std::vector<Point>& batch, const Point& examples,
                const std::vector<inputs::Arm>& arms) {
  const LossCase& about = *examples.about;
  for (const inputs::Arm& arm : arms)
    if (arm.formulation->binary() == (about.examples.classes == 1) &&
        arm.computes(about.dtype, about.targets == "one_hot")) {
      batch.push_back(examples);
      batch.back().arm = arm;
    }
}

// Returns the points of random examples with n columns.
std::vector<Point> gap_batch(const LossConfig& config, double gap, std::size_t n) {
  std::vector<Point> batch;
  // Types in which the gap rounds to the same number share their examples.
  std::map<double, std::shared_ptr<ExactExamples>> known;
  for (const ops::DType dtype : config.dtypes) {
    const double rounded_gap = ops::with_storage(
        dtype, [&]<class S>(std::type_identity<S>) { return double{static_cast<S>(gap)}; });
    auto& shared = known[rounded_gap];
    if (!shared)
      shared =
          std::make_shared<ExactExamples>([=, rows = config.grid.rows(n), seed = config.grid.seed] {
            return inputs::gap_examples(n, rows, rounded_gap, seed);
          });
    for (const std::string& targets : config.targets) {
      const LossCase about{.name = "gap",
                           .hazard = "the true class leads, or trails, the largest other",
                           .source = "drawn",
                           .dtype = dtype,
                           .targets = targets,
                           .examples = {n, {}, {}},
                           .printed = {}};
      add_losses(batch, {std::make_shared<const LossCase>(about), gap, shared}, config.arms);
    }
  }
  return batch;
}

std::vector<Point> case_batch(const LossConfig& config, const LossCase& one) {
  auto examples = inputs::rounded(one.examples, one.dtype);
  std::vector<Point> batch;
  add_losses(batch,
             {std::make_shared<const LossCase>(one), inputs::smallest_gap(examples),
              std::make_shared<ExactExamples>([examples] { return examples; })},
             config.arms);
  return batch;
}

void read_printed(config::Section& section, const std::vector<inputs::Arm>& arms, LossCase& one) {
  if (!section.has("printed")) return;
  config::Section printed = section.table("printed");
  for (const inputs::Arm& arm : arms) {
    if (!printed.has(arm.name)) continue;
    const std::string text = printed.text(arm.name);
    if (!io::parse_number(text))
      printed.reject(arm.name, text::quoted(text) + " is not a number",
                     "a number as it was printed, such as \"0.6931\"");
    if (arm.formulation && arm.formulation->binary() != (one.examples.classes == 1))
      printed.reject(arm.name, text::quoted(arm.name) + " does not apply to these logits",
                     "a binary loss for logits with one column, another loss for logits with "
                     "several columns");
    one.printed[arm.name] = text;
  }
}

// Reads the tables [[case]], each with name, hazard, source, dtype, targets (one of `targets`),
// logits = [[...], ...] or { path = "z.npy" }, labels = [...] or { path = "y.npy" } or, for
// one_hot, coefficients = [[...], ...], and optionally divisor, guard and printed = { ARM = "0.6931", ... }. Errors are noted in the config.
std::vector<LossCase> read_loss_cases(config::Section& config, const std::vector<DType>& dtypes,
                                      const std::vector<std::string>& targets,
                                      const std::vector<inputs::Arm>& arms) {
  const auto dtype_names = inputs::names_of(dtypes);
  std::vector<LossCase> cases;
  inputs::Names names("case");
  for (config::Section& section : config.tables("case")) {
    LossCase one{.name = inputs::read_name(section, "name"),
                 .hazard = section.text("hazard"),
                 .source = section.text("source"),
                 .targets = section.choice("targets", targets),
                 .examples = {},
                 .printed = {}};
    names.add(section, one.name);
    if (one.name == "gap")
      section.reject("name", "the name 'gap' is reserved for rows drawn at random", "another");
    one.dtype = ops::parse_dtype(section.choice("dtype", dtype_names)).value_or(one.dtype);
    if (section.has("guard")) one.guard = section.number("guard", {1e-300, 0.5});
    one.examples = read_examples(section, one.dtype, one.missing);
    if (!one.examples.coefficients.empty() && one.targets != "one_hot")
      section.reject("targets", "coefficients for targets that are classes", "one_hot");
    read_printed(section, arms, one);
    cases.push_back(std::move(one));
  }
  return cases;
}

}  // namespace

LossConfig read_loss_config(config::Section& section) {
  LossConfig config;
  config.dtypes = inputs::read_dtypes(section);
  for (std::size_t i = 0; i < config.dtypes.size(); ++i)
    if (ops::computes_in_float32(config.dtypes[i]))
      section.reject("dtypes", i,
                     fmt::format("the losses are not available in {}", name(config.dtypes[i])),
                     "a type whose arithmetic has its own precision");
  const std::vector<std::string> formats{"sparse", "one_hot"};
  for (const std::size_t at : inputs::read_choices(section, "targets", formats))
    config.targets.push_back(formats[at]);
  if (config.targets.empty()) config.targets = formats;  // an error that is noted already
  config.arms = inputs::read_arms(section, config.dtypes);
  const bool has_gaps = section.has("gaps"), has_cases = section.has("case");
  if (has_gaps) read_grid(section, config);
  if (has_cases)
    config.cases = read_loss_cases(section, config.dtypes, config.targets, config.arms);
  if (!has_gaps && !has_cases)
    section.reject("gaps", "neither 'gaps' nor a [[case]] is given", "'gaps' or a [[case]]");
  for (inputs::Arm& arm : inputs::plugin_arms()) config.arms.push_back(std::move(arm));
  return config;
}

std::vector<std::vector<Point>> batches(const LossConfig& config) {
  std::vector<std::vector<Point>> all;
  const auto& arms = config.arms;
  if (std::any_of(arms.begin(), arms.end(), [](const auto& arm) { return !arm.formulation; }))
    return all;
  const bool one_column = std::any_of(arms.begin(), arms.end(),
                                      [](const auto& arm) { return arm.formulation->binary(); });
  for (const std::size_t n : config.grid.classes)
    for (const double gap : config.grid.gaps) {
      all.push_back(gap_batch(config, gap, n));
      if (n == 2 && one_column) all.push_back(gap_batch(config, gap, 1));
    }
  for (const LossCase& one : config.cases)
    if (!one.examples.labels.empty() || !one.missing.empty())  // else an error
      all.push_back(case_batch(config, one));
  return all;
}

void add_views(table::ResultTable& table, const LossConfig& config) {
  for (const ops::DType dtype : config.dtypes)
    if (!config.grid.gaps.empty())
      table.counts.push_back(
          {.title =
               fmt::format("Number of gaps and numbers of classes by outcome, {}", name(dtype)),
           .row = "arm",
           .column = "outcome",
           .columns = {"ok", "loss_lost", "gradient_lost", "both_lost", "not_finite"},
           .only = {{"case", "gap"}, {"dtype", dtype}, {"targets", config.targets.front()}}});
  for (const LossView& view : config.grid.views)
    table.pivots.push_back({.title = fmt::format("{}, {} classes, {}: outcome and mean loss by gap",
                                                 view.dtype, view.classes, view.targets),
                            .row = "gap",
                            .column = "arm",
                            .cells = {"outcome", "mean_loss"},
                            .only = {{"case", "gap"},
                                     {"dtype", view.dtype},
                                     {"classes", view.classes},
                                     {"targets", view.targets}}});
  if (!config.cases.empty())
    table.pivots.push_back({.title = "Cases: mean loss, printed loss, and whether they agree",
                            .row = "case",
                            .column = "arm",
                            .cells = {"mean_loss", "printed", "agrees"},
                            .only = {{"drawn", "no"}}});
  table.legend = {"case", "hazard", "source"};
}

}  // namespace maxtrick::loss
