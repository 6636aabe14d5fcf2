#include "inputs/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace maxtrick::inputs {

std::vector<std::size_t> read_counts(config::Section& section, std::string_view key,
                                     std::string_view what, std::int64_t least, std::int64_t most) {
  std::vector<std::size_t> counts;
  const std::vector<double> numbers = section.numbers(key);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double n = numbers[i];
    const bool rises = counts.empty() || n > static_cast<double>(counts.back());
    if (rises && n >= static_cast<double>(least) && n <= static_cast<double>(most) &&
        n == std::floor(n))
      counts.push_back(static_cast<std::size_t>(n));
    else
      section.reject(key, i, fmt::format("{} {}", n, what),
                     fmt::format("whole numbers from {} to {}, rising", least, most));
  }
  if (counts.empty()) counts.push_back(static_cast<std::size_t>(least));
  return counts;
}

std::vector<std::size_t> read_classes(config::Section& section, std::int64_t least,
                                      std::int64_t most) {
  return read_counts(section, "classes", "classes", least, most);
}

std::vector<double> read_distinct(config::Section& section, std::string_view key,
                                  const std::function<bool(double)>& is_right,
                                  const std::string& expected) {
  std::vector<double> values;
  const std::vector<double> numbers = section.numbers(key);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double x = numbers[i];
    if (!is_right(x))
      section.reject(key, i, fmt::format("{} is out of range", x), expected);
    else if (std::find(values.begin(), values.end(), x) != values.end())
      section.reject(key, i, fmt::format("{} is named twice", x), "each once");
    else
      values.push_back(x);
  }
  return values;
}

}  // namespace maxtrick::inputs
