// What every plan does with its variants.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "numerics/registry.hpp"
#include "suite/experiment.hpp"

namespace maxtrick::inputs {

// A plan without cases. Its manifest names the oracle, and what the variants compute with; where
// there are none, that is the experiment's own code, which is scalar.
[[nodiscard]] suite::Plan begin_plan(std::vector<suite::Column> columns,
                                     const std::vector<const numerics::Variant*>& variants = {});

// A case of a variant: `measure`, or the reason why the variant cannot run here.
[[nodiscard]] suite::Case variant_case(
    std::string key, const numerics::Variant& variant, std::size_t batch,
    std::function<std::variant<suite::Row, suite::Skip>()> measure);

// The one to show where all would show much the same: of those that can run here and compute `op`
// the first that has the most of the types; null where there is none.
[[nodiscard]] const numerics::Variant* stand_in(
    const std::vector<const numerics::Variant*>& variants, numerics::Op op,
    const std::vector<numerics::DType>& dtypes);

}  // namespace maxtrick::inputs
