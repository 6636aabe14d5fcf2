// Helpers for plans whose cases use variants.
#pragma once

#include <vector>

#include "ops/registry.hpp"
#include "run/case_of.hpp"

namespace maxtrick::inputs {

// A plan without cases. Its manifest names the oracle, and the libraries and instruction sets of
// the variants. Without variants, the experiment's own code does the computation, which is scalar.
[[nodiscard]] run::Plan begin_plan(std::vector<table::Column> columns,
                                   const std::vector<const ops::Variant*>& variants = {});

// Adds the library and the instruction set of the variant to those that the manifest names, if the
// variant can run here. Otherwise it computes nothing, and the build may lack its library.
void name_in_manifest(run::Plan& plan, const ops::Variant& variant);

// The case, which uses `variant` in the type `dtype`. It is skipped if the variant cannot run here,
// and the reason is that of the variant.
[[nodiscard]] run::Case of_variant(run::Case one, const ops::Variant& variant, ops::DType dtype);

// The variant that represents all others where their results would be much the same: among those
// that compute `op`, can run here and are not from a plug-in, the first that has the most of
// `dtypes`. Null if there is none.
[[nodiscard]] const ops::Variant* stand_in(const std::vector<const ops::Variant*>& variants,
                                           ops::Op op, const std::vector<ops::DType>& dtypes);

}  // namespace maxtrick::inputs
