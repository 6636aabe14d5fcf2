// CSV as RFC 4180 quotes it, with LF at the end of each line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace maxtrick::io {

// Appends one line: the fields, quoted where they need it, with commas between them.
void append_csv_line(std::string& csv, const std::vector<std::string>& fields);

// The lines of a CSV text; the first is the header. Throws std::runtime_error that names the line
// where a quote is not closed or a line has another number of fields than the header.
[[nodiscard]] std::vector<std::vector<std::string>> parse_csv(std::string_view text);

}  // namespace maxtrick::io
