#include "inputs/data_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "inputs/logits.hpp"
#include "inputs/matrix_file.hpp"
#include "inputs/selection.hpp"
#include "io/array.hpp"
#include "io/files.hpp"
#include "learn/blobs.hpp"
#include "learn/circles.hpp"
#include "learn/training.hpp"
#include "text/quoted.hpp"

namespace maxtrick::inputs {
namespace {

using config::Section;
using io::Array;
using io::NumberType;

// A deferred future: the first thread that asks for the value computes it.
template <class Make>
std::shared_future<learn::DataSet> on_demand(Make make) {
  return std::async(std::launch::deferred, std::move(make)).share();
}

// Limits of the numbers of a generated data set. They are wide enough for any data, and squares of
// such numbers are finite and not 0.
constexpr double largest = 1e30, smallest = 1e-30;
constexpr std::int64_t most_samples = 1'000'000, most_numbers = 10'000'000;
// The limit for the number of centres, and for the number of features.
constexpr std::int64_t most_drawn = 10'000;

std::size_t read_samples(Section& section) { return section.count("samples", 1, most_samples); }

std::uint32_t read_numpy_seed(Section& section) {
  return static_cast<std::uint32_t>(
      section.integer("seed", 0, std::numeric_limits<std::uint32_t>::max()));
}

learn::GivenCentres read_given(Section& section) {
  learn::GivenCentres centres = section.matrix("centres");
  for (std::size_t k = 0; k < centres.size(); ++k)
    for (const double x : centres[k])
      if (!(x >= -largest && x <= largest)) {
        section.reject("centres", k, fmt::format("row {} of 'centres' contains {}", k + 1, x),
                       fmt::format("numbers from {} to {}", -largest, largest));
        break;
      }
  return centres;
}

learn::DrawnCentres read_drawn(Section& section) {
  learn::DrawnCentres centres;
  centres.count = section.count("centres", 1, most_drawn);
  centres.features = section.count("features", 1, most_drawn);
  if (!section.has("box")) return centres;
  const std::vector<double> box = section.numbers("box");
  if (box.size() == 2 && box[0] >= -largest && box[0] < box[1] && box[1] <= largest) {
    centres.low = box[0];
    centres.high = box[1];
  } else {
    section.reject("box", "'box' is not an interval",
                   fmt::format("two increasing numbers from {} to {}", -largest, largest));
  }
  return centres;
}

std::vector<double> read_spread(Section& section, std::size_t centres) {
  if (!section.has("spread")) return {1};
  if (!section.is_array("spread")) return {section.number("spread", {0, largest})};
  std::vector<double> spread = section.numbers("spread");
  for (std::size_t k = 0; k < spread.size(); ++k)
    if (!(spread[k] >= 0 && spread[k] <= largest))
      section.reject("spread", k, fmt::format("{} is not a valid spread", spread[k]),
                     fmt::format("numbers from 0 to {}", largest));
  if (spread.size() != centres)
    section.reject("spread", fmt::format("{} spreads for {} centres", spread.size(), centres),
                   "one number, or an array with one for each centre");
  return spread;
}

// The numbers of samples of the centres, which take the place of `samples`.
std::vector<std::size_t> read_sample_counts(Section& section) {
  std::vector<std::size_t> counts;
  const std::vector<double> numbers = section.numbers("counts");
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const bool valid = numbers[k] >= 1 && numbers[k] <= static_cast<double>(most_samples) &&
                       numbers[k] == std::floor(numbers[k]);
    if (!valid)
      section.reject("counts", k, fmt::format("{} is not a number of samples", numbers[k]),
                     fmt::format("whole numbers from 1 to {}", most_samples));
    counts.push_back(valid ? static_cast<std::size_t>(numbers[k]) : 1);
  }
  const std::size_t sum = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  if (sum > static_cast<std::size_t>(most_samples))
    section.reject("counts", fmt::format("{} samples", sum),
                   fmt::format("at most {} samples in total", most_samples));
  if (section.has("samples"))
    section.reject("samples", "'samples' and 'counts' both give the number of samples",
                   "one of the two keys");
  return counts;
}

void read_blobs(Section& section, NamedData& data) {
  learn::Blobs blobs;
  if (section.has("counts")) {
    blobs.counts = read_sample_counts(section);
    blobs.samples = std::accumulate(blobs.counts.begin(), blobs.counts.end(), std::size_t{0});
  } else {
    blobs.samples = read_samples(section);
  }
  blobs.seed = read_numpy_seed(section);
  data.rows = blobs.samples;
  if (section.has("centres") && !section.is_array("centres")) {
    const learn::DrawnCentres drawn = read_drawn(section);
    data.classes = drawn.count;
    data.features = drawn.features;
    blobs.centres = drawn;
  } else {
    learn::GivenCentres given = read_given(section);
    data.classes = given.size();
    data.features = given[0].size();
    blobs.centres = std::move(given);
  }
  blobs.spread = read_spread(section, data.classes);
  if (!blobs.counts.empty() && blobs.counts.size() != data.classes)
    section.reject("counts",
                   fmt::format("{} counts for {} centres", blobs.counts.size(), data.classes),
                   "one for each centre");
  else if (data.rows < data.classes)
    section.reject("samples", fmt::format("{} samples for {} centres", data.rows, data.classes),
                   "at least one for each centre");
  if (data.rows * data.features > static_cast<std::size_t>(most_numbers))
    section.reject("samples", fmt::format("{} numbers", data.rows * data.features),
                   fmt::format("samples times features of at most {}", most_numbers));
  data.made = on_demand([blobs] { return learn::make_blobs(blobs); });
  data.redrawn = [blobs](std::uint32_t n) {
    learn::Blobs others = blobs;
    others.seed += n;
    return learn::make_blobs(others);
  };
  const auto& spread = blobs.spread;
  if (std::find(spread.begin(), spread.end(), 0) != spread.end()) return;
  data.bayes = [blobs, made = data.made] { return learn::bayes_logits(blobs, made.get()); };
  data.best = [blobs, classes = data.classes](const learn::DataSet& points) {
    const std::vector<double> logits = learn::bayes_logits(blobs, points);
    return learn::predictions({logits.data(), points.rows, classes});
  };
}

void read_circles(Section& section, NamedData& data) {
  learn::Circles circles;
  circles.samples = read_samples(section);
  circles.seed = read_numpy_seed(section);
  const std::vector<double> radii = section.numbers("radii");
  if (radii.size() == 2 && radii[0] >= smallest && radii[0] < radii[1] && radii[1] <= largest) {
    circles.inner = radii[0];
    circles.outer = radii[1];
  } else {
    section.reject("radii", "'radii' does not describe two circles",
                   fmt::format("two increasing numbers from {} to {}", smallest, largest));
  }
  circles.half_width = section.number("half_width", {0, largest});
  // The corners are the points of the square that are farthest from the origin.
  if (2 * circles.half_width * circles.half_width <= circles.outer * circles.outer)
    section.reject(
        "half_width",
        fmt::format("a square of half width {} lies within the outer circle", circles.half_width),
        fmt::format("more than {} / sqrt 2; otherwise the third class is empty", circles.outer));
  data.rows = circles.samples;
  data.features = 2;
  data.classes = 3;
  data.made = on_demand([circles] { return learn::make_circles(circles); });
  data.redrawn = [circles](std::uint32_t n) {
    learn::Circles others = circles;
    others.seed += n;
    return learn::make_circles(others);
  };
  data.best = [circles](const learn::DataSet& points) {
    return learn::circle_classes(circles, points.X);
  };
}

// If an error leaves nothing to generate, the data set has one row.
void read_generated(Section& section, NamedData& data) {
  const std::vector<std::string> generators{"blobs", "circles"};
  const std::string generator = section.choice("generate", generators);
  if (generator == "blobs") return read_blobs(section, data);
  if (generator == "circles") return read_circles(section, data);
  section.ignore_rest();  // the keys that belong here depend on it
  data.made = on_demand([] { return learn::DataSet{1, 1, 1, {0}, {0}}; });
}

bool are_finite(Section& section, const MatrixFile& points) {
  const auto wrong = std::find_if_not(points.values.begin(), points.values.end(),
                                      [](double x) { return std::isfinite(x); });
  if (wrong == points.values.end()) return true;
  const auto at = static_cast<std::size_t>(wrong - points.values.begin());
  section.reject("path",
                 fmt::format("{}: row {}, column {} (counted from 0) is {}",
                             text::shown_path(section.text("path")), at / points.columns,
                             at % points.columns, *wrong),
                 "finite numbers");
  return false;
}

bool are_one_a_row(Section& section, const MatrixFile& labels, const MatrixFile& points) {
  const std::string path = text::shown_path(section.text("labels"));
  const std::size_t count = labels.values.size();
  if (labels.rows != 1 && labels.columns != 1)
    section.reject("labels", fmt::format("{} is {} x {}", path, labels.rows, labels.columns),
                   "one label for each row");
  else if (count < points.rows)
    section.reject("labels",
                   fmt::format("{}: {} labels for {} rows: row {} (counted from 0) has none", path,
                               count, points.rows, count),
                   "one label for each row");
  else if (count > points.rows)
    section.reject("labels",
                   fmt::format("{}: {} labels for {} rows: there is no row {} (counted from 0)",
                               path, count, points.rows, points.rows),
                   "one label for each row");
  else
    return true;
  return false;
}

// The number of classes, or nothing after an error.
std::optional<std::size_t> count_classes(Section& section, const MatrixFile& labels) {
  const bool given = section.has("classes");
  const std::int64_t most = given ? section.integer("classes", 1, max_classes) : max_classes;
  for (std::size_t row = 0; row < labels.values.size(); ++row) {
    const double label = labels.values[row];
    if (label >= 0 && label < static_cast<double>(most) && label == std::floor(label)) continue;
    section.reject("labels",
                   fmt::format("{}: the label of row {} (counted from 0) is {}",
                               text::shown_path(section.text("labels")), row, label),
                   fmt::format("whole numbers from 0 to {}{}", most - 1,
                               given ? ", less than 'classes'" : ""));
    return std::nullopt;
  }
  if (given) return static_cast<std::size_t>(most);
  return 1 +
         static_cast<std::size_t>(*std::max_element(labels.values.begin(), labels.values.end()));
}

// Reads the two files that data_set.hpp describes. Returns a data set of one row after an error,
// and also if a file does not exist; then `missing` says which one.
learn::DataSet read_data_files(Section& section, std::string& missing) {
  learn::DataSet one_row{1, 1, 1, {0}, {0}};
  auto points = read_matrix_file(
      section, "path", "a matrix of numbers with one point in each row, as .npy, .npz or text",
      missing);
  const auto labels = read_matrix_file(
      section, "labels", "whole numbers from 0, one for each row, as .npy, .npz or text", missing);
  const bool finite = points && are_finite(section, *points);
  const bool level = points && labels && are_one_a_row(section, *labels, *points);
  std::optional<std::size_t> classes;
  if (labels) classes = count_classes(section, *labels);
  (void)section.has("classes");  // makes the key known even if there are no labels to count
  if (!finite || !level || !classes) return one_row;
  learn::DataSet data{points->rows, points->columns, *classes, std::move(points->values), {}};
  for (const double label : labels->values) data.y.push_back(static_cast<std::int32_t>(label));
  return data;
}

std::vector<run::ExportedFile> npy_files(const learn::DataSet& data) {
  const Array X{{data.rows, data.features}, data.X};
  const Array y{{data.rows}, {data.y.begin(), data.y.end()}};
  return {npy_file("X.npy", X, io::NumberType::float64),
          npy_file("y.npy", y, io::NumberType::int64)};
}

}  // namespace

NamedData read_data_set(config::Section& section) {
  NamedData data{.name = read_name(section, "name")};
  if (data.name.starts_with('.'))
    section.reject("name", text::quoted(data.name) + " starts with a dot",
                   "a name that a folder may have");
  if (!section.has("path")) {
    read_generated(section, data);
    return data;
  }
  learn::DataSet read = read_data_files(section, data.missing);
  data.rows = read.rows;
  data.features = read.features;
  data.classes = read.classes;
  data.made = on_demand([read = std::move(read), missing = data.missing]() mutable {
    if (!missing.empty()) throw std::runtime_error(missing);
    return std::move(read);
  });
  return data;
}

run::Export exported(const NamedData& data) {
  return {data.name, data.missing, [data] { return npy_files(data.data()); }};
}

run::ExportedFile npy_file(std::string name, const Array& array, NumberType type) {
  std::string bytes = io::to_npy(array, type);
  const std::size_t header = io::to_npy({array.shape, {}}, type).size();
  const std::string digest = io::sha256(std::string_view(bytes).substr(header));
  return {std::move(name), std::move(bytes),
          fmt::format("{}, sha256 of the data {}", fmt::join(array.shape, " x "), digest)};
}

}  // namespace maxtrick::inputs
