#include "kernels/elements.hpp"

#include "kernels/instances/instance.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const ElementKernel elements[3] = {each_exp<Vector>, each_exp_fast<Vector>,
                                                    each_log<Vector>};
}
