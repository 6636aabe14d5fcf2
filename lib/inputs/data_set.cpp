#include "inputs/data_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "config/config.hpp"
#include "inputs/data_generators.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "io/files.hpp"
#include "io/matrix.hpp"
#include "learn/data_set.hpp"

namespace maxtrick::inputs {
namespace {

using config::Section;
using io::Matrix;
using io::NumberType;

// One of the two files. Where it is not there and `obtain` says how to get it, `missing` tells so.
std::optional<Matrix> read_file(Section& section, std::string_view key, const std::string& expected,
                                const std::string& obtain, std::string& missing) {
  const std::string path = section.file(key);
  if (path.empty()) return std::nullopt;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    if (obtain.empty())
      section.reject(key, fmt::format("{} is not there", path),
                     expected + "; or 'obtain', which says how to get it");
    else if (missing.empty())
      missing = fmt::format("{} is not there. {}", path, obtain);
    return std::nullopt;
  }
  try {
    return io::read_matrix(path);
  } catch (const std::exception& error) {
    section.reject(key, error.what(), expected);
    return std::nullopt;
  }
}

bool are_finite(Section& section, const Matrix& points) {
  const auto wrong = std::find_if_not(points.values.begin(), points.values.end(),
                                      [](double x) { return std::isfinite(x); });
  if (wrong == points.values.end()) return true;
  const auto at = static_cast<std::size_t>(wrong - points.values.begin());
  section.reject("path",
                 fmt::format("{}: row {}, column {} (from 0) is {}", section.text("path"),
                             at / points.columns, at % points.columns, *wrong),
                 "finite numbers");
  return false;
}

bool are_one_a_row(Section& section, const Matrix& labels, const Matrix& points) {
  const std::string path = section.text("labels");
  const std::size_t count = labels.values.size();
  if (labels.rows != 1 && labels.columns != 1)
    section.reject("labels", fmt::format("{} is {} x {}", path, labels.rows, labels.columns),
                   "one label a row");
  else if (count < points.rows)
    section.reject("labels",
                   fmt::format("{}: {} labels for {} rows: row {} (from 0) has none", path, count,
                               points.rows, count),
                   "one label a row");
  else if (count > points.rows)
    section.reject("labels",
                   fmt::format("{}: {} labels for {} rows: there is no row {} (from 0)", path,
                               count, points.rows, points.rows),
                   "one label a row");
  else
    return true;
  return false;
}

// How many classes there are, or nothing after an error.
std::optional<std::size_t> count_classes(Section& section, const Matrix& labels) {
  const bool given = section.has("classes");
  const std::int64_t most = given ? section.integer("classes", 1, max_classes) : max_classes;
  for (std::size_t row = 0; row < labels.values.size(); ++row) {
    const double label = labels.values[row];
    if (label >= 0 && label < static_cast<double>(most) && label == std::floor(label)) continue;
    section.reject(
        "labels",
        fmt::format("{}: the label of row {} (from 0) is {}", section.text("labels"), row, label),
        fmt::format("whole numbers from 0 to {}{}", most - 1,
                    given ? ", less than 'classes'" : ""));
    return std::nullopt;
  }
  if (given) return static_cast<std::size_t>(most);
  return 1 +
         static_cast<std::size_t>(*std::max_element(labels.values.begin(), labels.values.end()));
}

// As data_set.hpp has it. After an error, and where a file is not there, of which `missing` then
// tells, one row.
learn::DataSet read_data_files(Section& section, std::string& missing) {
  learn::DataSet one_row{1, 1, 1, {0}, {0}};
  const std::string obtain = section.has("obtain") ? section.text("obtain") : "";
  auto points = read_file(section, "path", "a matrix of numbers, a point a row, .npy or CSV",
                          obtain, missing);
  const auto labels =
      read_file(section, "labels", "whole numbers from 0, one a row, .npy or CSV", obtain, missing);
  const bool finite = points && are_finite(section, *points);
  const bool level = points && labels && are_one_a_row(section, *labels, *points);
  std::optional<std::size_t> classes;
  if (labels) classes = count_classes(section, *labels);
  (void)section.has("classes");  // known, also where there are no labels to count
  if (!finite || !level || !classes) return one_row;
  learn::DataSet data{points->rows, points->columns, *classes, std::move(points->values), {}};
  for (const double label : labels->values) data.y.push_back(static_cast<std::int32_t>(label));
  return data;
}

// Deferred: made by the first who asks.
template <class Make>
std::shared_future<learn::DataSet> on_demand(Make make) {
  return std::async(std::launch::deferred, std::move(make)).share();
}

std::vector<run::ExportedFile> npy_files(const learn::DataSet& data) {
  const io::Matrix X{data.rows, data.features, data.X, false, {}};
  const io::Matrix y{1, data.rows, {data.y.begin(), data.y.end()}, true, {}};
  return {npy_file("X.npy", X, io::NumberType::float64),
          npy_file("y.npy", y, io::NumberType::int64)};
}

std::size_t width(NumberType type) {
  return type == NumberType::float64 || type == NumberType::int64 ? 8 : 4;
}

}  // namespace

NamedData read_data_set(config::Section& section) {
  NamedData data{.name = read_name(section, "name")};
  if (data.name.starts_with('.'))
    section.reject("name", fmt::format("'{}' starts with a dot", data.name),
                   "a name that a folder can have");
  if (!section.has("path")) {
    const Generated generated = read_generated(section);
    data.rows = generated.rows;
    data.features = generated.features;
    data.classes = generated.classes;
    data.made = on_demand(generated.make);
    if (generated.bayes)
      data.bayes = [made = data.made, bayes = generated.bayes] { return bayes(made.get()); };
    data.best = generated.best;
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

run::ExportedFile npy_file(std::string name, const io::Matrix& matrix, NumberType type) {
  std::string bytes = io::to_npy(matrix, type);
  const std::string shape = matrix.one_dimensional
                                ? fmt::format("{}", matrix.columns)
                                : fmt::format("{} x {}", matrix.rows, matrix.columns);
  const std::size_t numbers = width(type) * matrix.values.size();
  const std::string digest = io::sha256(std::string_view(bytes).substr(bytes.size() - numbers));
  return {std::move(name), std::move(bytes),
          fmt::format("{}, sha256 of the data {}", shape, digest)};
}

}  // namespace maxtrick::inputs
