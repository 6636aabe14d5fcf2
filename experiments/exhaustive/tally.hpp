// Summary of a float function's results at many inputs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "exhaustive/float_function.hpp"

namespace maxtrick::exhaustive {

// The tallies of two sets of inputs are combined by add(); the order does not matter.
struct Tally {
  std::uint64_t inputs = 0;         // counted one by one
  std::uint64_t misrounded = 0;     // results that are not the exact value rounded to nearest even
  std::uint64_t special_wrong = 0;  // see wrong_special
  std::uint64_t digest = 0;         // of inputs and results, independent of their order
  // The largest error, decided by MPFR; the input with the smallest bits that has it, and its
  // result.
  double error_ulp = -1;
  std::uint32_t worst_input = 0, worst_result = 0;

  void add(const Tally& other);
  [[nodiscard]] bool operator==(const Tally&) const = default;
};

// Converts a tally to one line of text and back. parse_tally returns nullopt if the text is not
// such a line.
[[nodiscard]] std::string to_text(const Tally& tally);
[[nodiscard]] std::optional<Tally> parse_tally(std::string_view text);

// Whether a result is of a different kind than the rounded exact value. This is the case if the
// result is
// - NaN or an infinity where the exact value is not, or the reverse (beyond the overflow threshold,
//   for negative numbers, for subnormals that were taken for 0);
// - -0, which is never the exact value of these functions;
// - 0 where the exact value is at least one subnormal ULP, so that the result was flushed to zero.
//
// `error_ulp` is the error of the result.
[[nodiscard]] bool wrong_special(float rounded, float got, double error_ulp);

// Evaluates the function at the inputs range[begin] to range[end - 1] and returns their tally.
[[nodiscard]] Tally scan(const FloatFunction& function, const FloatRange& range,
                         std::uint64_t begin, std::uint64_t end);

}  // namespace maxtrick::exhaustive
