#include "kernels/float64/rows.hpp"
#include "kernels/instances/instance.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<double> float64_log_softmax = float64::rows<Vector, task_log_softmax>;
extern constinit const Kernel<double> float64_loss = float64::rows<Vector, task_loss>;
extern constinit const Kernel<double> float64_log_sum_exp = float64::rows<Vector, task_log_sum_exp>;
}  // namespace maxtrick::kernels::MAXTRICK_VECTOR
