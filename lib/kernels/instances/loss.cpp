#include "kernels/instances/rows.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<float> loss[2] = {run_rows<Vector, FastTerms, LossGroup, Losses>,
                                                run_rows<Vector, AccurateTerms, LossGroup, Losses>};
}
