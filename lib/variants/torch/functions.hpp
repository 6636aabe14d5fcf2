// Functions that the module with PyTorch offers to the program.
#pragma once

#include <cstddef>
#include <string>

namespace maxtrick::variants::torch {

// The rows of logits and result are dense.
template <class T>
using Function = void (*)(const T* logits, T* result, std::size_t rows, std::size_t classes);

struct Functions {
  Function<float> softmax_float32;
  Function<double> softmax_float64;
  Function<float> log_softmax_float32;
  Function<double> log_softmax_float64;
  std::string (*cpu_capability)();  // the instruction set for which PyTorch has chosen its kernels
};

}  // namespace maxtrick::variants::torch
