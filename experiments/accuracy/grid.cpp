#include "accuracy/grid.hpp"

#include <fmt/format.h>

#include <limits>

#include "inputs/numbers.hpp"
#include "inputs/selection.hpp"

namespace maxtrick::accuracy {

using ops::DType;

Grid read_grid(config::Section& config) {
  Grid grid;
  grid.dtypes = inputs::read_dtypes(config);
  grid.variants = inputs::read_variants(config);
  inputs::require_dtypes(config, grid.dtypes, grid.variants);
  grid.classes = inputs::read_classes(config);
  grid.tolerance_ulp = config.number("inaccurate_above_ulp", {0.5, 1e6});
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  grid.seed = static_cast<std::uint64_t>(config.integer("seed", 0, most / 2));
  grid.outputs = static_cast<std::size_t>(config.integer("outputs", 1, 1'000'000'000));
  grid.max_rows = static_cast<std::size_t>(config.integer("max_rows", 1, 1'000'000));
  for (const Distribution& one : read_distributions(config, grid.dtypes)) {
    grid.distributions.push_back(std::make_shared<const Distribution>(one));
    if (std::none_of(grid.classes.begin(), grid.classes.end(),
                     [&](std::size_t n) { return one.has(n); }))
      config.reject("classes", fmt::format("the rows of '{}' have {}", one.name, one.classes),
                    "that number among them");
  }
  return grid;
}

void add_views(table::ResultTable& table, const Grid& grid) {
  for (const DType dtype : grid.dtypes)
    table.counts.push_back(
        {.title = fmt::format("How many cases, {}", name(dtype)),
         .row = "variant",
         .column = "outcome",
         .columns = {"ok", "inaccurate", "wrong", "underflow", "overflow", "nan"},
         .only = {{"dtype", std::string(name(dtype))}}});
  const std::string classes =
      fmt::format("{}", grid.classes[grid.classes.size() > 4 ? 4 : grid.classes.size() - 1]);
  for (const DType dtype : grid.dtypes)
    table.pivots.push_back(
        {.title = fmt::format("Largest error in ULP, {}, {} classes", name(dtype), classes),
         .row = "variant",
         .column = "distribution",
         .cells = {"max_error_ulp"},
         .only = {{"dtype", std::string(name(dtype))}, {"classes", classes}}});
  for (const auto& distribution : grid.distributions)
    table.pivots.push_back(
        {.title = fmt::format("Largest error in ULP by classes, float32, {}", distribution->name),
         .row = "variant",
         .column = "classes",
         .cells = {"max_error_ulp"},
         .only = {{"dtype", "float32"}, {"distribution", distribution->name}}});
  table.legend = {"distribution", "hazard"};
}

}  // namespace maxtrick::accuracy
