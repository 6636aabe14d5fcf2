// A pass over the classes of a row, or of sixteen rows, has
//   block(i)  for a block of classes from i on, all there,
//   rest(i)   for all from i on, and
//   ahead()   how much later than at i its blocks begin.
// Several passes, over rows of as many classes, go through one loop: what one waits for is hidden
// behind the others.
#pragma once

#include <cstddef>

namespace maxtrick::kernels {

// The passes in their order, over n classes.
template <std::size_t block, class... Passes>
[[gnu::always_inline]] inline void run_passes(std::size_t n, Passes&... passes) {
  const std::size_t end = n - (passes.ahead() + ...);
  std::size_t i = 0;
  for (; i + block <= end; i += block) (passes.block(i), ...);
  if (i < n) (passes.rest(i), ...);
}

}  // namespace maxtrick::kernels
