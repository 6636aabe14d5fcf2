#include "kernels/correct/correct.hpp"

#include "kernels/instances/instance.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<float> correct_kernels[tasks + 1] = {
    correct::rows<Vector, task_softmax>,  correct::rows<Vector, task_log_softmax>,
    correct::rows<Vector, task_log_sum>,  correct::rows<Vector, task_loss>,
    correct::rows<Vector, task_gradient>, correct::rows<Vector, task_log_sum_exp>};
}
