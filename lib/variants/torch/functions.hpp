// Functions that the module with PyTorch offers to the program.
#pragma once

#include <cstddef>
#include <string>

namespace maxtrick::variants::torch {

// The logits and the result are dense matrices of `first` x `second` numbers. The classes are along
// axis 0 or 1.
template <class T>
using Function = void (*)(const T* logits, T* result, std::size_t first, std::size_t second,
                          int axis);

struct Functions {
  Function<float> softmax_float32;
  Function<double> softmax_float64;
  Function<float> log_softmax_float32;
  Function<double> log_softmax_float64;
  std::string (*cpu_capability)();  // the instruction set for which PyTorch has chosen its kernels
};

}  // namespace maxtrick::variants::torch
