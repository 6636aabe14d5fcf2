#include "kernels/implementation.hpp"

#include "kernels/instances/instance.hpp"
#include "kernels/stage.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {

#ifdef MAXTRICK_VECTOR_HEADER
// Each of these is defined in its own file in this directory.
extern const Kernel<float> softmax[algorithms], log_softmax[algorithms], log_sum[algorithms],
    loss[algorithms], gradient[algorithms], log_sum_exp[algorithms];
extern const ElementKernel elements[3];
extern const Kernel<float> softmax_stages[stages];
extern const Kernel<Float16Bits> float16[tasks];
extern const Kernel<BFloat16Bits> bfloat16[tasks];
extern const Kernel<double> float64_softmax, float64_log_softmax, float64_loss, float64_gradient,
    float64_log_sum_exp;
namespace {
constinit const Kernel<double>* const of_float64[tasks] = {&float64_softmax,  &float64_log_softmax,
                                                           nullptr,           &float64_loss,
                                                           &float64_gradient, &float64_log_sum_exp};
}

constinit const Implementation implementation = {
    {softmax, log_softmax, log_sum, loss, gradient, log_sum_exp},
    elements,
    float16,
    bfloat16,
    of_float64,
    softmax_stages};
#else
constinit const Implementation implementation = {};
#endif

}  // namespace maxtrick::kernels::MAXTRICK_VECTOR
