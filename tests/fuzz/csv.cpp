// Any text as CSV: as fields, which are the same after they were written and read again, as the text of a file of
// numbers, and as a literal.
#include "io/csv.hpp"

#include <stdexcept>

#include "fuzz.hpp"
#include "io/array.hpp"

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

void read_numbers(std::string_view text, io::Array (*read)(std::string_view, std::string_view)) {
  try {
    const io::Array array = read(text, "fuzz");
    std::size_t product = 1;
    for (const std::size_t size : array.shape) product *= size;
    fuzz::require(array.values.size() == product, "the shape has as many elements as there are");
  } catch (const io::InputError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  read_fields(text);
  read_numbers(text, io::parse_text);
  read_numbers(text, io::parse_array);
  return 0;
}
