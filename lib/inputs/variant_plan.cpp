#include "inputs/variant_plan.hpp"

#include <algorithm>

#include "oracle/oracle.hpp"

namespace maxtrick::inputs {

using ops::DType;
using ops::Variant;

run::Plan begin_plan(std::vector<table::Column> columns,
                     const std::vector<const Variant*>& variants) {
  run::Plan plan;
  plan.table.columns = std::move(columns);
  plan.libraries = {oracle::oracle_library()};
  if (variants.empty()) plan.isas = {"scalar"};
  for (const Variant* variant : variants) name_in_manifest(plan, *variant);
  return plan;
}

void name_in_manifest(run::Plan& plan, const Variant& variant) {
  if (!variant.unavailable.empty()) return;
  if (!variant.library.empty()) plan.libraries.insert(variant.library);
  plan.isas.insert(variant.isa.empty() ? variant.library : variant.isa);
}

run::Case of_variant(run::Case one, const Variant& variant, DType dtype) {
  if (!variant.unavailable.empty())
    one.run = [reason = variant.name() + ": " + variant.unavailable] { return run::Skip{reason}; };
  one.foreign = !variant.plugin.empty();
  one.promised = variant.promises_bits(dtype);
  return one;
}

const Variant* stand_in(const std::vector<const Variant*>& variants, ops::Op op,
                        const std::vector<DType>& dtypes) {
  const auto types = [&](const Variant* v) {
    return std::count_if(dtypes.begin(), dtypes.end(), [v](DType dtype) { return v->has(dtype); });
  };
  const Variant* best = nullptr;
  for (const Variant* v : variants)
    if (v->op == op && v->unavailable.empty() && v->plugin.empty() &&
        (!best || types(v) > types(best)))
      best = v;
  return best;
}

}  // namespace maxtrick::inputs
