// The memory that the program and the process of a plug-in share for one call, and the messages
// that they exchange.
//
// Each array of a call ends at the end of its own pages. The address ranges before and after these
// pages are inaccessible, so that an access one number too far faults. Accesses that cannot fault,
// to what lies between the numbers of a matrix and before the first one, are detected by a pattern: that memory
// is filled with the pattern before the call, and checked after it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "worker/plugin.hpp"

namespace maxtrick::worker {

// The descriptors that are open in the process of the plug-in: the other end of the socket, and the
// memory.
inline constexpr int talk_descriptor = 3;
inline constexpr int memory_descriptor = 4;

// The shape of a matrix in that memory, as numerics::Rows describes it. An array that the call does
// not have has no columns.
struct Grid {
  std::uint64_t rows = 0, columns = 0, row_stride = 0, class_stride = 1;
};

// One call, from the program to the plug-in.
struct Request {
  std::uint64_t kernel = 0;  // index in the plug-in
  ops::DType type = ops::DType::float32;
  Grid logits = {}, result = {}, coefficients = {}, factors = {};
  std::uint64_t targets = 0, losses = 0;  // their numbers
  double scale = 1, gradient_scale = 1, parameter = 0;
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
enum class Place : char { logits, targets, losses, result, coefficients, factors };
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
using Layout = std::array<Area, 6>;
[[nodiscard]] Layout layout_of(const Request& request);
[[nodiscard]] inline const Area& area(const Layout& layout, Place place) {
  return layout[static_cast<std::size_t>(place)];
}

// A NaN in every type, so that a kernel that reads it has NaN in its results.
inline constexpr std::uint64_t pattern = 0x7ff47ff47ff47ff4;
template <class T>
void set_pattern(T& number) {
  std::memcpy(static_cast<void*>(&number), &pattern, sizeof number);
}

// Calls f for each number of the matrix.
template <class T, class Function>
void for_each(const numerics::Rows<T>& matrix, Function f) {
  for (std::size_t i = 0; i < matrix.rows; ++i)
    for (std::size_t k = 0; k < matrix.columns; ++k) f(matrix.at(i, k));
}

}  // namespace maxtrick::worker
