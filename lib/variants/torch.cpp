// Softmax and log-softmax by PyTorch, float32 and float64, on the calling thread.
//
// libtorch consists of some 280 shared libraries, which take most of a second to load. So the calls
// to it are in a separate module, which the first call loads. A program that computes nothing with
// PyTorch starts as fast as without it.
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"
#include "variants/of_rows.hpp"
#include "variants/peer.hpp"

#ifdef MAXTRICK_TORCH
#include <dlfcn.h>
#include <torch/csrc/api/include/torch/version.h>

#include "variants/dense_rows.hpp"
#include "variants/torch/functions.hpp"
#endif

namespace maxtrick::variants {
namespace {

using ops::Claim;
using ops::Op;
using ops::Register;
using ops::Variant;

#ifdef MAXTRICK_TORCH

using numerics::Rows;

const torch::Functions& functions() {
  static const torch::Functions& loaded = []() -> const torch::Functions& {
    // The module is never closed, because libtorch's threads and other state cannot be shut down.
    void* module = dlopen(MAXTRICK_TORCH, RTLD_NOW | RTLD_LOCAL);
    using Entry = const torch::Functions* (*)();
    const auto entry = module ? reinterpret_cast<Entry>(dlsym(module, "maxtrick_torch")) : nullptr;
    if (!entry) throw std::runtime_error(std::string("PyTorch cannot be loaded: ") + dlerror());
    return *entry();
  }();
  return loaded;
}

template <class T>
using Member = torch::Function<T> torch::Functions::*;

template <class T, Member<T> member>
void call(Rows<const T> logits, Rows<T> result) {
  // PyTorch would write a result with gaps between its rows as though it had none.
  by_dense_matrices(logits, result, [](const DenseMatrices<T>& m) {
    (functions().*member)(m.from, m.to, m.first, m.second, m.axis);
  });
}

constexpr auto softmax_float32 = call<float, &torch::Functions::softmax_float32>;
constexpr auto softmax_float64 = call<double, &torch::Functions::softmax_float64>;
constexpr auto log_softmax_float32 = call<float, &torch::Functions::log_softmax_float32>;
constexpr auto log_softmax_float64 = call<double, &torch::Functions::log_softmax_float64>;

std::string implementation(std::size_t, std::size_t) { return functions().cpu_capability(); }
std::string library() { return "PyTorch " TORCH_VERSION; }
std::string why_unavailable() { return {}; }

#else

constexpr auto softmax_float32 = not_built<float>, log_softmax_float32 = not_built<float>;
constexpr auto softmax_float64 = not_built<double>, log_softmax_float64 = not_built<double>;
std::string implementation(std::size_t, std::size_t) { return {}; }
std::string library() { return {}; }
std::string why_unavailable() { return built_without("PyTorch", "libtorch-dev"); }

#endif

// PyTorch documents no error bound. Our claims are twice the worst error that we found. The vectors
// that it uses depend on the CPU, which changes the last bit or two. The witnesses of log-softmax
// are the worst rows of at most 12 classes. On longer rows the error of the sum matters, so their
// claims are those of Eigen.
Variant entry(Op op, Claim float32_claim, Claim float64_claim, RowsFunction<float> float32,
              RowsFunction<double> float64) {
  return {.op = op,
          .algorithm = "torch",
          .summary = op == ops::softmax ? "at::_softmax_out" : "at::_log_softmax_out",
          .source = "PyTorch",
          .float32_claim = std::move(float32_claim),
          .float64_claim = std::move(float64_claim),
          .float32 = of_rows<float>(float32),
          .float64 = of_rows<double>(float64),
          .library = library(),
          .unavailable = why_unavailable(),
          .optional = true,
          .takes_class_strides = true,
          .implementation = implementation};
}

const Register softmax{entry(
    ops::softmax,
    {.max_ulp = 141,
     .witness = {37.2281227, -34.1607132, 24.524416, 30.947504, 31.6773911, 20.5925922, 20.5925922},
     .witness_ulp = 70.4},
    {.max_ulp = 141,
     .witness = {32.376465027877614, 23.915982165796521, 0.0079870838400421702, -36.24679911748833,
                 23.030064109277092, -10.326884384208251, -6.8622383972538072, 2.9029813570286365,
                 13.933021915041371, -10.426817757047424, -9.3345978605000308, -8.3695763015989666},
     .witness_ulp = 70.1},
    softmax_float32, softmax_float64)};
const Register log_softmax{entry(
    ops::log_softmax,
    {.max_ulp = 9,
     .floor = 1,
     .witness = {-2.07304168, 0.00433355616, 0.672735512, 1.07363772, -8.66419029, -6.40516663,
                 -6.77162552},
     .witness_ulp = 3.4},
    {.max_ulp = 17,
     .floor = 1,
     .witness = {0.09800838471100215, -1.6723671441800394, -28.055759141044241, -19.132916657936832,
                 -33.805265105619021, -29.790622650166146, -24.166626586440266, -21.478529747002693,
                 -32.561151395712493, -28.20800060656212, -27.756751893645461, -22.214992187878153},
     .witness_ulp = 3.1},
    log_softmax_float32, log_softmax_float64)};

}  // namespace
}  // namespace maxtrick::variants
