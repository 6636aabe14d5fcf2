// For ops of the logits alone: turns a function of two matrices into a function of a call.
#pragma once

#include <utility>

#include "ops/variant.hpp"

namespace maxtrick::variants {

template <class T, class Function>
[[nodiscard]] ops::Compute<T> of_rows(Function function) {
  return [function = std::move(function)](const ops::Call<T>& call) {
    function(call.logits, call.result);
  };
}

}  // namespace maxtrick::variants
