#include "inputs/matrix_file.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "io/array.hpp"
#include "text/quoted.hpp"

namespace maxtrick::inputs {

std::optional<MatrixFile> read_matrix_file(config::Section& section, std::string_view key,
                                           const std::string& expected, std::string& missing) {
  const std::string path = section.text(key);
  const std::string obtain = section.has("obtain") ? section.text("obtain") : "";
  if (path.empty()) return std::nullopt;
  const std::string opened = io::file_of_array(path).string();
  section.records_file(opened);
  try {
    if (io::is_there(opened)) {
      io::Array array = io::read_array(path);
      const auto [rows, columns] = io::matrix_size(array, path);
      return MatrixFile{rows, columns, std::move(array.values)};
    }
    if (obtain.empty())
      section.reject(key, text::shown_path(opened) + " does not exist",
                     expected + "; or 'obtain', a text that says how to get the file");
    else if (missing.empty())
      missing = fmt::format("{} does not exist. {}", text::shown_path(opened), obtain);
  } catch (const std::exception& error) {
    section.reject(key, error.what(), expected);
  }
  return std::nullopt;
}

}  // namespace maxtrick::inputs
