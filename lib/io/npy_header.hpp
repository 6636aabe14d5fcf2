// The front of a .npy file: what its data are.
#pragma once

#include <string>
#include <string_view>

#include "io/array.hpp"

namespace maxtrick::io {

inline constexpr std::string_view npy_magic = "\x93NUMPY";
// The dtypes that can be read.
inline constexpr std::string_view npy_dtypes =
    "'b1', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4' or 'f8', in either byte order";

struct NpyHeader {
  std::string descr;  // the dtype, as in numpy.dtype.str
  bool fortran_order = false;
  Shape shape;
};

[[noreturn]] void fail_npy(std::string_view name, std::string_view message);

// Removes magic, version and header from the front of `bytes`. Throws InputError, with `name`.
[[nodiscard]] NpyHeader take_npy_header(std::string_view& bytes, std::string_view name);

}  // namespace maxtrick::io
