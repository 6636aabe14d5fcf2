// What the module with PyTorch in it gives to the program.
#pragma once

#include <cstddef>
#include <string>

namespace maxtrick::variants::torch {

// Rows without gaps.
template <class T>
using Function = void (*)(const T* logits, T* result, std::size_t rows, std::size_t classes);

struct Functions {
  Function<float> softmax_float32;
  Function<double> softmax_float64;
  Function<float> log_softmax_float32;
  Function<double> log_softmax_float64;
  std::string (*cpu_capability)();  // for which instructions it has chosen its kernels
};

}  // namespace maxtrick::variants::torch
