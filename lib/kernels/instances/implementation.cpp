#include "kernels/instances/instance.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {

#ifdef MAXTRICK_VECTOR_HEADER
constinit const Implementation implementation = {{softmax, log_softmax, log_sum, loss, gradient},
                                                 elements};
#else
constinit const Implementation implementation = {};
#endif

}  // namespace maxtrick::kernels::MAXTRICK_VECTOR
