#include "kernels/instances/rows.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<float> gradient[2] = {
    run_rows<Vector, FastTerms, GradientGroup, Gradients>,
    run_rows<Vector, AccurateTerms, GradientGroup, Gradients>};
}
