// The memory that the program and the process of a plug-in share for one call, and what travels
// between the two beside it.
//
// Each array of a call lies at the end of pages of its own, behind which, and before which, there
// is a stretch that nobody may touch: one number too far faults. What a fault cannot show, numbers
// between the rows and before the first one, is filled with a pattern that is looked at afterwards.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "worker/plugin.hpp"

namespace maxtrick::worker {

// What that process finds open: the other end of the talk, and the memory.
inline constexpr int talk_descriptor = 3;
inline constexpr int memory_descriptor = 4;

// One call, from the program to the plug-in.
struct Request {
  std::uint64_t kernel = 0;   // place in the plug-in
  std::uint64_t element = 4;  // bytes: float32 or float64
  std::uint64_t rows = 0, classes = 0, logits_stride = 0;
  std::uint64_t columns = 0, result_stride = 0;  // of the result; no columns: it has none
  std::uint64_t targets = 0, losses = 0;         // how many
  double scale = 1;
  std::uint64_t limit_s = 0;  // after so long nobody waits for it any more
};

// What comes back: first the description as JSON, behind this one letter, or why there is none, and
// then one answer a call.
enum class Word : char { description = 'D', refusal = 'R', answer = 'A', fault = 'F' };

// Of a call that failed: the text of the exception. Empty where it did not.
// Of a fault: where, and how.
enum class Place : char { logits, targets, losses, result };
enum class Reach : char { reads, writes, unknown };
struct Fault {
  Word word = Word::fault;
  Place place = Place::logits;
  Reach reach = Reach::unknown;
  bool outside = false;  // beside it, not in it
};

// In the order of Place. The bytes are the last ones of `size`, which is whole pages; `offset` is
// where those begin in the memory.
struct Area {
  std::size_t offset = 0, size = 0, bytes = 0;
  bool writable = false;
};
using Layout = std::array<Area, 4>;
[[nodiscard]] Layout layout_of(const Request& request);
[[nodiscard]] inline const Area& area(const Layout& layout, Place place) {
  return layout[static_cast<std::size_t>(place)];
}

// A NaN in either type: whoever reads it shows it in his results.
inline constexpr std::uint32_t pattern = 0x7ff47ff4;

}  // namespace maxtrick::worker
