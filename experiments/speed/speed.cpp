// Experiment `speed`: measures the speed of the kernels beside libraries and memcpy, and checks the
// claims about it. The table has one row for each kernel on each array of logits.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <variant>

#include "inputs/variant_plan.hpp"
#include "ops/registry.hpp"
#include "run/cpu.hpp"
#include "run/experiment.hpp"
#include "speed/launches.hpp"
#include "speed/table.hpp"
#include "worker/plugin.hpp"

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
  for (const Launched& launch : results.launches)
    if (const std::string& reason = launch.at(one.item).unsupported; !reason.empty())
      return run::Skip{timing::timed_name(kernel) + ": " + reason, true};
  return evaluate(one, launches.spec(), results.launches);
}

// Adds the libraries that the timed kernels use. Their settings belong to the launches.
void name_libraries(run::Plan& plan, const Spec& spec) {
  plan.libraries.insert(timing::benchmark_library());
  for (const Case& one : spec.cases) {
    const std::string& kernel = one.item.kernel;
    const auto* variant = ops::find_variant(kernel);
    if (variant && !variant->unavailable.empty()) continue;  // it is not timed
    for (const char* isa : {"scalar", "avx2", "avx512", "neon"})
      if (kernel.ends_with(std::string(".") + isa)) plan.isas.insert(isa);
    if (const auto own = worker::find(kernel); own.plugin)
      plan.libraries.insert(own.plugin->library());
    for (const timing::Item& item : libraries_beside(one)) {
      const std::string& library = timing::find_timed(item.kernel)->library;
      plan.libraries.insert(library.substr(0, library.find(',')));
    }
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
  plan.highest_load = spec.highest_load;
  plan.folder = std::filesystem::path("speed") / run::cpu_folder();
  for (const Case& one : spec.cases)
    plan.cases.push_back(run::case_of(
        columns, one,
        [launches, held = launches->enter(one)](const Case&) { return timed_in(*launches, *held); },
        1));
  const run::Parts parts = Launches::parts(launches);
  for (std::size_t i = 0; i < plan.cases.size(); ++i) {
    plan.cases[i].parts = parts;
    const ops::Variant& timed = *timing::find_timed(spec.cases[i].item.kernel);
    plan.cases[i].foreign = !timed.plugin.empty();
    plan.cases[i].promised = timed.uses == ops::Uses::nothing;
    plan.cases[i].unavailable = !timed.unavailable.empty();
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"speed", "how fast the kernels are, beside libraries and memcpy", plan}};

}  // namespace
}  // namespace maxtrick::speed
