// Softmax and log-softmax by oneDNN, in float32. Speeds are compared with this library.
//
// oneDNN chooses its kernel by the CPU, and the bits of the results depend on the kernel. To make a
// table comparable between machines, oneDNN is limited to AVX2, unless the environment variable
// ONEDNN_MAX_CPU_ISA (which oneDNN reads itself) chooses another limit. A CPU without AVX2 skips
// these variants.
//
// Its kernels reduce the argument of exp with a single constant and use a polynomial of degree 5.
// The error of exp reaches 5.4 ULP near -86.65. From about -87 down the result is 0, although the
// true values are still normal numbers. x - max is rounded as in max_trick.
#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <dnnl.hpp>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/log_softmax.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "variants/dense_rows.hpp"
#include "variants/of_rows.hpp"
#include "variants/recent.hpp"

namespace maxtrick::variants {
namespace {

using dnnl::memory;
using numerics::Rows;
using ops::Op;
using ops::Register;
using ops::Variant;

// The instruction set that the user has chosen, or null. oneDNN reads these variables itself, the
// newer one first.
const char* isa_of_environment() {
  const char* isa = std::getenv("ONEDNN_MAX_CPU_ISA");
  return isa != nullptr ? isa : std::getenv("DNNL_MAX_CPU_ISA");
}

const dnnl::engine& engine() {
  static const dnnl::engine cpu = [] {
    // set_max_cpu_isa() fails once oneDNN has created its first primitive.
    if (!isa_of_environment() &&
        dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2) != dnnl::status::success)
      throw std::runtime_error("oneDNN cannot be restricted to AVX2, because it is already in use");
    return dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return cpu;
}

// oneDNN 2 and 3 differ only here: version 3 has no operation descriptor. Rows are dense.
#if DNNL_VERSION_MAJOR >= 3
using Primitive = dnnl::softmax_forward;
#else
using Primitive = dnnl::softmax_v2_forward;
#endif
Primitive::primitive_desc describe(dnnl::algorithm algorithm, const memory::desc& matrix) {
  constexpr auto inference = dnnl::prop_kind::forward_inference;
  constexpr int axis = 1;
#if DNNL_VERSION_MAJOR >= 3
  return {engine(), inference, algorithm, matrix, matrix, axis};
#else
  return {{inference, algorithm, matrix, matrix, axis}, engine()};
#endif
}

memory::desc dense(std::size_t rows, std::size_t classes) {
  return {{static_cast<memory::dim>(rows), static_cast<memory::dim>(classes)},
          memory::data_type::f32,
          memory::format_tag::ab};
}

// oneDNN takes its threads from whichever OpenMP runtime it has loaded. The suite runs cases in
// parallel. If each case had a team of threads, the teams would mostly wait for one another.
void hold_to_calling_thread() {
  [[maybe_unused]] thread_local const bool held = [] {
    const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    if (set != nullptr) set(1);
    return set != nullptr;
  }();
}

// A primitive with its memory objects. The thread that creates it keeps it from call to call, as
// the documentation of oneDNN recommends.
struct Operator {
  Primitive primitive;
  memory from, to;
  std::unordered_map<int, memory> arguments;

  Operator(dnnl::algorithm algorithm, const memory::desc& matrix)
      : primitive(describe(algorithm, matrix)),
        from(matrix, engine(), DNNL_MEMORY_NONE),
        to(matrix, engine(), DNNL_MEMORY_NONE),
        arguments{{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, to}} {}
};

void run(dnnl::algorithm algorithm, Rows<const float> logits, Rows<float> result) {
  using Key = std::tuple<dnnl::algorithm, std::size_t, std::size_t>;
  hold_to_calling_thread();
  thread_local Recent<Key, Operator> operators;
  thread_local dnnl::stream stream(engine());
  Operator& softmax = operators.get(Key{algorithm, logits.rows, logits.columns}, [&] {
    return Operator(algorithm, dense(logits.rows, logits.columns));
  });
  // set_data_handle() takes no const pointer, but oneDNN only reads a source.
  softmax.from.set_data_handle(const_cast<float*>(logits.data));
  softmax.to.set_data_handle(result.data);
  softmax.primitive.execute(stream, softmax.arguments);
  stream.wait();
}

// For rows with gaps between them oneDNN has only its reference kernel, whose bits and speed
// differ.
void compute(dnnl::algorithm algorithm, Rows<const float> x, Rows<float> y) {
  by_dense_rows(x, y,
                [algorithm](Rows<const float> from, Rows<float> to) { run(algorithm, from, to); });
}

std::size_t target(const ops::Call<float>& call, std::size_t row) {
  return static_cast<std::size_t>(call.targets.index[row]);
}

// The loss from the library's log-softmax. It uses only one number of each row.
void cross_entropy(const ops::Call<float>& call) {
  thread_local std::vector<float> kept;
  const std::size_t classes = call.logits.columns;
  kept.resize(std::max(kept.size(), call.logits.rows * classes));
  const Rows<float> y{kept.data(), call.logits.rows, classes};
  compute(dnnl::algorithm::softmax_log, call.logits, y);
  for (std::size_t i = 0; i < y.rows; ++i) call.losses[i] = -y.row(i)[target(call, i)];
}

// The gradient from the library's softmax.
void cross_entropy_gradient(const ops::Call<float>& call) {
  compute(dnnl::algorithm::softmax_accurate, call.logits, call.result);
  for (std::size_t i = 0; i < call.result.rows; ++i) {
    const std::span<float> y = call.result.row(i);
    call.losses[i] = -std::log(y[target(call, i)]);
    y[target(call, i)] -= 1;
    for (float& yk : y) yk *= call.gradient_scale;
  }
}

std::string library() {
  const dnnl_version_t* v = dnnl::version();
  return "oneDNN " + std::to_string(v->major) + '.' + std::to_string(v->minor) + '.' +
         std::to_string(v->patch) + ", held to " +
         (isa_of_environment() ? isa_of_environment() : "AVX2");
}

bool cpu_has_avx2() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

std::string why_unavailable() {
  if (isa_of_environment() || cpu_has_avx2()) return {};
  return "this CPU lacks AVX2, to which oneDNN is restricted (set ONEDNN_MAX_CPU_ISA to choose "
         "another instruction set)";
}

// oneDNN documents no error bound. Our claims are twice the worst error that we found.
Variant entry(Op op, dnnl::algorithm algorithm, ops::Claim claim) {
  return {.op = op,
          .algorithm = "onednn",
          .summary = "the library's primitive",
          .source = "oneDNN; oneDNN#1545",
          .special_values = "NaN and +inf give NaN only in their own place (as measured)",
          .float32_claim = std::move(claim),
          .float32 = of_rows<float>(
              [algorithm](Rows<const float> x, Rows<float> y) { compute(algorithm, x, y); }),
          .library = library(),
          .unavailable = why_unavailable(),
          .implementation = [algorithm](std::size_t rows, std::size_t classes) {
            hold_to_calling_thread();
            return std::string(describe(algorithm, dense(rows, classes)).impl_info_str());
          }};
}

const Register softmax{
    entry(ops::softmax, dnnl::algorithm::softmax_accurate,
          {.max_ulp = 145,
           .witness = {-26.899658, 36.271942, -34.432606, 14.055094, 19.604418, 29.706808,
                       -26.746775, -32.40946, 9.785898, 28.85283, 16.176512, 19.632635},
           .witness_ulp = 72.3})};
const Register log_softmax{entry(ops::log_softmax, dnnl::algorithm::softmax_log,
                                 {.max_ulp = 62,
                                  .floor = 1,
                                  .witness = {-0.07296186, -1.1561245, -0.3943771, -3.1551952},
                                  .witness_ulp = 31.0})};

// Cross-entropy as a program computes it that calls the library's softmax and adds a loop.
Variant completed(Op op, dnnl::algorithm algorithm, ops::Compute<float> function,
                  std::string summary) {
  Variant variant = entry(op, algorithm, {});
  variant.nature = ops::Nature::unguarded;
  variant.summary = std::move(summary);
  variant.float32 = std::move(function);
  return variant;
}
const Register loss{completed(ops::cross_entropy, dnnl::algorithm::softmax_log, cross_entropy,
                              "minus the library's log-softmax of the target")};
const Register gradient{completed(
    ops::cross_entropy_gradient, dnnl::algorithm::softmax_accurate, cross_entropy_gradient,
    "the library's softmax, minus 1 for the target, scaled by a loop")};

}  // namespace
}  // namespace maxtrick::variants
