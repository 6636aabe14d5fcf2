#include "kernels/instances/instance.hpp"
#include "kernels/stage_tasks.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<float> softmax_stages[stages] = {
    Staged<Vector, Stage::copy>::rows,       Staged<Vector, Stage::maximum>::rows,
    Staged<Vector, Stage::exp>::rows,        Staged<Vector, Stage::sum>::rows,
    Staged<Vector, Stage::reciprocal>::rows, Staged<Vector, Stage::division>::rows};
}
