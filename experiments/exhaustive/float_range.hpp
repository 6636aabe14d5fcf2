// A range of floats by their bit patterns: all 2^32 of them, or a part.
#pragma once

#include <bit>
#include <cstdint>
#include <string>

#include "config/config.hpp"

namespace maxtrick::exhaustive {

struct FloatRange {
  std::uint32_t first = 0, last = 0xffffffff;
  std::uint32_t every = 1;  // only each so-many-th, from the first on

  [[nodiscard]] std::uint64_t size() const { return (std::uint64_t{last} - first) / every + 1; }
  [[nodiscard]] float operator[](std::uint64_t i) const {
    return std::bit_cast<float>(static_cast<std::uint32_t>(first + i * every));
  }
  // "all 4294967296 floats", or which
  [[nodiscard]] std::string describe() const;
};

// inputs = { first = 0x7f800000, last = 0xff800000, every = 3 }; all floats where there is no such
// key.
[[nodiscard]] FloatRange read_float_range(config::Section& config);

}  // namespace maxtrick::exhaustive
