// Any text as CSV: as fields, which are the same after they were written and read again, and as a matrix.
#include "io/csv.hpp"

#include <stdexcept>

#include "fuzz.hpp"
#include "io/matrix.hpp"

using namespace maxtrick;

namespace {

void read_fields(std::string_view text) {
  std::vector<std::vector<std::string>> lines;
  try {
    lines = io::parse_csv(text);
  } catch (const std::runtime_error&) {
    return;
  }
  std::string written;
  for (const auto& line : lines) io::append_csv_line(written, line);
  fuzz::require(io::parse_csv(written) == lines, "the fields are kept");
}

void read_matrix(std::string_view text) {
  static fuzz::MemoryFile file;
  try {
    const io::Matrix matrix = io::read_matrix(file.holding(text));
    fuzz::require(matrix.rows > 0 && matrix.values.size() == matrix.rows * matrix.columns,
                  "each row has a number in each column");
  } catch (const io::InputError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  read_fields(text);
  read_matrix(text);
  return 0;
}
