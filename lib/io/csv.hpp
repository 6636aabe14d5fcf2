// CSV with the quoting of RFC 4180 and LF at the end of each line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace maxtrick::io {

// Appends one line: the fields, quoted if necessary, separated by commas.
void append_csv_line(std::string& csv, const std::vector<std::string>& fields);

// The lines of a CSV text; the first is the header. Throws std::runtime_error, which names the
// line, if a quote is not closed or a line has another number of fields than the header.
[[nodiscard]] std::vector<std::vector<std::string>> parse_csv(std::string_view text);

}  // namespace maxtrick::io
