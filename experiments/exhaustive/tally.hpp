// What a float function's results at many inputs come to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "exhaustive/float_function.hpp"

namespace maxtrick::exhaustive {

struct Tally {
  std::uint64_t inputs = 0;         // counted one by one
  std::uint64_t misrounded = 0;     // results that are not the exact value rounded to nearest even
  std::uint64_t special_wrong = 0;  // see wrong_special
  std::uint64_t digest = 0;         // of inputs and results, whatever their order
  // The largest error, from MPFR; the first input by its bits at which it is taken, and the result.
  double error_ulp = -1;
  std::uint32_t worst_input = 0, worst_result = 0;

  void add(const Tally& other);
  [[nodiscard]] bool operator==(const Tally&) const = default;
};

// As one line, and back: nothing where it is no such line.
[[nodiscard]] std::string to_text(const Tally& tally);
[[nodiscard]] std::optional<Tally> parse_tally(std::string_view text);

// Whether a result is of another kind than the exact value rounded: NaN or an infinity where the
// other is not (beyond the threshold of overflow, of negative numbers, of subnormals taken for 0),
// -0 (no exact value of these functions has that meaning), or 0 for a value of at least a subnormal
// ULP, which was flushed. `error_ulp` is the result's.
[[nodiscard]] bool wrong_special(float rounded, float got, double error_ulp);

// Of the inputs range[begin] to range[end - 1].
[[nodiscard]] Tally scan(const FloatFunction& function, const FloatRange& range,
                         std::uint64_t begin, std::uint64_t end);

}  // namespace maxtrick::exhaustive
