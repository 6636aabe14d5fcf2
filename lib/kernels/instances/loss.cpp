#include "kernels/instances/rows.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<float> loss[algorithms] = {
    nullptr, run_rows<Vector, AccurateTerms, LossGroup, Losses>, correct::rows<Vector, task_loss>};
}
