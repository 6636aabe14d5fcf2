#include "kernels/work.hpp"

#ifdef __AVX512F__
#include "kernels/implementation.hpp"
#include "kernels/vector_avx512.hpp"

namespace maxtrick::kernels {
constinit const Implementation avx512_implementation = implementation<avx512::Vector>();
}
#else
namespace maxtrick::kernels {
constinit const Implementation avx512_implementation = {};
}
#endif
