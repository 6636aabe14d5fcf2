// Committed tables are made on x86 and have no rows of NEON. `check` compares a row of NEON with the row of AVX-512
// of the same algorithm: all instruction sets compute the same bits.
#pragma once

#include <map>
#include <string>

#include "table/baseline.hpp"

namespace maxtrick::cli {

// Gives rows of NEON that `baseline` lacks the key of the row of AVX-512, if the baseline has that row and `table`
// does not: "softmax.accurate.neon" becomes "softmax.accurate.avx512". Returns the former keys by the new ones.
std::map<std::string, std::string> name_neon_rows_as_avx512(table::ResultTable& table,
                                                            const table::Baseline& baseline);

}  // namespace maxtrick::cli
