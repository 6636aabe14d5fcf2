// Shows results next to the exact ones: a line for each row and variant, the reduced losses, and a
// summary.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/eval/results.hpp"
#include "table/render.hpp"

namespace maxtrick::cli {

// The text for stdout. In the table format, long rows are shortened, and output of more than a few rows
// ends with a summary of each variant. CSV has the lines alone. JSON is one object with
// "format_version": 1, the shape, the lines and the summary; numbers are numbers, and nan, inf and -inf,
// which JSON does not have, are texts.
[[nodiscard]] std::string report(const Problem& problem, const Exact& exact,
                                 const std::vector<Results>& all, table::Format format);

// A number, or "nan", "inf" or "-inf".
[[nodiscard]] nlohmann::ordered_json json_number(double value);

// The summary alone: a line for each variant.
[[nodiscard]] std::string summary(const Problem& problem, const Exact& exact,
                                  const std::vector<Results>& all);

}  // namespace maxtrick::cli
