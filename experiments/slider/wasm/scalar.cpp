// The scalar kernels for the page: the same algorithms, but only for the two ops and the short rows that the
// page shows. All ops and long rows would make the file ten times as large. The functions that are left out
// are null, and calling one traps; slider.cpp therefore does not offer log-sum-exp.
#include <string_view>

#include "kernels/correct/short_rows.hpp"
#include "kernels/halves_scalar.hpp"
#include "kernels/implementation.hpp"
#include "kernels/short_rows.hpp"
#include "kernels/stored.hpp"
#include "kernels/vector_scalar.hpp"

namespace maxtrick::kernels {
namespace scalar {

constexpr Kernel<float> softmax[algorithms] = {short_rows<Vector, FastTerms, SoftmaxGroup>,
                                               short_rows<Vector, AccurateTerms, SoftmaxGroup>,
                                               correct::short_rows<Vector, task_softmax>};
constexpr Kernel<float> log_softmax[algorithms] = {
    short_rows<Vector, FastTerms, LogSoftmaxGroup>,
    short_rows<Vector, AccurateTerms, LogSoftmaxGroup>,
    correct::short_rows<Vector, task_log_softmax>};
template <class S>
constexpr Kernel<S> of_16_bits[tasks] = {
    short_rows<Stored<Vector, Halves, S>, AccurateTerms, SoftmaxGroup>,
    short_rows<Stored<Vector, Halves, S>, AccurateTerms, LogSoftmaxGroup>};
constexpr ElementKernel elements[3] = {};

}  // namespace scalar

// The other instruction sets have no functions.
constexpr Implementation on_the_page(std::string_view isa) {
  if (isa != "scalar") return {};
  return {{scalar::softmax, scalar::log_softmax}, scalar::elements, scalar::of_16_bits<Float16Bits>,
          scalar::of_16_bits<BFloat16Bits>,       nullptr,          nullptr};
}
#define MAXTRICK_ISA(name, ...)                                       \
  namespace name {                                                    \
  constinit const Implementation implementation = on_the_page(#name); \
  }
#include "kernels/instruction_sets.def"
namespace scalar_fma {
constinit const Implementation implementation = {};
}

}  // namespace maxtrick::kernels
