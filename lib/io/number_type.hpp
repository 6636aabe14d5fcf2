// The types of numbers in files of arrays.
#pragma once

namespace maxtrick::io {

enum class NumberType {
  boolean,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float16,
  float32,
  float64
};

// Whether it is an integer type. boolean is none.
[[nodiscard]] constexpr bool is_integer(NumberType type) {
  return type >= NumberType::int8 && type <= NumberType::uint64;
}

}  // namespace maxtrick::io
