#include "inputs/logit_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "inputs/logits.hpp"
#include "inputs/matrix_file.hpp"
#include "text/quoted.hpp"

namespace maxtrick::inputs {
namespace {

using config::Section;

constexpr std::size_t most_named_rows = 1000;

// The numbers at `row_numbers`; none if there is no such key.
std::vector<std::size_t> read_row_numbers(Section& section) {
  std::vector<std::size_t> rows;
  if (!section.has("row_numbers")) return rows;
  std::set<double> known;
  const std::vector<double> numbers = section.numbers("row_numbers");
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double row = numbers[i];
    const bool valid = row >= 0 && row <= 0x1p53 && row == std::floor(row);
    if (!valid)
      section.reject("row_numbers", i, fmt::format("{} is not the number of a row", row),
                     "whole numbers from 0");
    else if (!known.insert(row).second)
      section.reject("row_numbers", i, fmt::format("row {} occurs twice", row), "each row once");
    else
      rows.push_back(static_cast<std::size_t>(row));
  }
  return rows;
}

// Keeps the chosen rows of the matrix.
void take(Section& section, MatrixFile matrix, LogitFile& file) {
  file.rows_in_file = matrix.rows;
  file.classes = matrix.columns;
  if (file.numbers.empty()) {
    file.numbers.resize(matrix.rows);
    std::iota(file.numbers.begin(), file.numbers.end(), std::size_t{0});
    file.logits = std::move(matrix.values);
    return;
  }
  for (std::size_t i = 0; i < file.numbers.size(); ++i) {
    if (file.numbers[i] >= matrix.rows) {
      section.reject("row_numbers", i,
                     fmt::format("{} has no row {} (counted from 0)",
                                 text::shown_path(section.text("path")), file.numbers[i]),
                     fmt::format("numbers from 0 to {}", matrix.rows - 1));
      file.numbers.resize(i);
      return;
    }
    const auto row = std::span(matrix.values).subspan(file.numbers[i] * matrix.columns);
    file.logits.insert(file.logits.end(), row.begin(),
                       row.begin() + static_cast<std::ptrdiff_t>(matrix.columns));
  }
}

}  // namespace

LogitFile read_logit_file(Section& section, const std::vector<ops::DType>& dtypes,
                          SpecialLogits special) {
  LogitFile file;
  auto matrix =
      read_matrix_file(section, "path", "a matrix of logits, as .npy, .npz or text", file.missing);
  file.numbers = read_row_numbers(section);
  if (!matrix) return file;
  take(section, std::move(*matrix), file);
  if (special == SpecialLogits::refused && !std::all_of(file.logits.begin(), file.logits.end(),
                                                        [](double x) { return std::isfinite(x); }))
    section.reject("path", text::shown_path(section.text("path")) + " contains NaN or an infinity",
                   "finite logits");
  require_representable(section, "path", file.logits, dtypes);
  return file;
}

bool names_logit_file(Section& section, std::string_view key) {
  return section.is_table(key) && section.table(key).has("path");
}

std::vector<NamedRow> read_named_rows(Section& section, std::string_view key,
                                      const std::string& name,
                                      const std::vector<ops::DType>& dtypes,
                                      SpecialLogits special) {
  Section table = section.table(key);
  const LogitFile file = read_logit_file(table, dtypes, special);
  if (file.rows() > most_named_rows)
    table.reject("path", fmt::format("{} rows", file.rows()),
                 fmt::format("at most {}; 'row_numbers' chooses them", most_named_rows));
  std::vector<NamedRow> rows;
  for (std::size_t i = 0; i < std::min(file.rows(), most_named_rows); ++i) {
    const std::size_t number = file.numbers[i];
    NamedRow row{file.rows() == 1 ? name : fmt::format("{}-{}", name, number), number, {}, {}};
    if (file.rows_in_file == 0)
      row.missing = file.missing;
    else
      row.logits.assign(file.row(i).begin(), file.row(i).end());
    rows.push_back(std::move(row));
  }
  if (rows.empty()) rows.push_back({name, 0, {}, file.missing});
  return rows;
}

}  // namespace maxtrick::inputs
