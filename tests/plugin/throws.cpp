// Kernels that throw, and a library that changes the floating-point environment where it is loaded,
// as one does that gcc -ffast-math has linked.
#include <maxtrick/plugin.h>

#include <cfenv>
#include <stdexcept>
#include <string>

namespace {

[[maybe_unused]] const int when_loaded = std::fesetround(FE_DOWNWARD);

int throws(const maxtrick_call_float32*) {
  throw std::runtime_error("bad luck\nand more of it " + std::string(1 << 20, '.'));
}
int throws_a_number(const maxtrick_call_float32*) { throw 42; }
int divides_by_three(const maxtrick_call_float32* call) {
  volatile float one = 1;
  for (std::size_t i = 0; i < call->rows; ++i)
    for (std::size_t k = 0; k < call->classes; ++k)
      call->result[i * call->result_stride + k] = one / 3;
  return 0;
}

maxtrick_kernel kernel(const char* algorithm, int (*function)(const maxtrick_call_float32*)) {
  maxtrick_kernel made{};
  made.op = "softmax";
  made.algorithm = algorithm;
  made.float32 = function;
  return made;
}
const maxtrick_kernel kernels[] = {kernel("throws", throws),
                                   kernel("throws_a_number", throws_a_number),
                                   kernel("divides_by_three", divides_by_three)};
const maxtrick_plugin plugin = {MAXTRICK_PLUGIN_API, "throws", "1", 3, kernels};

}  // namespace

extern "C" const maxtrick_plugin* maxtrick_plugin_v1() { return &plugin; }
