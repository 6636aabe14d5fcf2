#include "accuracy/distribution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>

#include "inputs/logit_file.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "numerics/random.hpp"

namespace maxtrick::accuracy {
namespace {

using numerics::Random;
using Row = std::vector<double>;
using DrawRow = std::function<Row(Random&, std::size_t)>;

const std::vector<std::string> kinds{"normal",   "uniform", "heavy_tailed", "dominant",
                                     "two_tops", "equal",   "file"};
const std::vector<std::string> orders{"up", "down", "shuffled"};

template <class One>
DrawRow each(One one) {
  return [one](Random& random, std::size_t classes) {
    Row row(classes);
    for (double& x : row) x = one(random);
    return row;
  };
}

void shuffle(Row& row, Random& random) {
  for (std::size_t i = row.size(); i > 1; --i) std::swap(row[i - 1], row[random.below(i)]);
}

// Draws a row with `leaders` logits at 0, and the others uniform from -gap - 1 to -gap.
DrawRow led(std::size_t leaders, double gap) {
  return [=](Random& random, std::size_t classes) {
    Row row(classes);
    for (std::size_t i = 0; i < classes; ++i) row[i] = i < leaders ? 0 : -gap - random.uniform();
    shuffle(row, random);
    return row;
  };
}

DrawRow read_kind(config::Section& section, const std::string& kind) {
  if (kind.empty()) {
    section.ignore_rest();  // which keys belong here depends on it
    return each([](Random&) { return 0.0; });
  }
  if (kind == "normal" || kind == "uniform") return each(inputs::read_draw(section, kind).one);
  if (kind == "heavy_tailed") {
    const double scale = section.number("scale", {0, 1e300});
    return each([scale](Random& random) {
      const double z = random.normal();
      return scale * z / std::sqrt(1 - random.uniform());
    });
  }
  if (kind == "equal") {
    const double value = section.number("value", config::finite);
    return each([value](Random&) { return value; });
  }
  return led(kind == "dominant" ? 1 : 2, section.number("gap", {0, 1e300}));
}

using MakeRow = std::function<Row(std::size_t, std::uint64_t)>;

MakeRow read_random(config::Section& section, const std::string& kind) {
  const DrawRow draw = read_kind(section, kind);
  const std::string order = section.has("order") ? section.choice("order", orders) : "";
  return [=](std::size_t classes, std::uint64_t seed) {
    Random random(seed);
    Row row = draw(random, classes);
    if (order == "up") std::sort(row.begin(), row.end());
    if (order == "down") std::sort(row.begin(), row.end(), std::greater<>());
    if (order == "shuffled") shuffle(row, random);
    return row;
  };
}

void read_file(config::Section& section, const std::vector<ops::DType>& dtypes, Distribution& one) {
  const auto file =
      std::make_shared<const inputs::LogitFile>(inputs::read_logit_file(section, dtypes));
  one.missing = file->missing;
  if (file->logits.empty()) return;  // the file is missing, or its error is noted
  one.rows = file->rows();
  one.classes = file->classes;
  one.row = [file](std::size_t, std::uint64_t seed) {
    const auto row = file->row(seed % file->rows());
    return Row(row.begin(), row.end());
  };
}

}  // namespace

std::vector<Distribution> read_distributions(config::Section& config,
                                             const std::vector<ops::DType>& dtypes) {
  std::vector<Distribution> all;
  inputs::Names names("distribution");
  for (config::Section& section : config.tables("distribution")) {
    Distribution one{inputs::read_name(section, "name"), section.text("hazard"), {}};
    const std::string kind = section.choice("kind", kinds);
    if (kind == "file")
      read_file(section, dtypes, one);
    else
      one.row = read_random(section, kind);
    names.add(section, one.name);
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace maxtrick::accuracy
