#include "low_precision/logit_set.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "inputs/logit_file.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "numerics/random.hpp"

namespace maxtrick::low_precision {
namespace {

using ops::DType;

void read_generator(config::Section& section, const std::vector<DType>& dtypes, LogitSet& set) {
  const std::vector<std::string> generators{"normal"};
  if (section.choice("generate", generators).empty()) {
    section.ignore_rest();  // which keys belong here depends on it
    return;
  }
  set.scale = section.number("scale", {0, 1e30});
  if (section.has("offset")) set.offset = section.number("offset", {-1e30, 1e30});
  set.rows = static_cast<std::size_t>(section.integer("rows", 1, 1'000'000));
  set.classes = static_cast<std::size_t>(section.integer("classes", 1, inputs::max_classes));
  set.seed = static_cast<std::uint64_t>(
      section.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
  if (set.rows * set.classes > 10'000'000)
    section.reject("rows", fmt::format("{} logits", set.rows * set.classes),
                   "rows times classes of 10000000 at most");
  // Random::normal() cannot go beyond sqrt(4 * 53 log 2) = 12.2.
  constexpr double furthest = 13;
  inputs::require_representable(section, "scale", {std::abs(set.offset) + furthest * set.scale},
                                dtypes);
}

}  // namespace

std::vector<double> LogitSet::logits() const {
  if (!file.empty()) return file;
  numerics::Random random(seed);
  std::vector<double> drawn(rows * classes);
  for (double& x : drawn) x = offset + scale * random.normal();
  return drawn;
}

LogitSet read_logit_set(config::Section& section, const std::vector<DType>& dtypes) {
  LogitSet set{.name = inputs::read_name(section, "name"),
               .hazard = section.text("hazard"),
               .source = section.text("source")};
  if (!section.has("path")) {
    read_generator(section, dtypes, set);
    return set;
  }
  inputs::LogitFile file = inputs::read_logit_file(section, dtypes);
  set.rows = file.rows;
  set.classes = file.classes;
  set.file = std::move(file.logits);
  set.missing = std::move(file.missing);
  return set;
}

}  // namespace maxtrick::low_precision
