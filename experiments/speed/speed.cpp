// Experiment `speed`: how fast the kernels are, beside oneDNN and memcpy, and whether that is what
// is claimed. One row for each kernel on each matrix.
#include <algorithm>
#include <memory>

#include "inputs/variant_plan.hpp"
#include "ops/registry.hpp"
#include "run/store.hpp"
#include "speed/launches.hpp"
#include "speed/table.hpp"
#include "worker/plugins.hpp"

namespace maxtrick::speed {
namespace {

std::variant<Timed, run::Skip> timed_in(const Launches& launches, const Case& one) {
  const ops::Variant& kernel = *timing::find_timed(one.item.kernel);
  if (!kernel.unavailable.empty())
    return run::Skip{timing::timed_name(kernel) + ": " + kernel.unavailable, kernel.optional};
  const Launches::Results& results = launches.results(one);
  const auto apart = results.apart.find(one.item);
  if (apart != results.apart.end() && !apart->second.failure.empty())
    throw run::CaseFailed(apart->second.failure);
  if (!results.failure.empty())
    return run::Skip{.reason = results.failure, .failed = !kernel.plugin.empty()};
  return evaluate(one, launches.spec(), results.launches);
}

// What the kernels that are timed compute with. Their settings belong to the launches.
void name_libraries(run::Plan& plan, const Spec& spec) {
  plan.libraries.insert(timing::benchmark_library());
  for (const Case& one : spec.cases) {
    const std::string& kernel = one.item.kernel;
    for (const char* isa : {"scalar", "avx2", "avx512"})
      if (kernel.ends_with(std::string(".") + isa)) plan.isas.insert(isa);
    if (const auto own = worker::find(kernel); own.plugin) {
      plan.libraries.insert(own.plugin->library());
      continue;
    }
    const auto* variant = ops::find_variant(kernel);
    if (variant && !variant->library.empty())
      plan.libraries.insert(variant->library.substr(0, variant->library.find(',')));
  }
}

run::Plan plan(config::Section& config) {
  auto launches = std::make_shared<Launches>(read_spec(config));
  const Spec& spec = launches->spec();
  const Columns columns = speed::columns();
  run::Plan plan = inputs::begin_plan({});
  plan.table = empty_table(spec);
  plan.isas.clear();
  name_libraries(plan, spec);
  plan.part = "launches";
  plan.folder = std::filesystem::path("speed") / run::cpu_folder();
  for (const Case& one : spec.cases)
    plan.cases.push_back(run::case_of(
        columns, one,
        [launches, held = launches->enter(one)](const Case&) { return timed_in(*launches, *held); },
        1));
  const auto parts =
      std::make_shared<const std::vector<std::function<void()>>>(Launches::parts(launches));
  for (std::size_t i = 0; i < plan.cases.size(); ++i) {
    plan.cases[i].parts = parts;
    plan.cases[i].foreign = !timing::find_timed(spec.cases[i].item.kernel)->plugin.empty();
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"speed", "how fast the kernels are, beside oneDNN and memcpy", plan}};

}  // namespace
}  // namespace maxtrick::speed
