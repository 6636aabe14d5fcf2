// Softmax and log-softmax by ONNX Runtime, in float32, on the calling thread. The library is loaded
// by the first call.
//
// Its C interface is a table of functions whose positions never change (onnxruntime_c_api.h), so no
// header is needed: this file names the functions that it uses by their positions. The library takes
// a model as bytes. A model of one node is written here, in the wire format of Protocol Buffers.
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"
#include "variants/of_rows.hpp"
#include "variants/peer.hpp"

#ifdef MAXTRICK_ONNXRUNTIME
#include <dlfcn.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <tuple>

#include "variants/dense_rows.hpp"
#include "variants/recent.hpp"
#endif

namespace maxtrick::variants {
namespace {

using ops::Claim;
using ops::Op;
using ops::Register;
using ops::Variant;

#ifdef MAXTRICK_ONNXRUNTIME

using numerics::Rows;

// The positions in struct OrtApi.
enum class Function {
  GetErrorMessage = 2,
  CreateEnv = 3,
  CreateSessionFromArray = 8,
  CreateSessionOptions = 10,
  SetIntraOpNumThreads = 24,
  CreateTensorWithDataAsOrtValue = 49,
  CreateCpuMemoryInfo = 69,
  ReleaseStatus = 93,
  ReleaseValue = 96,
  ReleaseSessionOptions = 100,
  RunWithBinding = 133,
  CreateIoBinding = 134,
  ReleaseIoBinding = 135,
  BindInput = 136,
  BindOutput = 137
};
constexpr std::uint32_t api_version = 14;  // of 1.14; newer libraries have it too
constexpr int warnings = 2, arena_allocator = 1, default_memory = 0, float32_elements = 1;

using Table = void* const*;

Table load() {
  // It is never closed, because its threads and other state cannot be shut down.
  void* library = dlopen(MAXTRICK_ONNXRUNTIME, RTLD_NOW | RTLD_LOCAL);
  struct Base {
    Table (*table_of)(std::uint32_t version);
    const char* (*version)();
  };
  using Entry = const Base* (*)();
  const auto entry = library ? reinterpret_cast<Entry>(dlsym(library, "OrtGetApiBase")) : nullptr;
  if (!entry) throw std::runtime_error(std::string("ONNX Runtime cannot be loaded: ") + dlerror());
  const Table table = entry()->table_of(api_version);
  if (!table) throw std::runtime_error("ONNX Runtime is too old");
  return table;
}

template <class Result, class... Arguments>
Result function(Function which, Arguments... arguments) {
  static const Table table = load();
  return reinterpret_cast<Result (*)(Arguments...)>(table[static_cast<int>(which)])(arguments...);
}

// Calls a function that returns a status.
template <class... Arguments>
void call(Function which, Arguments... arguments) {
  void* status = function<void*>(which, arguments...);
  if (status == nullptr) return;
  const std::string message = function<const char*>(Function::GetErrorMessage, status);
  function<void>(Function::ReleaseStatus, status);
  throw std::runtime_error("ONNX Runtime: " + message);
}

// A number, and a field of a message: a number or bytes, of which messages consist.
std::string varint(std::uint64_t n) {
  std::string bytes;
  for (; n > 127; n >>= 7) bytes += static_cast<char>(n | 128);
  return bytes + static_cast<char>(n);
}
std::string field(unsigned number, std::uint64_t value) {
  return varint(number << 3) + varint(value);
}
std::string field(unsigned number, const std::string& bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + bytes;
}

// The numbers of the fields are those of onnx.proto.
std::string matrix_of_floats(const std::string& name) {
  const auto any_size = [](const std::string& symbol) { return field(1, field(2, symbol)); };
  const std::string shape = any_size("first") + any_size("second");
  return field(1, name) + field(2, field(1, field(1, float32_elements) + field(2, shape)));
}
std::string model(const std::string& operation, unsigned axis) {
  constexpr unsigned ir_version = 8, operator_set = 13, attribute_is_integer = 2;
  const std::string attribute =
      field(1, std::string("axis")) + field(3, axis) + field(20, attribute_is_integer);
  const std::string node = field(1, std::string("x")) + field(2, std::string("y")) +
                           field(4, operation) + field(5, attribute);
  const std::string graph = field(1, node) + field(2, std::string("softmax")) +
                            field(11, matrix_of_floats("x")) + field(12, matrix_of_floats("y"));
  return field(1, ir_version) + field(7, graph) +
         field(8, field(1, std::string()) + field(2, operator_set));
}

void* make_session(const std::string& operation, unsigned axis) {
  static void* const environment = [] {
    void* made = nullptr;
    call(Function::CreateEnv, warnings, "maxtrick", &made);
    return made;
  }();
  void *options = nullptr, *session = nullptr;
  call(Function::CreateSessionOptions, &options);
  call(Function::SetIntraOpNumThreads, options, 1);
  const std::string bytes = model(operation, axis);
  call(Function::CreateSessionFromArray, environment, static_cast<const void*>(bytes.data()),
       bytes.size(), static_cast<const void*>(options), &session);
  function<void>(Function::ReleaseSessionOptions, options);
  return session;
}

template <Function release>
struct Release {
  void operator()(void* object) const { function<void>(release, object); }
};
using Value = std::unique_ptr<void, Release<Function::ReleaseValue>>;
using Binding = std::unique_ptr<void, Release<Function::ReleaseIoBinding>>;

Value tensor(const float* data, std::size_t first, std::size_t second) {
  static void* const memory = [] {
    void* made = nullptr;
    call(Function::CreateCpuMemoryInfo, arena_allocator, default_memory, &made);
    return made;
  }();
  const std::int64_t sizes[] = {static_cast<std::int64_t>(first),
                                static_cast<std::int64_t>(second)};
  void* made = nullptr;
  // The function takes no const pointer, but the operation only reads its input.
  call(Function::CreateTensorWithDataAsOrtValue, static_cast<const void*>(memory),
       static_cast<void*>(const_cast<float*>(data)), first * second * sizeof(float),
       static_cast<const std::int64_t*>(sizes), std::size_t{2}, float32_elements, &made);
  return Value(made);
}

// Matrices bound to a session, as a program keeps them that computes with the same ones repeatedly.
// What is timed is then the operation.
struct Bound {
  Value x, y;
  Binding binding;

  Bound(void* session, const DenseMatrices<float>& m)
      : x(tensor(m.from, m.first, m.second)), y(tensor(m.to, m.first, m.second)) {
    void* made = nullptr;
    call(Function::CreateIoBinding, session, &made);
    binding.reset(made);
    call(Function::BindInput, made, "x", static_cast<const void*>(x.get()));
    call(Function::BindOutput, made, "y", static_cast<const void*>(y.get()));
  }
};

// `sessions` has one for each axis. All threads share it.
void run(void* const (&sessions)[2], Rows<const float> logits, Rows<float> result) {
  using Key = std::tuple<void*, const float*, float*, std::size_t, std::size_t>;
  thread_local Recent<Key, Bound> recent;
  by_dense_matrices(logits, result, [&sessions](const DenseMatrices<float>& m) {
    void* session = sessions[m.axis];
    const Bound& bound = recent.get(Key{session, m.from, m.to, m.first, m.second},
                                    [&] { return Bound(session, m); });
    constexpr const void* options = nullptr;
    call(Function::RunWithBinding, session, options, static_cast<const void*>(bound.binding.get()));
  });
}

void softmax(Rows<const float> logits, Rows<float> result) {
  static void* const sessions[] = {make_session("Softmax", 0), make_session("Softmax", 1)};
  run(sessions, logits, result);
}
void log_softmax(Rows<const float> logits, Rows<float> result) {
  static void* const sessions[] = {make_session("LogSoftmax", 0), make_session("LogSoftmax", 1)};
  run(sessions, logits, result);
}

std::string library() { return "ONNX Runtime " MAXTRICK_ONNXRUNTIME_VERSION; }
std::string why_unavailable() { return {}; }

#else

constexpr auto softmax = not_built<float>, log_softmax = not_built<float>;
std::string library() { return {}; }
std::string why_unavailable() { return built_without("ONNX Runtime", "npm: onnxruntime-node"); }

#endif

Variant entry(Op op, Claim claim, RowsFunction<float> function) {
  return {.op = op,
          .algorithm = "onnxruntime",
          .summary = "the library's operator",
          .source = "ONNX Runtime",
          .float32_claim = std::move(claim),
          .float32 = of_rows<float>(function),
          .library = library(),
          .unavailable = why_unavailable(),
          .optional = true,
          .takes_class_strides = true};
}

// ONNX Runtime documents no error bound. Our claims are twice the worst error that we found.
// The witnesses are the worst rows of at most 12 classes; on longer rows the worst errors found were
// 73.2 and 3.98 ULP.
const Register softmax_variant{
    entry(ops::softmax,
          {.max_ulp = 147,
           .witness = {16.5489063, 15.941576, 36.8238869, 20.1879559, 19.5252895, 18.3281498,
                       19.0769291, -32.4906769, 18.5578976, 27.7946243, 27.0050888},
           .witness_ulp = 69.9},
          softmax)};
const Register log_softmax_variant{
    entry(ops::log_softmax,
          {.max_ulp = 8,
           .floor = 1,
           .witness = {0.846809268, -0.338834345, -0.321423948, 0.0402710102, -15.1119347},
           .witness_ulp = 2.6},
          log_softmax)};

}  // namespace
}  // namespace maxtrick::variants
