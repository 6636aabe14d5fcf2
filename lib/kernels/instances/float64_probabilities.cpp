#include "kernels/float64/rows.hpp"
#include "kernels/instances/instance.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<double> float64_softmax = float64::rows<Vector, task_softmax>;
extern constinit const Kernel<double> float64_gradient = float64::rows<Vector, task_gradient>;
}  // namespace maxtrick::kernels::MAXTRICK_VECTOR
