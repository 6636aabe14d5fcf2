// A value that is computed on demand and shared by several cases.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace maxtrick::inputs {

// The first thread that asks for the value computes it, once; other threads wait meanwhile. It is
// freed with the last case that holds it, since the values of a whole grid would fill the memory.
template <class T>
class Lazy {
 public:
  explicit Lazy(std::function<T()> make) : make_(std::move(make)) {}

  [[nodiscard]] const T& get() {
    std::call_once(made_, [this] { value_ = make_(); });
    return value_;
  }

 private:
  std::function<T()> make_;
  std::once_flag made_;
  T value_ = {};
};

}  // namespace maxtrick::inputs
