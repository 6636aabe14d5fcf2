// Digests of numbers as NumPy gives them: hashlib.sha256(a.tobytes()), of float64 and of int64.
#pragma once

#include "io/files.hpp"
#include "test.hpp"

namespace maxtrick::tests {

template <class T>
std::string digest(std::span<const T> values) {
  return io::sha256({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

inline std::string digest(const std::vector<double>& values) {
  return digest(std::span<const double>(values));
}

// Labels and indices count as int64, which is what NumPy holds them in.
template <class Index>
std::string digest_of_indices(const std::vector<Index>& indices) {
  const std::vector<std::int64_t> wide(indices.begin(), indices.end());
  return digest(std::span<const std::int64_t>(wide));
}

}  // namespace maxtrick::tests
