#include "kernels/instances/rows.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<float> softmax[algorithms] = {
    run_long_rows<Vector, FastTerms, SoftmaxGroup, Softmax>,
    run_rows<Vector, AccurateTerms, SoftmaxGroup, Softmax>, correct::rows<Vector, task_softmax>};
}
