#include "kernels/implementation.hpp"
#include "kernels/vector_scalar.hpp"

namespace maxtrick::kernels {
const Implementation scalar_implementation = implementation<scalar::Vector>();
}
