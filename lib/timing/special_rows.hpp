// A loss on rows that no drawn matrix has: special values, and the largest numbers. Those of the
// registry's ops are in its tables (configs/overflow.toml); a loss that a user brings along is in
// none but that of times.
#pragma once

#include <string>

#include "timing/sample.hpp"

namespace maxtrick::timing {

struct OnSpecialRows {
  Checked checked = {};     // of all, or of the one that is broken
  std::string broken = {};  // the first that is beyond the claim, "a row with NaN"; else empty
};

// What a kernel of cross_entropy or its gradient makes of them, against the oracle and what it
// claims. Nothing is found of another op, nor of one that claims nothing. Throws run::CaseFailed,
// which names the row, where it fails.
[[nodiscard]] OnSpecialRows check_special_rows(const ops::Variant& kernel);

// The same of the one of that name in timed_variants(), which is called for it once in a process, however
// often it is asked for: where it fails, that is thrown each time.
[[nodiscard]] const OnSpecialRows& special_rows_of(const std::string& kernel);

}  // namespace maxtrick::timing
