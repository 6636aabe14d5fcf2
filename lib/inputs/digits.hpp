// Printed figures: whether a number, rounded or cut to the digits that were printed, gives them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace maxtrick::inputs {

// How a printed number came from the computed one.
struct Agreement {
  bool rounded = false;    // rounding to the printed digits gives it
  bool truncated = false;  // cutting behind them gives it
  [[nodiscard]] bool holds() const { return rounded || truncated; }
};

// `printed` as in a document: "0.0350", "-9", "5.67e-03". Exact on the decimal expansion of
// `value`.
[[nodiscard]] Agreement compare(std::string_view printed, double value);

// `value` with `more` digits behind the printed ones, in the printed number's own form.
[[nodiscard]] std::string with_more_digits(std::string_view printed, double value, int more);

// The same, cut instead of rounded.
[[nodiscard]] std::string truncated(std::string_view printed, double value, int more);

// Half a unit of the last printed digit: what a reader of `printed` can know of the number.
[[nodiscard]] double half_unit(std::string_view printed);

}  // namespace maxtrick::inputs
