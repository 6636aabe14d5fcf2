#include "kernels/instances/rows.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
constinit const Kernel softmax[2] = {run_rows<Vector, FastTerms, SoftmaxGroup, Softmax>,
                                     run_rows<Vector, AccurateTerms, SoftmaxGroup, Softmax>};
}
