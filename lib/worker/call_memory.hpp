// The memory that the program and the process of a plug-in share for one call, and the messages
// that they exchange.
//
// Each array of a call ends at the end of its own pages. The address ranges before and after these
// pages are inaccessible, so that an access one number too far faults. Accesses that cannot fault,
// to the numbers between the rows and before the first one, are detected by a pattern: that memory
// is filled with the pattern before the call, and checked after it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "worker/plugin.hpp"

namespace maxtrick::worker {

// The descriptors that are open in the process of the plug-in: the other end of the socket, and the
// memory.
inline constexpr int talk_descriptor = 3;
inline constexpr int memory_descriptor = 4;

// One call, from the program to the plug-in.
struct Request {
  std::uint64_t kernel = 0;   // index in the plug-in
  std::uint64_t element = 4;  // size in bytes: float32 or float64
  std::uint64_t rows = 0, classes = 0, logits_stride = 0;
  // Shape of the result; no columns if there is no result.
  std::uint64_t columns = 0, result_stride = 0;
  std::uint64_t targets = 0, losses = 0;  // their numbers
  double scale = 1;
  std::uint64_t limit_ms = 0;  // after this time the program no longer waits for the answer
};

// The first letter of each message from the plug-in. The first message is the description as JSON,
// or a refusal with its reason. Then there is one answer for each call: the reason why the kernel
// could not compute the result, else empty; or the rule that it broke; or a Fault.
enum class Word : char {
  description = 'D',
  refusal = 'R',
  answer = 'A',
  violation = 'V',
  fault = 'F'
};

// A memory fault: the array, and the kind of the access.
enum class Place : char { logits, targets, losses, result };
enum class Reach : char { reads, writes, unknown };
struct Fault {
  Word word = Word::fault;
  Place place = Place::logits;
  Reach reach = Reach::unknown;
  bool outside = false;  // next to the array, not in it
};

// The memory of one array. A Layout holds them in the order of Place. `size` is a multiple of the
// page size and starts at `offset` in the shared memory. The array is in the last `bytes` of it.
struct Area {
  std::size_t offset = 0, size = 0, bytes = 0;
  bool writable = false;
};
using Layout = std::array<Area, 4>;
[[nodiscard]] Layout layout_of(const Request& request);
[[nodiscard]] inline const Area& area(const Layout& layout, Place place) {
  return layout[static_cast<std::size_t>(place)];
}

// A NaN in both types, so that a kernel that reads it has NaN in its results.
inline constexpr std::uint32_t pattern = 0x7ff47ff4;

}  // namespace maxtrick::worker
