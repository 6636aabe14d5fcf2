// What stands before the data of NumPy's .npy files.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace maxtrick::io {

inline constexpr std::string_view npy_magic = "\x93NUMPY";
inline constexpr std::string_view npy_dtypes = "'<f4', '<f8', '<i4' or '<i8'";  // those read

struct NpyHeader {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::size_t> shape;
};

// Takes magic, version and header off the front of `bytes`. Throws InputError, with `name`.
[[nodiscard]] NpyHeader take_npy_header(std::string_view& bytes, std::string_view name);

// Throws InputError.
[[noreturn]] void fail_npy(std::string_view name, std::string_view message);

}  // namespace maxtrick::io
