#include "kernels/instances/rows.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<float> gradient[algorithms] = {
    nullptr, run_rows<Vector, AccurateTerms, GradientGroup, Gradients>,
    correct::rows<Vector, task_gradient>};
}
