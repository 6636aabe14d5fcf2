// Compares printed numbers with computed ones: whether a value gives the printed digits when it is
// rounded or truncated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace maxtrick::inputs {

// How a printed number follows from the computed one.
struct Agreement {
  bool rounded = false;    // rounding to the printed digits gives it
  bool truncated = false;  // truncating after them gives it
  [[nodiscard]] bool holds() const { return rounded || truncated; }
};

// `printed` is a number as a document has it: "0.0350", "-9", "5.67e-03". The comparison is exact:
// it uses the decimal expansion of `value`.
[[nodiscard]] Agreement compare(std::string_view printed, double value);

// `value` in the form of the printed number, rounded to `more` digits beyond the printed ones.
[[nodiscard]] std::string with_more_digits(std::string_view printed, double value, int more);

// The same, truncated instead of rounded.
[[nodiscard]] std::string truncated(std::string_view printed, double value, int more);

// Half a unit of the last printed digit: the accuracy to which a reader of `printed` knows the
// number.
[[nodiscard]] double half_unit(std::string_view printed);

}  // namespace maxtrick::inputs
