#include "inputs/logits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "inputs/selection.hpp"
#include "numerics/random.hpp"
#include "ops/dtype.hpp"

namespace maxtrick::inputs {
namespace {

using config::Section;
using numerics::Random;

const std::vector<std::string> generators{"fill", "ramp", "spike", "normal", "uniform"};

std::size_t read_index(Section& section, std::size_t classes) {
  return section.count("at", 0, static_cast<std::int64_t>(classes) - 1);
}

// The largest magnitude of those numbers that are finite.
double largest_finite(const std::vector<double>& numbers) {
  double largest = 0;
  for (const double x : numbers)
    if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
  return largest;
}

LogitRow read_fill(Section& section, std::size_t classes) {
  const double value = section.number("value");
  return {[=] { return std::vector<double>(classes, value); }, largest_finite({value})};
}

LogitRow read_ramp(Section& section, std::size_t classes) {
  const double from = section.number("from", config::finite);
  const double to = section.number("to", config::finite);
  const auto make = [=] {
    std::vector<double> row(classes);
    // This formula gives both ends exactly. A single class gets the start.
    const auto last = static_cast<double>(classes > 1 ? classes - 1 : 1);
    for (std::size_t i = 0; i < classes; ++i) {
      const double share = static_cast<double>(i) / last;
      row[i] = from * (1 - share) + to * share;
    }
    return row;
  };
  constexpr double rounding = 1 + 0x1p-50;  // of the formula, between the ends
  return {make, rounding * largest_finite({from, to})};
}

LogitRow read_spike(Section& section, std::size_t classes) {
  const double rest = section.number("rest"), value = section.number("value");
  const std::size_t at = read_index(section, classes);
  const auto make = [=] {
    std::vector<double> row(classes, rest);
    row[at] = value;
    return row;
  };
  return {make, largest_finite({rest, value})};
}

LogitRow read_random(Section& section, std::size_t classes, std::string_view kind) {
  const Draw draw = read_draw(section, kind);
  const std::uint64_t seed = read_seed(section);
  const double offset = section.has("offset") ? section.number("offset", config::finite) : 0;
  const auto make = [=] {
    Random random(seed);
    std::vector<double> row(classes);
    for (double& x : row) x = offset + draw.one(random);
    return row;
  };
  return {make, std::abs(offset) + draw.largest};
}

// Puts the numbers of `replace` into the row.
LogitRow with_replaced(Section& section, std::size_t classes, LogitRow row) {
  if (!section.has("replace")) return row;
  std::vector<std::pair<std::size_t, double>> replaced;
  for (Section& one : section.tables("replace")) {
    replaced.emplace_back(read_index(one, classes), one.number("value"));
    row.largest = std::max(row.largest, largest_finite({replaced.back().second}));
  }
  row.make = [make = std::move(row.make), replaced] {
    std::vector<double> logits = make();
    for (const auto& [at, value] : replaced) logits[at] = value;
    return logits;
  };
  return row;
}

LogitRow read_generated(Section& section) {
  const std::string generator = section.choice("generate", generators);
  if (generator.empty()) {
    section.ignore_rest();  // the keys that belong here depend on it
    return {};
  }
  const auto classes = section.count("classes", 1, max_classes);
  LogitRow row = generator == "fill"    ? read_fill(section, classes)
                 : generator == "ramp"  ? read_ramp(section, classes)
                 : generator == "spike" ? read_spike(section, classes)
                                        : read_random(section, classes, generator);
  return with_replaced(section, classes, std::move(row));
}

bool is_finite_in(ops::DType dtype, double x) {
  return ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
    return std::isfinite(static_cast<double>(static_cast<S>(x)));
  });
}

}  // namespace

Draw read_draw(Section& section, std::string_view kind) {
  if (kind == "normal") {
    const double scale = section.number("scale", {0, 1e300});
    return {[scale](Random& random) { return scale * random.normal(); }, largest_normal * scale};
  }
  // At most half the range of double, so that high - low is finite.
  constexpr config::Range range{-8e307, 8e307};
  const double low = section.number("low", range), high = section.number("high", range);
  if (!(low < high)) section.reject("high", "'high' is not above 'low'", "low < high");
  return {[=](Random& random) { return random.uniform(low, high); }, largest_finite({low, high})};
}

std::vector<double> normal_row(std::size_t classes, double scale, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> row(classes);
  for (double& x : row) x = scale * random.normal();
  return row;
}

LogitRow row_of(std::vector<double> logits) {
  const double largest = largest_finite(logits);
  return {[logits = std::move(logits)] { return logits; }, largest};
}

LogitRow read_logits(Section& section, std::string_view key) {
  if (section.is_table(key)) {
    Section table = section.table(key);
    return read_generated(table);
  }
  std::vector<double> row = section.numbers(key);
  return row.empty() ? LogitRow{} : row_of(std::move(row));
}

void require_representable(Section& section, std::string_view key,
                           const std::vector<double>& logits,
                           const std::vector<ops::DType>& dtypes) {
  for (const auto dtype : dtypes)
    for (std::size_t i = 0; i < logits.size(); ++i) {
      if (!std::isfinite(logits[i]) || is_finite_in(dtype, logits[i])) continue;
      section.reject(
          key, fmt::format("logit {} is {}, which is infinite in {}", i, logits[i], name(dtype)),
          fmt::format("a number that is finite in {}, or other dtypes", name(dtype)));
      return;
    }
}

void require_representable(Section& section, std::string_view key, const LogitRow& row,
                           const std::vector<ops::DType>& dtypes) {
  const bool all_are = std::all_of(dtypes.begin(), dtypes.end(), [&](ops::DType dtype) {
    return is_finite_in(dtype, row.largest);
  });
  if (!all_are) require_representable(section, key, row.make(), dtypes);
}

}  // namespace maxtrick::inputs
