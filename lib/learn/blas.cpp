#include "learn/blas.hpp"

#include <cblas.h>
#include <dlfcn.h>
#include <sys/mman.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <type_traits>

namespace maxtrick::learn {
namespace {

// OpenBLAS starts its threads when it is loaded, one for each core. They would be idle, since this
// program divides its work itself, but each reserves 128 MiB, and where a limit forbids that it
// tries for ever, so that the program does not end. The number of threads is a variable of the
// environment. That is why the library is not linked: it is loaded after the variable is set.
void* load_with_one_thread() {
  constexpr const char* variable = "OPENBLAS_NUM_THREADS";
  const char* const value = std::getenv(variable);
  const auto before = value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  ::setenv(variable, "1", 1);
  void* const library = ::dlopen(MAXTRICK_OPENBLAS, RTLD_NOW | RTLD_LOCAL);
  if (before)
    ::setenv(variable, before->c_str(), 1);
  else
    ::unsetenv(variable);
  if (library == nullptr)
    throw std::runtime_error(std::string("cannot load OpenBLAS: ") + dlerror());
  return library;
}

// The functions of OpenBLAS that this file calls.
struct OpenBlas {
  decltype(&cblas_sgemm) sgemm;
  decltype(&cblas_dgemm) dgemm;
  decltype(&openblas_set_num_threads) set_num_threads;
  decltype(&openblas_get_config) config;
  decltype(&openblas_get_corename) corename;
};

const OpenBlas& openblas() {
  static const OpenBlas all = [] {
    void* const library = load_with_one_thread();
    const auto set = [&](auto& function, const char* name) {
      void* const address = ::dlsym(library, name);
      if (address == nullptr) throw std::runtime_error(std::string("OpenBLAS has no ") + name);
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(address);
    };
    OpenBlas loaded{};
    set(loaded.sgemm, "cblas_sgemm");
    set(loaded.dgemm, "cblas_dgemm");
    set(loaded.set_num_threads, "openblas_set_num_threads");
    set(loaded.config, "openblas_get_config");
    set(loaded.corename, "openblas_get_corename");
    loaded.set_num_threads(1);  // a build with OpenMP ignores the variable
    return loaded;
  }();
  return all;
}

// Throws std::bad_alloc if there is no address space for the buffers of all threads that compute
// products. OpenBLAS allocates one for each when it is needed, and repeats that for ever if it fails.
class Caller {
 public:
  Caller() {
    constexpr std::size_t buffer = (std::size_t{128} << 20) + 4096;
    const std::size_t size = ++callers * buffer;
    void* const all = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) {
      --callers;
      throw std::bad_alloc();
    }
    ::munmap(all, size);
  }
  ~Caller() { --callers; }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

 private:
  static inline std::atomic<std::size_t> callers = 0;
};

}  // namespace

template <class T>
void multiply(std::size_t m, std::size_t n, std::size_t k, Columns<const T> A, Columns<const T> B,
              Columns<T> C) {
  [[maybe_unused]] static thread_local const Caller caller;
  const auto size = [](std::size_t x) { return static_cast<blasint>(x); };
  const auto op = [](bool is_transposed) { return is_transposed ? CblasTrans : CblasNoTrans; };
  const auto gemm = [] {
    if constexpr (std::is_same_v<T, float>)
      return openblas().sgemm;
    else
      return openblas().dgemm;
  }();
  gemm(CblasColMajor, op(A.transposed), op(B.transposed), size(m), size(n), size(k), T(1), A.data,
       size(A.stride), B.data, size(B.stride), T(0), C.data, size(C.stride));
}

template void multiply<float>(std::size_t, std::size_t, std::size_t, Columns<const float>,
                              Columns<const float>, Columns<float>);
template void multiply<double>(std::size_t, std::size_t, std::size_t, Columns<const double>,
                               Columns<const double>, Columns<double>);

std::string blas_library() {
  // The configuration is "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...". This keeps the first two
  // words.
  std::istringstream config(openblas().config());
  std::string name, version;
  config >> name >> version;
  return name + ' ' + version + ", core " + openblas().corename();
}

}  // namespace maxtrick::learn
