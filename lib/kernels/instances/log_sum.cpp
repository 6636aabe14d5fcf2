#include "kernels/instances/rows.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<float> log_sum[algorithms] = {
    nullptr, run_rows<Vector, AccurateTerms, LogSumGroup, LogSums>,
    correct::rows<Vector, task_log_sum>};
}
