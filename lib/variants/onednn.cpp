// Softmax and log-softmax by oneDNN, in float32, and in 16 bits where the CPU has what oneDNN needs
// for that. Speeds are compared with this library.
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
#include <type_traits>
#include <unordered_map>
#include <utility>
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

// The operation on matrices: their descriptions, and the axis of the classes.
struct Layout {
  dnnl::algorithm algorithm;
  memory::desc from, to;
  int axis;
};

// oneDNN 2 and 3 differ only here: version 3 has no operation descriptor.
#if DNNL_VERSION_MAJOR >= 3
using Primitive = dnnl::softmax_forward;
#else
using Primitive = dnnl::softmax_v2_forward;
#endif
Primitive::primitive_desc describe(const Layout& layout) {
  constexpr auto inference = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
  return {engine(), inference, layout.algorithm, layout.from, layout.to, layout.axis};
#else
  return {{inference, layout.algorithm, layout.from, layout.to, layout.axis}, engine()};
#endif
}

template <class T>
constexpr memory::data_type type_of =
    std::is_same_v<T, float>               ? memory::data_type::f32
    : std::is_same_v<T, numerics::Float16> ? memory::data_type::f16
                                           : memory::data_type::bf16;

// The sizes and the strides of two matrices of equal size, and the type of their numbers.
struct Strides {
  std::size_t rows, columns;
  std::size_t from_row, from_column, to_row, to_column;
  memory::data_type type;

  template <class T>
  Strides(Rows<const T> x, Rows<T> y)
      : rows(x.rows),
        columns(x.columns),
        from_row(x.stride),
        from_column(x.column_stride),
        to_row(y.stride),
        to_column(y.column_stride),
        type(type_of<T>) {}
  bool operator==(const Strides&) const = default;
};

// If neighbouring rows are adjacent in memory instead of neighbouring classes, the first dimension is
// that of the classes, as in an array whose classes are along axis 0.
Layout layout_of(dnnl::algorithm algorithm, const Strides& of) {
  const bool classes_first = of.from_row == 1 && of.to_row == 1 && of.columns > 1;
  const auto describe = [&](std::size_t row, std::size_t column) -> memory::desc {
    const auto pair = [&](std::size_t rows, std::size_t columns) -> memory::dims {
      const auto a = static_cast<memory::dim>(rows), b = static_cast<memory::dim>(columns);
      return classes_first ? memory::dims{b, a} : memory::dims{a, b};
    };
    return {pair(of.rows, of.columns), of.type, pair(row, column)};
  };
  return {algorithm, describe(of.from_row, of.from_column), describe(of.to_row, of.to_column),
          classes_first ? 0 : 1};
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

  explicit Operator(const Layout& layout)
      : primitive(describe(layout)),
        from(layout.from, engine(), DNNL_MEMORY_NONE),
        to(layout.to, engine(), DNNL_MEMORY_NONE),
        arguments{{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, to}} {}
};

template <class T>
void run(dnnl::algorithm algorithm, Rows<const T> logits, Rows<T> result) {
  using Key = std::pair<dnnl::algorithm, Strides>;
  hold_to_calling_thread();
  thread_local Recent<Key, Operator> operators;
  thread_local dnnl::stream stream(engine());
  const Strides strides(logits, result);
  Operator& softmax = operators.get(Key{algorithm, strides}, [&] {
    try {
      return Operator(layout_of(algorithm, strides));
    } catch (const dnnl::error& failed) {
      throw std::runtime_error(std::string("oneDNN has no kernel of this type here: ") +
                               failed.what());
    }
  });
  // set_data_handle() takes no const pointer, but oneDNN only reads a source.
  softmax.from.set_data_handle(const_cast<T*>(logits.data));
  softmax.to.set_data_handle(result.data);
  softmax.primitive.execute(stream, softmax.arguments);
  stream.wait();
}

// For rows with gaps between them, and for classes along another axis than the last, oneDNN has only
// its reference kernel, whose bits and speed differ. Rows with gaps are computed one by one.
template <class T>
void compute(dnnl::algorithm algorithm, Rows<const T> x, Rows<T> y) {
  if (x.rows == 0) return;
  if (x.column_stride != 1 || y.column_stride != 1) return run(algorithm, x, y);
  by_dense_rows(x, y, [algorithm](Rows<const T> from, Rows<T> to) { run(algorithm, from, to); });
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
  for (std::size_t i = 0; i < y.rows; ++i) call.losses[i] = -y.at(i, target(call, i));
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

template <class T>
ops::Compute<T> computed(dnnl::algorithm algorithm) {
  return of_rows<T>([algorithm](Rows<const T> x, Rows<T> y) { compute(algorithm, x, y); });
}

// oneDNN documents no error bound. Our claims are twice the worst error that we found.
Variant entry(Op op, dnnl::algorithm algorithm, ops::Claim claim) {
  return {.op = op,
          .algorithm = "onednn",
          .summary = "the library's primitive",
          .source = "oneDNN; oneDNN#1545",
          .special_values = "NaN and +inf give NaN only in their own place (as measured)",
          .float32_claim = std::move(claim),
          .float32 = computed<float>(algorithm),
          .float16_in_float32 = computed<numerics::Float16>(algorithm),
          .bfloat16_in_float32 = computed<numerics::BFloat16>(algorithm),
          .library = library(),
          .unavailable = why_unavailable(),
          .takes_class_strides = true,
          .implementation = [algorithm](std::size_t rows, std::size_t classes) {
            hold_to_calling_thread();
            const Strides dense(Rows<const float>{nullptr, rows, classes},
                                Rows<float>{nullptr, rows, classes});
            return std::string(describe(layout_of(algorithm, dense)).impl_info_str());
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
  variant.float16_in_float32 = {};
  variant.bfloat16_in_float32 = {};
  variant.takes_class_strides = false;
  return variant;
}
const Register loss{completed(ops::cross_entropy, dnnl::algorithm::softmax_log, cross_entropy,
                              "minus the library's log-softmax of the target")};
const Register gradient{completed(
    ops::cross_entropy_gradient, dnnl::algorithm::softmax_accurate, cross_entropy_gradient,
    "the library's softmax, minus 1 for the target, scaled by a loop")};

}  // namespace
}  // namespace maxtrick::variants
