#include "kernels/instances/rows.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<float> log_softmax[algorithms] = {
    run_rows<Vector, FastTerms, LogSoftmaxGroup, LogSoftmax>,
    run_rows<Vector, AccurateTerms, LogSoftmaxGroup, LogSoftmax>,
    correct::rows<Vector, task_log_softmax>};
}
