#include "inputs/logit_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "numerics/random.hpp"
#include "suite/matrix.hpp"

namespace maxtrick::inputs {
namespace {

using numerics::DType;

void read_file(suite::Section& section, const std::vector<DType>& dtypes, LogitSet& set) {
  const std::string path = section.text("path"), obtain = section.text("obtain");
  if (path.empty()) return;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    set.missing = fmt::format("{} is not there. {}", path, obtain);
    return;
  }
  try {
    suite::Matrix matrix = suite::read_matrix(path);
    set.rows = matrix.rows;
    set.classes = matrix.columns;
    set.file = std::move(matrix.values);
  } catch (const std::exception& error) {
    section.reject("path", error.what(), "a matrix of logits, .npy or CSV");
    return;
  }
  if (!std::all_of(set.file.begin(), set.file.end(), [](double x) { return std::isfinite(x); }))
    section.reject("path", fmt::format("{} holds NaN or an infinity", path), "finite logits");
  require_representable(section, "path", set.file, dtypes);
}

void read_generator(suite::Section& section, const std::vector<DType>& dtypes, LogitSet& set) {
  const std::vector<std::string> generators{"normal"};
  if (section.choice("generate", generators).empty()) {
    section.ignore_rest();  // which keys belong here depends on it
    return;
  }
  set.scale = section.number("scale", {0, 1e30});
  if (section.has("offset")) set.offset = section.number("offset", {-1e30, 1e30});
  set.rows = static_cast<std::size_t>(section.integer("rows", 1, 1'000'000));
  set.classes = static_cast<std::size_t>(section.integer("classes", 1, max_classes));
  set.seed = static_cast<std::uint64_t>(
      section.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
  if (set.rows * set.classes > 10'000'000)
    section.reject("rows", fmt::format("{} logits", set.rows * set.classes),
                   "rows times classes of 10000000 at most");
  // Random::normal() cannot go beyond sqrt(4 * 53 log 2) = 12.2.
  constexpr double furthest = 13;
  require_representable(section, "scale", {std::abs(set.offset) + furthest * set.scale}, dtypes);
}

}  // namespace

std::vector<double> LogitSet::logits() const {
  if (!file.empty()) return file;
  numerics::Random random(seed);
  std::vector<double> drawn(rows * classes);
  for (double& x : drawn) x = offset + scale * random.normal();
  return drawn;
}

LogitSet read_logit_set(suite::Section& section, const std::vector<DType>& dtypes) {
  LogitSet set{.name = read_name(section, "name"),
               .hazard = section.text("hazard"),
               .source = section.text("source")};
  if (section.has("path"))
    read_file(section, dtypes, set);
  else
    read_generator(section, dtypes, set);
  return set;
}

}  // namespace maxtrick::inputs
