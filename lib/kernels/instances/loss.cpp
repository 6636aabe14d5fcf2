#include "kernels/instances/rows.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
constinit const Kernel loss[2] = {run_rows<Vector, FastTerms, LossGroup, Losses>,
                                  run_rows<Vector, AccurateTerms, LossGroup, Losses>};
}
