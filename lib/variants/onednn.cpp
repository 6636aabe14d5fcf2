// Softmax and log-softmax by oneDNN, float32, the reference that speed is compared with.
//
// Which kernel oneDNN picks, and so which bits come, depends on the CPU. So that a table means the
// same on every machine, oneDNN is held to AVX2 unless ONEDNN_MAX_CPU_ISA says otherwise (oneDNN
// reads it itself); a CPU without AVX2 skips these variants.
//
// Its kernels reduce with one constant and use a polynomial of degree 5: 5.4 ULP in exp near
// -86.65, 0 from about -87 on, where the true values are normal numbers; x - max is rounded as in
// max_trick.
#include <dlfcn.h>

#include <cstdlib>
#include <dnnl.hpp>
#include <stdexcept>
#include <string>

#include "numerics/registry.hpp"

namespace maxtrick::variants {
namespace {

using dnnl::memory;
using numerics::Op;
using numerics::Register;
using numerics::Rows;
using numerics::Variant;

// What the user has chosen, or null. oneDNN reads the variables itself, the newer one first.
const char* isa_of_environment() {
  const char* isa = std::getenv("ONEDNN_MAX_CPU_ISA");
  return isa != nullptr ? isa : std::getenv("DNNL_MAX_CPU_ISA");
}

const dnnl::engine& engine() {
  static const dnnl::engine cpu = [] {
    // Only before oneDNN has made its first primitive.
    if (!isa_of_environment() &&
        dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2) != dnnl::status::success)
      throw std::runtime_error("oneDNN cannot be held to AVX2: it was in use already");
    return dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return cpu;
}

// The one place where oneDNN 2 and 3 differ: 3 has no operation descriptor.
dnnl::primitive make_primitive(dnnl::algorithm algorithm, const memory::desc& src,
                               const memory::desc& dst) {
  constexpr auto inference = dnnl::prop_kind::forward_inference;
  constexpr int axis = 1;
#if DNNL_VERSION_MAJOR >= 3
  return dnnl::softmax_forward({engine(), inference, algorithm, src, dst, axis});
#else
  const dnnl::softmax_v2_forward::desc operation(inference, algorithm, src, dst, axis);
  return dnnl::softmax_v2_forward({operation, engine()});
#endif
}

template <class T>
memory::desc describe(Rows<T> rows) {
  const auto dim = [](std::size_t n) { return static_cast<memory::dim>(n); };
  return {{dim(rows.rows), dim(rows.columns)}, memory::data_type::f32, {dim(rows.stride), 1}};
}

// oneDNN asks OpenMP for threads, of whichever runtime it has loaded. The suite runs cases side by
// side, and a team of threads for each would mostly wait for the others' teams.
void hold_to_calling_thread() {
  [[maybe_unused]] thread_local const bool held = [] {
    const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    if (set != nullptr) set(1);
    return set != nullptr;
  }();
}

void run(dnnl::algorithm algorithm, Rows<const float> logits, Rows<float> result) {
  if (logits.rows == 0) return;
  // For rows with gaps between them oneDNN has only its reference kernel, with bits and speed of
  // its own: row by row, each is dense.
  if (logits.rows > 1 && (logits.stride != logits.columns || result.stride != result.columns)) {
    for (std::size_t i = 0; i < logits.rows; ++i)
      run(algorithm, numerics::one_row(logits.row(i)), numerics::one_row(result.row(i)));
    return;
  }
  hold_to_calling_thread();
  const memory::desc src = describe(logits), dst = describe(result);
  dnnl::stream stream(engine());
  // oneDNN's memory takes no const pointer; a source is only read.
  memory from(src, engine(), const_cast<float*>(logits.data)), to(dst, engine(), result.data);
  make_primitive(algorithm, src, dst).execute(stream, {{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, to}});
  stream.wait();
}

std::string library() {
  const dnnl_version_t* v = dnnl::version();
  return "oneDNN " + std::to_string(v->major) + '.' + std::to_string(v->minor) + '.' +
         std::to_string(v->patch) + ", held to " +
         (isa_of_environment() ? isa_of_environment() : "AVX2");
}

std::string why_unavailable() {
  if (isa_of_environment() || __builtin_cpu_supports("avx2")) return {};
  return "this CPU lacks AVX2, to which oneDNN is held (set ONEDNN_MAX_CPU_ISA to choose another)";
}

// oneDNN claims no bound: ours are twice the worst error found.
Variant entry(Op op, dnnl::algorithm algorithm, numerics::Claim claim) {
  return {.op = op,
          .algorithm = "onednn",
          .isa = {},
          .summary = "the library's primitive",
          .source = "oneDNN; oneDNN#1545",
          .special_values = "NaN and +inf give NaN in their own place only (as measured)",
          .float32_claim = std::move(claim),
          .float32 = [algorithm](Rows<const float> x, Rows<float> y) { run(algorithm, x, y); },
          .library = library(),
          .unavailable = why_unavailable()};
}

const Register softmax{
    entry(Op::softmax, dnnl::algorithm::softmax_accurate,
          {.max_ulp = 145,
           .witness = {-26.899658, 36.271942, -34.432606, 14.055094, 19.604418, 29.706808,
                       -26.746775, -32.40946, 9.785898, 28.85283, 16.176512, 19.632635},
           .witness_ulp = 72.3})};
const Register log_softmax{entry(Op::log_softmax, dnnl::algorithm::softmax_log,
                                 {.max_ulp = 62,
                                  .floor = 1,
                                  .witness = {-0.07296186, -1.1561245, -0.3943771, -3.1551952},
                                  .witness_ulp = 31.0})};

}  // namespace
}  // namespace maxtrick::variants
