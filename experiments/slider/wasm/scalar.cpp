// The scalar kernels for the page: of the same algorithms the two ops that it shows, for rows as short as
// its are. All ops and long rows would be ten times the bytes. What is left out is null, and a call of it a
// trap: slider.cpp offers no log-sum-exp.
#include <string_view>

#include "kernels/implementation.hpp"
#include "kernels/short_rows.hpp"
#include "kernels/vector_scalar.hpp"

namespace maxtrick::kernels {
namespace scalar {

constexpr Kernel<float> softmax[] = {short_rows<Vector, FastTerms, SoftmaxGroup>,
                                     short_rows<Vector, AccurateTerms, SoftmaxGroup>};
constexpr Kernel<float> log_softmax[] = {short_rows<Vector, FastTerms, LogSoftmaxGroup>,
                                         short_rows<Vector, AccurateTerms, LogSoftmaxGroup>};
constexpr ElementKernel elements[3] = {};

}  // namespace scalar

// Of the other instruction sets there is nothing.
constexpr Implementation on_the_page(std::string_view isa) {
  if (isa != "scalar") return {};
  return {{scalar::softmax, scalar::log_softmax}, scalar::elements};
}
#define MAXTRICK_ISA(name, ...)                                       \
  namespace name {                                                    \
  constinit const Implementation implementation = on_the_page(#name); \
  }
#include "kernels/instruction_sets.def"

}  // namespace maxtrick::kernels
