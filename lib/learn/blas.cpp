#include "learn/blas.hpp"

#include <cblas.h>

#include <sstream>
#include <type_traits>

namespace maxtrick::learn {

template <class T>
void multiply(std::size_t m, std::size_t n, std::size_t k, Columns<const T> A, Columns<const T> B,
              Columns<T> C) {
  [[maybe_unused]] static const bool one_thread = [] {
    openblas_set_num_threads(1);
    return true;
  }();
  const auto size = [](std::size_t x) { return static_cast<blasint>(x); };
  const auto op = [](bool is_transposed) { return is_transposed ? CblasTrans : CblasNoTrans; };
  const auto gemm = [] {
    if constexpr (std::is_same_v<T, float>)
      return cblas_sgemm;
    else
      return cblas_dgemm;
  }();
  gemm(CblasColMajor, op(A.transposed), op(B.transposed), size(m), size(n), size(k), T(1), A.data,
       size(A.stride), B.data, size(B.stride), T(0), C.data, size(C.stride));
}

template void multiply<float>(std::size_t, std::size_t, std::size_t, Columns<const float>,
                              Columns<const float>, Columns<float>);
template void multiply<double>(std::size_t, std::size_t, std::size_t, Columns<const double>,
                               Columns<const double>, Columns<double>);

std::string blas_library() {
  // openblas_get_config() returns "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...". This keeps the
  // first two words.
  std::istringstream config(openblas_get_config());
  std::string name, version;
  config >> name >> version;
  return name + ' ' + version + ", core " + openblas_get_corename();
}

}  // namespace maxtrick::learn
