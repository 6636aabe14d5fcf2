// Which instruction sets can be used here; see instruction_sets.def.
#pragma once

#include "kernels/implementation.hpp"
#include "kernels/kernels.hpp"

namespace maxtrick::kernels {

[[nodiscard]] const Implementation& implementation(Isa isa);

}  // namespace maxtrick::kernels
