#include "loss/loss_grid.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "inputs/numbers.hpp"
#include "inputs/selection.hpp"
#include "ops/dtype.hpp"

namespace maxtrick::loss {
namespace {

std::vector<LossView> read_views(config::Section& section, const LossConfig& config) {
  std::vector<std::string> dtypes;
  for (const auto dtype : config.dtypes) dtypes.emplace_back(name(dtype));
  const auto& classes = config.grid.classes;
  std::vector<LossView> views;
  for (config::Section& view : section.tables("view")) {
    const auto n = static_cast<std::size_t>(view.integer("classes", 2, inputs::max_classes));
    if (std::find(classes.begin(), classes.end(), n) == classes.end())
      view.reject("classes", fmt::format("{} is none of 'classes'", n), "one of them");
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
  grid.examples = static_cast<std::size_t>(section.integer("examples", 1, 1'000'000));
  grid.max_logits = static_cast<std::size_t>(section.integer("max_logits", 1, 10'000'000));
  grid.seed = static_cast<std::uint64_t>(
      section.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
  grid.views = read_views(section, config);
}

}  // namespace

LossConfig read_loss_config(config::Section& section) {
  LossConfig config;
  config.dtypes = inputs::read_dtypes(section);
  for (std::size_t i = 0; i < config.dtypes.size(); ++i)
    if (ops::computes_in_float32(config.dtypes[i]))
      section.reject("dtypes", i, fmt::format("no loss is in {}", name(config.dtypes[i])),
                     "a type that computes in itself");
  const std::vector<std::string> formats{"sparse", "one_hot"};
  for (const std::size_t at : inputs::read_choices(section, "targets", formats))
    config.targets.push_back(formats[at]);
  config.arms = inputs::read_arms(section, config.dtypes);
  const bool has_gaps = section.has("gaps"), has_cases = section.has("case");
  if (has_gaps) read_grid(section, config);
  if (has_cases)
    config.cases = read_loss_cases(section, config.dtypes, config.targets, config.arms);
  if (!has_gaps && !has_cases)
    section.reject("gaps", "neither gaps nor cases", "'gaps', or a [[case]]");
  return config;
}

}  // namespace maxtrick::loss
