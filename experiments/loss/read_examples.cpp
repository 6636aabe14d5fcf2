#include "loss/read_examples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "inputs/logit_file.hpp"
#include "inputs/logits.hpp"
#include "inputs/matrix_file.hpp"
#include "learn/target.hpp"

namespace maxtrick::loss {
namespace {

using ops::DType;

// Reads labels = { path = "y.npy" }, which has a label for each row of the file of logits. Returns
// those of the chosen rows; none after an error.
std::vector<double> read_label_file(config::Section& section, const inputs::LogitFile& logits,
                                    std::string& missing) {
  config::Section table = section.table("labels");
  const std::string expected = "whole numbers from 0, one for each row, as .npy, .npz or text";
  const auto file = inputs::read_matrix_file(table, "path", expected, missing);
  if (!file || logits.rows_in_file == 0) return {};
  if ((file->rows != 1 && file->columns != 1) || file->values.size() != logits.rows_in_file) {
    table.reject(
        "path",
        fmt::format("{} x {} labels for {} rows", file->rows, file->columns, logits.rows_in_file),
        "one label for each row of the file of logits");
    return {};
  }
  std::vector<double> labels;
  for (const std::size_t row : logits.numbers) labels.push_back(file->values[row]);
  return labels;
}

// Reads coefficients = [[...], ...], a number for each logit, and the label of each row from them.
void read_coefficients(config::Section& section, DType dtype, std::size_t rows,
                       inputs::LabelledLogits& examples) {
  const auto matrix = section.matrix("coefficients");
  if (examples.logits.empty()) return;
  if (examples.classes == 1)
    section.reject("coefficients", "two classes in one column have a label",
                   "a column of logits for each class");
  if (matrix.size() != rows || matrix.front().size() != examples.classes) {
    section.reject("coefficients",
                   fmt::format("{} x {} coefficients for {} x {} logits", matrix.size(),
                               matrix.front().size(), rows, examples.classes),
                   "one coefficient for each logit");
    return;
  }
  for (const auto& row : matrix) {
    examples.coefficients.insert(examples.coefficients.end(), row.begin(), row.end());
    const auto largest = std::max_element(row.begin(), row.end()) - row.begin();
    examples.labels.push_back(static_cast<std::int32_t>(largest));
  }
  for (const double c : examples.coefficients)
    if (!std::isfinite(c))
      section.reject("coefficients", "a coefficient is not finite", "finite numbers");
  inputs::require_representable(section, "coefficients", examples.coefficients, {dtype});
}

}  // namespace

inputs::LabelledLogits read_examples(config::Section& section, DType dtype, std::string& missing) {
  inputs::LabelledLogits examples;
  std::size_t rows = 0;
  inputs::LogitFile file;
  if (inputs::names_logit_file(section, "logits")) {
    config::Section table = section.table("logits");
    file = inputs::read_logit_file(table, {dtype});
    missing = file.missing;
    examples.classes = file.classes;
    examples.logits = file.logits;
    rows = file.rows();
  } else {
    for (const auto& row : section.matrix("logits")) {
      examples.classes = row.size();
      examples.logits.insert(examples.logits.end(), row.begin(), row.end());
      ++rows;
    }
    for (const double x : examples.logits)
      if (!std::isfinite(x)) section.reject("logits", "a logit is not finite", "finite logits");
    inputs::require_representable(section, "logits", examples.logits, {dtype});
  }
  if (section.has("divisor")) examples.divisor = section.number("divisor", {1e-300, 1e300});
  if (section.has("coefficients")) {
    read_coefficients(section, dtype, rows, examples);
    return missing.empty() ? examples : inputs::LabelledLogits{};
  }
  const auto labels = section.is_table("labels") && section.is_table("logits")
                          ? read_label_file(section, file, missing)
                          : section.numbers("labels");
  if (!missing.empty() || examples.logits.empty()) return {};
  if (labels.size() != rows) {
    section.reject("labels", fmt::format("{} labels for {} rows", labels.size(), rows),
                   "one label for each row");
    return {};
  }
  try {
    examples.labels = learn::class_indices(labels, examples.classes == 1 ? 2 : examples.classes);
  } catch (const learn::LabelError& error) {
    section.reject("labels", error.what(), "the true class of each row");
  }
  return examples;
}

}  // namespace maxtrick::loss
