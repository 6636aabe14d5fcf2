#include "kernels/implementation.hpp"

#include "kernels/instances/instance.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {

#ifdef MAXTRICK_VECTOR_HEADER
// Each of these is defined in its own file in this directory.
extern const Kernel<float> softmax[2], log_softmax[2], log_sum[2], loss[2], gradient[2];
extern const ElementKernel elements[3];
extern const Kernel<float> correct_kernels[tasks + 1];

constinit const Implementation implementation = {{softmax, log_softmax, log_sum, loss, gradient},
                                                 elements, correct_kernels};
#else
constinit const Implementation implementation = {};
#endif

}  // namespace maxtrick::kernels::MAXTRICK_VECTOR
