// SHA-256 digests of numbers as NumPy computes them: hashlib.sha256(a.tobytes()), of float64 and of
// int64.
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

// Labels and indices are converted to int64, the type in which NumPy stores them.
template <class Index>
std::string digest_of_indices(const std::vector<Index>& indices) {
  const std::vector<std::int64_t> wide(indices.begin(), indices.end());
  return digest(std::span<const std::int64_t>(wide));
}

// The digests of the lab's X and y, as scikit-learn 1.2.1 makes them (blobs_test.cpp), and of the
// circles, as NumPy makes them (circles_test.cpp).
inline const std::string lab_X = "fa18b0a676e906b24f1691f1f2ab3f5b0bf10bd71e63728adef3eede68d6bf4a",
                         lab_y = "0e026bfa8a3cffed9a1105ef35f38d00c2477324cec8a0c99f4f5375c2166ee2",
                         circles_X =
                             "7e09613e74c8471df7adaa8627f09aee2091012aa2442291dd57d35584896a37",
                         circles_y =
                             "5c53df0800f0508f624cd443a690d0416c92613e2288bdc1371af4b80b46008a";

}  // namespace maxtrick::tests
