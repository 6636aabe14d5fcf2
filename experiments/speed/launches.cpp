#include "speed/launches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "timing/special_rows.hpp"
#include "worker/plugin.hpp"

namespace maxtrick::speed {
namespace {

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

}  // namespace

std::vector<timing::Item> Launches::items_of(const Case& one) const {
  std::vector<timing::Item> items = libraries_beside(one);
  items.insert(items.end(), {one.item, copy_beside(one)});
  for (const auto* claims : {&spec_.claims, &spec_.goals})
    for (const Claim& claim : *claims) {
      if (!claim.matches(one)) continue;
      const auto references = claim.references_of(one);
      items.insert(items.end(), references.begin(), references.end());
    }
  return items;
}

Launches::Group Launches::group_of(const Case& one) const {
  const timing::Item& own = one.item;
  Group group{own.shape, own.dtype, own.all_threads, timing::held_to_avx2(own.kernel)};
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
  job.threads = std::max(1U, std::thread::hardware_concurrency());
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
  std::vector<std::string> how{group.all_threads ? "all threads" : "one thread",
                               group.avx2 ? "AVX2" : "any ISA"};
  if (group.dtype != ops::DType::float32) how.insert(how.begin(), std::string(name(group.dtype)));
  how.insert(how.end(), group.plugins.begin(), group.plugins.end());
  const std::string what = fmt::format("launch {} of {} of {} ({})", n + 1, spec_.launches,
                                       name(group.shape), fmt::join(how, ", "));
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

}  // namespace maxtrick::speed
