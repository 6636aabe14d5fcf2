// PyTorch's softmax and log-softmax, as a user of its C++ library calls them: no gradient, one
// thread, on memory of the caller. This file is compiled as C++17, because Clang cannot read
// PyTorch's headers as C++20.
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/_log_softmax.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>

#include <string>

#include "variants/torch/functions.hpp"

namespace maxtrick::variants::torch {
namespace {

template <class T>
at::Tensor tensor(const T* data, std::size_t first, std::size_t second) {
  const std::int64_t sizes[]{static_cast<std::int64_t>(first), static_cast<std::int64_t>(second)};
  // from_blob() takes no const pointer, but the operation only reads its source.
  return at::from_blob(const_cast<T*>(data), sizes, c10::CppTypeToScalarType<T>::value);
}

using Operation = at::Tensor& (*)(at::Tensor&, const at::Tensor&, std::int64_t, bool);

template <class T, Operation operation>
void run(const T* logits, T* result, std::size_t first, std::size_t second, int axis) {
  // This sets the number for threads that start later, and each of those adopts it at its first
  // computation.
  [[maybe_unused]] static const bool alone = (at::set_num_threads(1), true);
  const c10::InferenceMode no_gradient;
  at::Tensor to = tensor(result, first, second);
  operation(to, tensor(logits, first, second), axis, false);
}

// PyTorch offers this information only as part of a text of several lines.
std::string cpu_capability() {
  const std::string text = at::show_config(), key = "CPU capability usage: ";
  const std::size_t at = text.find(key);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + key.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

constexpr Functions functions{run<float, at::_softmax_out>, run<double, at::_softmax_out>,
                              run<float, at::_log_softmax_out>, run<double, at::_log_softmax_out>,
                              cpu_capability};

}  // namespace
}  // namespace maxtrick::variants::torch

extern "C" const maxtrick::variants::torch::Functions* maxtrick_torch() {
  return &maxtrick::variants::torch::functions;
}
