// Searches for the row on which a variant has its largest error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "worst/judge.hpp"

namespace maxtrick::worst {

struct Problem {
  const ops::Variant* variant = nullptr;
  ops::DType dtype = ops::DType::float32;
  std::size_t classes = 0;
  std::size_t rows = 0;  // how many rows the search of one seed tries, rounded up to a whole batch
};

struct Found {
  double error = -1;
  Input input;
  std::string rows_of;   // the kind of the row from which it was reached
  std::size_t rows = 0;  // how many were tried
  std::uint64_t seed = 0;
};

// Climbs from random rows: it changes the worst row so far in one or several logits, and keeps what
// raises the error. Half of the climbs start anew, the others from the worst row of all. The result
// depends on the seed, the problem and the bits of the variant alone. MPFR has the last word on its
// error.
[[nodiscard]] Found search(const Problem& problem, std::uint64_t seed);

}  // namespace maxtrick::worst
