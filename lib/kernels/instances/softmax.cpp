#include "kernels/instances/rows.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<float> softmax[algorithms] = {
    long_rows<Vector, Softmax<Vector, FastTerms<Vector>>>,
    run_rows<Vector, AccurateTerms, SoftmaxGroup, Softmax>, correct::rows<Vector, task_softmax>};
}
