// The instruction sets that can be used here; the reasons against the others are printed.
#pragma once

#include <vector>

#include "kernels/kernels.hpp"
#include "test.hpp"

namespace maxtrick::tests {

inline std::vector<kernels::Isa> available() {
  std::vector<kernels::Isa> isas;
  for (const kernels::Isa isa : kernels::all_isas) {
    const auto why = kernels::why_unavailable(isa);
    if (why.empty())
      isas.push_back(isa);
    else
      BOOST_TEST_MESSAGE(name(isa) << " left out: " << why);
  }
  return isas;
}

}  // namespace maxtrick::tests
