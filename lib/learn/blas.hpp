// Matrix products by OpenBLAS, which is held to one thread: the suite runs cases side by side.
#pragma once

#include <cstddef>
#include <string>

namespace maxtrick::learn {

// Matrices in column-major order, BLAS's own: entry (i, j) of `data` is data[i + j * stride].
template <class T>
struct Columns {
  T* data;
  std::size_t stride;
  bool transposed = false;
};
template <class T>
[[nodiscard]] Columns<T> transposed(Columns<T> m) {
  return {m.data, m.stride, !m.transposed};
}

// C = A B, A of m x k, B of k x n. T is float or double.
template <class T>
void multiply(std::size_t m, std::size_t n, std::size_t k, Columns<const T> A, Columns<const T> B,
              Columns<T> C);

// "OpenBLAS 0.3.21, core SkylakeX": which kernels it chose, and so which bits. OPENBLAS_CORETYPE in
// the environment chooses others.
[[nodiscard]] std::string blas_library();

}  // namespace maxtrick::learn
