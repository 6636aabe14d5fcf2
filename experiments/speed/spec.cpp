#include "speed/spec.hpp"

#include "inputs/selection.hpp"
#include "speed/grid.hpp"
#include "table/interval.hpp"

namespace maxtrick::speed {
namespace {

std::vector<timing::Logits> read_logits(config::Section& config) {
  std::vector<timing::Logits> all;
  inputs::Names taken("logits");
  for (config::Section& section : config.tables("logits")) {
    timing::Logits one{.name = inputs::read_name(section, "name"),
                       .scale = section.number("scale", config::finite)};
    if (section.has("masked")) one.masked = section.number("masked", {0, 0.9});
    taken.add(section, one.name);
    all.push_back(one);
  }
  return all;
}

}  // namespace

Spec read_spec(config::Section& config) {
  Spec spec;
  spec.launches = config.count("launches", 1, 100);
  spec.limit = std::chrono::seconds(config.integer("launch_limit_s", 1, 3600));
  spec.widest_interval = config.number("widest_interval", {0, 1e9});
  if (config.has("highest_load")) spec.highest_load = config.number("highest_load", {0, 1e6});
  spec.settings.repetitions = config.count("repetitions", table::fewest_pairs, table::most_pairs);
  spec.settings.min_seconds = config.number("min_time_ms", {0.001, 10000}) / 1000;
  spec.settings.inaccurate_above_ulp = config.number("inaccurate_above_ulp", {0, 1e6});
  spec.settings.seed = static_cast<std::uint64_t>(config.integer("seed", 0, INT64_MAX - 1));
  spec.logits = read_logits(config);
  read_cases(config, spec);
  spec.claims = read_claims(config, spec, "claim");
  spec.goals = read_claims(config, spec, "goal");
  return spec;
}

}  // namespace maxtrick::speed
