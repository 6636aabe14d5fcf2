// What every plan does with its variants.
#pragma once

#include <vector>

#include "ops/registry.hpp"
#include "run/case_of.hpp"

namespace maxtrick::inputs {

// A plan without cases. Its manifest names the oracle, and what the variants compute with; where
// there are none, that is the experiment's own code, which is scalar.
[[nodiscard]] run::Plan begin_plan(std::vector<table::Column> columns,
                                   const std::vector<const ops::Variant*>& variants = {});

// The case, which is of a variant: skipped where the variant cannot run here, for that reason.
[[nodiscard]] run::Case of_variant(run::Case one, const ops::Variant& variant);

// The one to show where all would show much the same: of those that can run here and compute `op`
// the first that has the most of the types; null where there is none.
[[nodiscard]] const ops::Variant* stand_in(const std::vector<const ops::Variant*>& variants,
                                           ops::Op op, const std::vector<ops::DType>& dtypes);

}  // namespace maxtrick::inputs
