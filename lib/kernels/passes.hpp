// A pass over the classes of a row, or of a group of sixteen rows, has the members
//   block(i)  processes a whole block of classes from i on,
//   rest(i)   processes the tail: all classes from i on,
//   ahead()   is the number of classes that the pass has processed before run_passes(). The pass itself adds it to i
//             in block() and rest(). At most one of the passes has an ahead() other than 0.
// Several passes over rows with the same number of classes share one loop, so that each hides the
// latency of the others.
#pragma once

#include <cstddef>

namespace maxtrick::kernels {

// Runs the passes over n classes. For each block they run in the order of the arguments.
template <std::size_t block, class... Passes>
[[gnu::always_inline]] inline void run_passes(std::size_t n, Passes&... passes) {
  const std::size_t end = n - (passes.ahead() + ...);
  std::size_t i = 0;
  for (; i + block <= end; i += block) (passes.block(i), ...);
  if (i < n) (passes.rest(i), ...);
}

}  // namespace maxtrick::kernels
