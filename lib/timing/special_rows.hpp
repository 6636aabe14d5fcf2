// Checks a loss on rows that no random matrix has: special values and the largest numbers. The
// tables cover these rows for the ops of the registry (configs/overflow.toml), but a loss of a
// plug-in is only in the table of times.
#pragma once

#include <string>

#include "timing/sample.hpp"

namespace maxtrick::timing {

// The result of check_special_rows().
struct OnSpecialRows {
  Checked checked = {};  // the result for all rows, or for the first that is beyond the claim
  // The first row that is beyond the claim, such as "a row with NaN"; else empty.
  std::string broken = {};
};

// Runs a kernel of cross_entropy or of its gradient on these rows, and compares the results with
// the oracle and with its claim. Checks nothing for another op, nor for a kernel that claims
// nothing. Throws run::CaseFailed, which names the row, if the kernel fails.
[[nodiscard]] OnSpecialRows check_special_rows(const ops::Variant& kernel);

// The same for the kernel with that name in timed_variants(). The kernel is called only once in a
// process, and the result is kept. If the kernel failed, every call throws that failure.
[[nodiscard]] const OnSpecialRows& special_rows_of(const std::string& kernel);

}  // namespace maxtrick::timing
