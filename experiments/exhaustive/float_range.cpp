#include "exhaustive/float_range.hpp"

#include <fmt/format.h>

namespace maxtrick::exhaustive {

std::string FloatRange::describe() const {
  if (size() == std::uint64_t{1} << 32) return fmt::format("all {} floats", size());
  return fmt::format("{} floats, not all: {} from 0x{:08x} to 0x{:08x}", size(),
                     every == 1 ? "each" : fmt::format("one in {}", every), first, last);
}

FloatRange read_float_range(config::Section& config) {
  FloatRange range;
  if (!config.has("inputs")) return range;
  config::Section section = config.table("inputs");
  const auto bits = [&](const char* key) {
    return static_cast<std::uint32_t>(section.integer(key, 0, 0xffffffff));
  };
  range.first = bits("first");
  range.last = bits("last");
  if (section.has("every"))
    range.every = static_cast<std::uint32_t>(section.integer("every", 1, 0xffffffff));
  if (range.last < range.first) {
    section.reject("last", fmt::format("0x{:08x} is before the first", range.last),
                   fmt::format("0x{:08x} or above: bit patterns count up", range.first));
    range.last = range.first;
  }
  return range;
}

}  // namespace maxtrick::exhaustive
