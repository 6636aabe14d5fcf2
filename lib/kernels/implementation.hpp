// The kernels of one instruction set.
#pragma once

#include "kernels/bits_16.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels {

// All pointers are null if the compiler does not support the instruction set.
struct Implementation {
  const Kernel<float>* of_task[tasks];  // [Task][Algorithm]
  const ElementKernel* of_element;      // [Function]
  // The kernels of `accurate` for other types of logits and results, [Task].
  const Kernel<Float16Bits>* float16;
  const Kernel<BFloat16Bits>* bfloat16;
  const Kernel<double>* const* float64;  // null for task_log_sum
  const Kernel<float>* softmax_stages;   // [Stage]
};

// One for each instruction set.
#define MAXTRICK_ISA(name, ...)               \
  namespace name {                            \
  extern const Implementation implementation; \
  }
#include "kernels/instruction_sets.def"
#undef MAXTRICK_ISA
// The scalar kernels once more, compiled for CPUs with FMA.
namespace scalar_fma {
extern const Implementation implementation;
}

}  // namespace maxtrick::kernels
