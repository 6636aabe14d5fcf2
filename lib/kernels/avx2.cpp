#include "kernels/work.hpp"

#ifdef __AVX2__
#include "kernels/implementation.hpp"
#include "kernels/vector_avx2.hpp"

namespace maxtrick::kernels {
constinit const Implementation avx2_implementation = implementation<avx2::Vector>();
}
#else
namespace maxtrick::kernels {
constinit const Implementation avx2_implementation = {};
}
#endif
