#include "inputs/logit_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "inputs/logits.hpp"
#include "io/matrix.hpp"

namespace maxtrick::inputs {

LogitFile read_logit_file(config::Section& section, const std::vector<ops::DType>& dtypes) {
  LogitFile file;
  const std::string path = section.file("path"), obtain = section.text("obtain");
  if (path.empty()) return file;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    file.missing = fmt::format("{} is not there. {}", path, obtain);
    return file;
  }
  try {
    io::Matrix matrix = io::read_matrix(path);
    file.rows = matrix.rows;
    file.classes = matrix.columns;
    file.logits = std::move(matrix.values);
  } catch (const std::exception& error) {
    section.reject("path", error.what(), "a matrix of logits, .npy or CSV");
    return file;
  }
  if (!std::all_of(file.logits.begin(), file.logits.end(),
                   [](double x) { return std::isfinite(x); }))
    section.reject("path", fmt::format("{} holds NaN or an infinity", path), "finite logits");
  require_representable(section, "path", file.logits, dtypes);
  return file;
}

}  // namespace maxtrick::inputs
