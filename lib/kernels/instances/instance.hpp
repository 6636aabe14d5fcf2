// The files of this directory are compiled once for each instruction set, and a second time for
// scalar_fma. MAXTRICK_VECTOR is the name of the set. MAXTRICK_VECTOR_HEADER is the header of its
// vector type; it is not defined if the compiler does not support the set. Each file has the
// kernels of one task, so that they compile in parallel.
#pragma once

#include "kernels/work.hpp"
#ifdef MAXTRICK_VECTOR_HEADER
#include MAXTRICK_VECTOR_HEADER
#endif
