// The files of this directory are compiled once for each instruction set: MAXTRICK_VECTOR is its
// name, MAXTRICK_VECTOR_HEADER the file of its vector type. Each file has the kernels of one task,
// so that the compiler can work on several at a time.
#pragma once

#include "kernels/work.hpp"
#ifdef MAXTRICK_VECTOR_HEADER
#include MAXTRICK_VECTOR_HEADER
#endif
