// Counts what a test allocates.
#pragma once

#include <cstddef>

namespace maxtrick::tests {

// The number of calls of operator new since the program started, and the sum of their sizes.
struct Allocated {
  std::size_t calls, bytes;
};
[[nodiscard]] Allocated allocated();

}  // namespace maxtrick::tests
