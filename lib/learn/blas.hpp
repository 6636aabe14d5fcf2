// Matrix products by OpenBLAS. OpenBLAS is limited to one thread, because the suite runs cases in
// parallel.
#pragma once

#include <cstddef>
#include <string>

namespace maxtrick::learn {

// A matrix in column-major order, as BLAS has it: entry (i, j) is data[i + j * stride].
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

// Computes C = A B, where A is m x k, B is k x n and C is m x n. T is float or double.
template <class T>
void multiply(std::size_t m, std::size_t n, std::size_t k, Columns<const T> A, Columns<const T> B,
              Columns<T> C);

// The library, its version and its kernels, such as "OpenBLAS 0.3.21, core SkylakeX". The bits of
// the results depend on the kernels. The environment variable OPENBLAS_CORETYPE selects others.
[[nodiscard]] std::string blas_library();

}  // namespace maxtrick::learn
