#include "kernels/instances/rows.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<float> log_sum_exp[algorithms] = {
    nullptr, nullptr, correct::rows<Vector, task_log_sum_exp>};
}
