// Which instruction sets can be used here (see instruction_sets.def), and which of the kernels of a set computes a
// task.
#pragma once

#include "kernels/implementation.hpp"
#include "kernels/kernels.hpp"

namespace maxtrick::kernels {

[[nodiscard]] const Implementation& implementation(Isa isa);

// `fast` has kernels of its own only where they take at most 1/1.25 of the time of `accurate`.
// Elsewhere it is `accurate`.
constexpr Algorithm algorithm_for(Algorithm asked, Task task, std::size_t classes) {
  if (asked != Algorithm::fast) return asked;
  const bool own = task == task_softmax
                       ? classes > kept_classes
                       : task == task_log_softmax && classes > 32 && classes <= kept_classes;
  return own ? asked : Algorithm::accurate;
}

}  // namespace maxtrick::kernels
