#include "inputs/logits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "inputs/selection.hpp"
#include "io/matrix.hpp"
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

std::vector<double> random_row(Section& section, std::size_t classes, std::string_view kind) {
  const Draw draw = read_draw(section, kind);
  Random random(read_seed(section));
  const double offset = section.has("offset") ? section.number("offset", config::finite) : 0;
  std::vector<double> row(classes);
  for (double& x : row) x = offset + draw(random);
  return row;
}

std::vector<double> generate(Section& section) {
  const std::string generator = section.choice("generate", generators);
  if (generator.empty()) {
    section.ignore_rest();  // the keys that belong here depend on it
    return {0};
  }
  const auto classes = section.count("classes", 1, max_classes);
  std::vector<double> row(classes);
  if (generator == "fill") {
    row.assign(classes, section.number("value"));
  } else if (generator == "ramp") {
    const double from = section.number("from", config::finite);
    const double to = section.number("to", config::finite);
    // This formula gives both ends exactly. A single class gets the start.
    const auto last = static_cast<double>(classes > 1 ? classes - 1 : 1);
    for (std::size_t i = 0; i < classes; ++i) {
      const double share = static_cast<double>(i) / last;
      row[i] = from * (1 - share) + to * share;
    }
  } else if (generator == "spike") {
    row.assign(classes, section.number("rest"));
    const double value = section.number("value");
    row[read_index(section, classes)] = value;
  } else {
    row = random_row(section, classes, generator);
  }
  if (section.has("replace"))
    for (Section& one : section.tables("replace"))
      row[read_index(one, classes)] = one.number("value");
  return row;
}

}  // namespace

Draw read_draw(Section& section, std::string_view kind) {
  if (kind == "normal") {
    const double scale = section.number("scale", {0, 1e300});
    return [scale](Random& random) { return scale * random.normal(); };
  }
  // At most half the range of double, so that high - low is finite.
  constexpr config::Range range{-8e307, 8e307};
  const double low = section.number("low", range), high = section.number("high", range);
  if (!(low < high)) section.reject("high", "'high' is not above 'low'", "low < high");
  return [=](Random& random) { return random.uniform(low, high); };
}

std::vector<double> normal_row(std::size_t classes, double scale, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> row(classes);
  for (double& x : row) x = scale * random.normal();
  return row;
}

std::vector<double> read_logits(Section& section, std::string_view key) {
  if (section.is_table(key)) {
    Section table = section.table(key);
    return generate(table);
  }
  std::vector<double> row = section.numbers(key);
  if (row.empty()) row.push_back(0);
  return row;
}

void require_representable(Section& section, std::string_view key,
                           const std::vector<double>& logits,
                           const std::vector<ops::DType>& dtypes) {
  for (const auto dtype : dtypes)
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const bool finite = ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
        return std::isfinite(static_cast<double>(static_cast<S>(logits[i])));
      });
      if (!std::isfinite(logits[i]) || finite) continue;
      section.reject(
          key, fmt::format("logit {} is {}, which is infinite in {}", i, logits[i], name(dtype)),
          fmt::format("a number that is finite in {}, or other dtypes", name(dtype)));
      return;
    }
}

LogitFile read_logit_file(config::Section& section, const std::vector<ops::DType>& dtypes) {
  LogitFile file;
  const std::string path = section.file("path"), obtain = section.text("obtain");
  if (path.empty()) return file;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    file.missing = fmt::format("{} does not exist. {}", path, obtain);
    return file;
  }
  try {
    io::Matrix matrix = io::read_matrix(path);
    file.rows = matrix.rows;
    file.classes = matrix.columns;
    file.logits = std::move(matrix.values);
  } catch (const std::exception& error) {
    section.reject("path", error.what(), "a matrix of logits, as .npy or CSV");
    return file;
  }
  if (!std::all_of(file.logits.begin(), file.logits.end(),
                   [](double x) { return std::isfinite(x); }))
    section.reject("path", fmt::format("{} contains NaN or an infinity", path), "finite logits");
  require_representable(section, "path", file.logits, dtypes);
  return file;
}

}  // namespace maxtrick::inputs
