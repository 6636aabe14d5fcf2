// The mapping of the arrays of a call in the process of the plug-in, with inaccessible ranges
// between them, and the faults of a kernel that reaches there.
#pragma once

#include <array>
#include <cstddef>

#include "worker/call_memory.hpp"

namespace maxtrick::worker {

class Mapping {
 public:
  void lay_out(const Layout& layout);

  // Null if the array is empty.
  template <class T>
  [[nodiscard]] T* at(Place place) const {
    const Area& one = area(layout_, place);
    if (one.bytes == 0) return nullptr;
    return reinterpret_cast<T*>(starts_[static_cast<std::size_t>(place)] + one.size - one.bytes);
  }

  // Whether the address is in an area, or in the half of an inaccessible range that is nearest to
  // it. Safe to call in a signal handler.
  [[nodiscard]] bool find(const char* address, Fault& fault) const;

 private:
  void unmap();

  Layout layout_ = {};
  std::array<char*, std::tuple_size_v<Layout>> starts_ = {};
  char* base_ = nullptr;
  std::size_t size_ = 0;
};

// The mapping. It is global, so that the signal handler can reach it.
[[nodiscard]] Mapping& mapping();

// From now on, a memory fault in the mapping is reported to the program before it ends this
// process.
void watch_faults();

}  // namespace maxtrick::worker
