// Rows of logits as a config describes them: literal or generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "numerics/random.hpp"
#include "ops/dtype.hpp"

namespace maxtrick::inputs {

// The largest number of classes that a config may ask for.
inline constexpr std::int64_t max_classes = 1'000'000;

// A row of logits that a config describes. It is made where it is needed: the rows of a whole config
// would take long to draw and fill the memory.
struct LogitRow {
  std::function<std::vector<double>()> make = [] { return std::vector<double>{0}; };
  double largest = 0;  // no finite logit has a larger magnitude
};

// The row of these logits.
[[nodiscard]] LogitRow row_of(std::vector<double> logits);

// Reads key `key` of a section, which is one of
//   [1000, -inf, nan]                                                  the logits themselves
//   { generate = "fill", value = v, classes = n }                      all equal
//   { generate = "ramp", from = a, to = b, classes = n }               evenly spaced from a to b
//   { generate = "spike", value = v, at = i, rest = r, classes = n }   v at index i, else r
//   { generate = "normal", scale = s, seed = k, classes = n }          normal, deviation s
//   { generate = "uniform", low = a, high = b, seed = k, classes = n } uniform from a to b
// A generated row may have  replace = [ { at = i, value = v }, ... ]  and, if it is random,
// offset = c, which is added to each logit. Errors are noted in the config; the row is then { 0 }.
// Random numbers are those of numerics::Random, drawn from the first class to the last.
[[nodiscard]] LogitRow read_logits(config::Section& section, std::string_view key);

// No number of Random::normal() has a larger magnitude; the largest is sqrt(4 * 53 log 2) = 12.2.
inline constexpr double largest_normal = 13;

// The function that draws each number of a random row. It is described by the keys of `section`
// that belong to `kind`:
//   "normal"    scale = s            s z, z standard normal
//   "uniform"   low = a, high = b    uniform from a to b
struct Draw {
  std::function<double(numerics::Random&)> one;
  double largest;  // no number has a larger magnitude
};
[[nodiscard]] Draw read_draw(config::Section& section, std::string_view kind);

// A row of `classes` numbers `scale` z, z standard normal, drawn from numerics::Random(seed).
[[nodiscard]] std::vector<double> normal_row(std::size_t classes, double scale, std::uint64_t seed);

// Notes an error if a finite logit is not finite in one of the types.
void require_representable(config::Section& section, std::string_view key,
                           const std::vector<double>& logits,
                           const std::vector<ops::DType>& dtypes);
// The same for a row that is made only if its largest possible logit is infinite in a type.
void require_representable(config::Section& section, std::string_view key, const LogitRow& row,
                           const std::vector<ops::DType>& dtypes);

template <class T>
[[nodiscard]] std::vector<T> rounded(const std::vector<double>& logits) {
  std::vector<T> row;
  row.reserve(logits.size());
  for (const double x : logits) row.push_back(static_cast<T>(x));
  return row;
}

}  // namespace maxtrick::inputs
