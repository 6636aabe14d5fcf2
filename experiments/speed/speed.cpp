// Experiment `speed`: measures the speed of the kernels beside libraries and memcpy, and checks the
// claims about it. The table has one row for each kernel on each matrix.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <tuple>

#include "inputs/variant_plan.hpp"
#include "ops/registry.hpp"
#include "run/cpu.hpp"
#include "run/experiment.hpp"
#include "speed/comparison.hpp"
#include "speed/table.hpp"
#include "timing/launch.hpp"
#include "timing/special_rows.hpp"
#include "worker/plugin.hpp"

namespace maxtrick::speed {
namespace {

// All launches that a config requests. They run one after the other.
class Launches {
 public:
  explicit Launches(Spec spec) : spec_(std::move(spec)) {}

  // Registers a case. The case is measured only while somebody holds the returned pointer, so that
  // cases that a filter removes are not measured.
  [[nodiscard]] std::shared_ptr<const Case> enter(const Case& one);

  // Returns one part for each launch. The parts may run on any thread and wait for one another,
  // because nothing may run at the same time as a timed kernel. The first launches of all shapes
  // precede the second ones. A temporary slowdown of the machine then affects one launch of many
  // shapes instead of all launches of one shape.
  [[nodiscard]] static run::Parts parts(const std::shared_ptr<Launches>& launches);

  // The check of a plug-in's kernel, which is called in a separate process before the launches.
  // Only a kernel with correct results is called in a launch, since a faulty one could do anything
  // to the process.
  struct Apart {
    timing::Checked checked = {};  // on the case's own logits
    bool right = false;  // on these logits, and on special rows, which the table does not report
    std::string failure = {};
  };
  // The results of a case's measurement, or the reason why there are none.
  struct Results {
    std::vector<Launched> launches = {};
    std::string failure = {};
    std::map<timing::Item, Apart> apart = {};
  };
  [[nodiscard]] const Results& results(const Case& one) const;
  [[nodiscard]] const Spec& spec() const { return spec_; }

 private:
  // The cases that are measured in one process: those of one shape, beside oneDNN that is either
  // unrestricted or limited to AVX2. Cases that need plug-ins, for themselves or for what they are
  // compared with, have their own processes, because a plug-in may crash them.
  struct Group {
    timing::Shape shape;
    bool all_threads = false, avx2 = false;
    std::set<std::string> plugins = {};  // their files
    friend bool operator<(const Group& a, const Group& b) {
      return std::tie(a.shape, a.all_threads, a.avx2, a.plugins) <
             std::tie(b.shape, b.all_threads, b.avx2, b.plugins);
    }
  };
  // Returns the case's own item, and what it is compared with: libraries, memcpy, and the references
  // of its claims and goals.
  [[nodiscard]] std::vector<timing::Item> items_of(const Case& one) const;
  [[nodiscard]] Group group_of(const Case& one) const;
  [[nodiscard]] timing::Job job_of(const Group& group) const;
  void launch(const Group& group, std::size_t n);
  [[nodiscard]] std::vector<timing::Item> take_wrong_ones(timing::Job& job, Results& results) const;
  [[nodiscard]] static bool take_failed_one(timing::Job& job, Results& results,
                                            const timing::Failed& failed,
                                            const std::string& launch);

  Spec spec_;
  std::vector<Group> groups_;  // in the order of the cases
  std::map<Group, std::vector<std::weak_ptr<const Case>>> cases_;
  std::map<Group, Results> results_;
  std::mutex one_at_a_time_;
};

// Returns the environment variables of a launch. Libraries use one thread, as they do for a user
// who has one row of work for each core. oneDNN is limited to AVX2 only where its AVX2 kernels are
// requested.
std::map<std::string, std::string> environment(bool avx2) {
  return {{"ONEDNN_MAX_CPU_ISA", avx2 ? "AVX2" : "ALL"},
          {"DNNL_MAX_CPU_ISA", ""},
          {"OMP_NUM_THREADS", "1"},
          {"OPENBLAS_NUM_THREADS", "1"},
          {"BENCHMARK_FILTER", ""}};
}

Launches::Apart check_apart(const timing::Job& job, const ops::Variant& kernel,
                            const timing::Item& item) {
  try {
    const bool broken = !timing::special_rows_of(timing::timed_name(kernel)).broken.empty();
    const timing::Checked checked = check(job, kernel, item);
    return {.checked = checked, .right = !broken && may_be_timed(kernel, checked)};
  } catch (const run::CaseFailed& failed) {
    return {.failure = failed.what()};
  }
}

std::vector<timing::Item> Launches::items_of(const Case& one) const {
  std::vector<timing::Item> items = libraries_beside(one);
  items.insert(items.end(), {one.item, {"memcpy", ""}});
  for (const auto* claims : {&spec_.claims, &spec_.goals})
    for (const Claim& claim : *claims) {
      if (!claim.matches(one)) continue;
      const auto references = claim.references_of(one);
      items.insert(items.end(), references.begin(), references.end());
    }
  return items;
}

Launches::Group Launches::group_of(const Case& one) const {
  Group group{one.shape, one.all_threads, timing::held_to_avx2(one.item.kernel)};
  for (const timing::Item& item : items_of(one))
    if (const std::string& plugin = timing::find_timed(item.kernel)->plugin; !plugin.empty())
      group.plugins.insert(plugin);
  return group;
}

std::shared_ptr<const Case> Launches::enter(const Case& one) {
  auto shared = std::make_shared<const Case>(one);
  const Group group = group_of(one);
  auto& cases = cases_[group];
  if (cases.empty()) groups_.push_back(group);
  cases.push_back(shared);
  return shared;
}

run::Parts Launches::parts(const std::shared_ptr<Launches>& launches) {
  const std::size_t groups = launches->groups_.size();
  return std::make_shared<const run::PartList>(
      run::PartList{launches->spec_.launches * groups, [launches, groups](std::size_t part) {
                      launches->launch(launches->groups_[part % groups], part / groups);
                    }});
}

timing::Job Launches::job_of(const Group& group) const {
  std::set<timing::Item> items;
  for (const auto& held : cases_.at(group))
    if (const auto one = held.lock();
        one && timing::find_timed(one->item.kernel)->unavailable.empty())
      for (const timing::Item& item : items_of(*one)) items.insert(item);
  timing::Job job = spec_.settings;
  job.shape = group.shape;
  job.threads = group.all_threads ? std::max(1U, std::thread::hardware_concurrency()) : 1;
  for (const timing::Item& item : items)
    if (timing::find_timed(item.kernel)->unavailable.empty()) job.items.push_back(item);
  job.plugins.assign(group.plugins.begin(), group.plugins.end());
  for (const timing::Logits& one : spec_.logits)
    if (std::any_of(items.begin(), items.end(),
                    [&](const timing::Item& item) { return item.logits == one.name; }))
      job.logits.push_back(one);
  if (job.logits.empty() && !items.empty()) job.logits.push_back(spec_.logits.front());
  return job;
}

// Removes the items of the plug-in that fail or have wrong results from the job. Returns the wrong
// ones.
std::vector<timing::Item> Launches::take_wrong_ones(timing::Job& job, Results& results) const {
  std::vector<timing::Item> wrong;
  std::erase_if(job.items, [&](const timing::Item& item) {
    const ops::Variant& kernel = *timing::find_timed(item.kernel);
    if (kernel.plugin.empty()) return false;
    const auto [found, is_new] = results.apart.try_emplace(item);
    Apart& apart = found->second;
    if (is_new) apart = check_apart(job, kernel, item);
    if (!apart.failure.empty()) return true;
    if (!apart.right) wrong.push_back(item);
    return !apart.right;
  });
  return wrong;
}

// Removes the plug-in's item that ended a launch from the job, and records the reason. Returns
// false if the launch did not end in an item of the plug-in.
bool Launches::take_failed_one(timing::Job& job, Results& results, const timing::Failed& failed,
                               const std::string& launch) {
  if (!failed.item) return false;
  const timing::Item item = job.items[*failed.item];
  if (timing::find_timed(item.kernel)->plugin.empty()) return false;
  results.apart.at(item).failure =
      failed.too_late
          ? fmt::format("{}: called when {} was {}", item.kernel, launch, failed.reason)
          : fmt::format("{}: {} where it is timed, in {}", item.kernel, failed.reason, launch);
  job.items.erase(job.items.begin() + static_cast<std::ptrdiff_t>(*failed.item));
  return true;
}

void Launches::launch(const Group& group, std::size_t n) {
  const std::lock_guard lock(one_at_a_time_);
  Results& results = results_[group];
  if (!results.failure.empty()) return;
  timing::Job job = job_of(group);
  if (job.items.empty()) return;
  std::set<timing::Item> cases;
  for (const auto& held : cases_.at(group))
    if (const auto one = held.lock()) cases.insert(one->item);
  const std::vector<timing::Item> wrong = take_wrong_ones(job, results);
  const auto add_wrong = [&](Launched& launched) {
    for (const timing::Item& item : wrong)
      launched.emplace(item, untimed(results.apart.at(item).checked));
  };
  const std::string what =
      fmt::format("launch {} of {} of {} ({}, {}{}{})", n + 1, spec_.launches, name(group.shape),
                  group.all_threads ? "all threads" : "one thread", group.avx2 ? "AVX2" : "any ISA",
                  group.plugins.empty() ? "" : ", ", fmt::join(group.plugins, ", "));
  // Repeats the launch after removing each item that ended it.
  for (;;) {
    // If no case is left, the references need not be measured.
    if (std::none_of(job.items.begin(), job.items.end(),
                     [&](const timing::Item& item) { return cases.contains(item); })) {
      if (results.launches.empty()) add_wrong(results.launches.emplace_back());
      return;
    }
    auto found = timing::launch("/proc/self/exe", job, environment(group.avx2), spec_.limit);
    // The launch loaded the files of plug-ins again. They must still be those that this process
    // checked; otherwise an unchecked kernel was timed.
    for (const worker::Plugin& one : worker::plugins())
      if (group.plugins.contains(one.file.string())) one.require_unchanged();
    if (const auto* failed = std::get_if<timing::Failed>(&found)) {
      if (take_failed_one(job, results, *failed, what)) continue;
      results.failure = fmt::format("{} {}", what, failed->reason);
      return;
    }
    auto& measured = std::get<std::vector<timing::Measured>>(found);
    Launched& launched = results.launches.emplace_back();
    for (std::size_t i = 0; i < measured.size(); ++i)
      launched.emplace(job.items[i], std::move(measured[i]));
    return add_wrong(launched);
  }
}

const Launches::Results& Launches::results(const Case& one) const {
  return results_.at(group_of(one));
}

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
    plan.cases[i].promised = timed.promises_bits(ops::DType::float32);
    plan.cases[i].unavailable = !timed.unavailable.empty();
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"speed", "how fast the kernels are, beside libraries and memcpy", plan}};

}  // namespace
}  // namespace maxtrick::speed
