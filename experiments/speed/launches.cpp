#include "speed/launches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "run/experiment.hpp"
#include "timing/special_rows.hpp"
#include "worker/plugins.hpp"

namespace maxtrick::speed {
namespace {

// Libraries keep to one thread, as a user's does who has one row of work for each core; oneDNN to
// AVX2 where its kernels for that are asked for, and else to nothing.
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

Launches::Group Launches::group_of(const Case& one) {
  return {one.shape, one.all_threads, timing::held_to_avx2(one.item.kernel),
          timing::find_timed(one.item.kernel)->plugin};
}

std::shared_ptr<const Case> Launches::enter(const Case& one) {
  auto shared = std::make_shared<const Case>(one);
  const Group group = group_of(one);
  auto& cases = cases_[group];
  if (cases.empty()) groups_.push_back(group);
  cases.push_back(shared);
  return shared;
}

std::vector<std::function<void()>> Launches::parts(const std::shared_ptr<Launches>& launches) {
  std::vector<std::function<void()>> all;
  for (std::size_t n = 0; n < launches->spec_.launches; ++n)
    for (const Group& group : launches->groups_)
      all.emplace_back([launches, group, n] { launches->launch(group, n); });
  return all;
}

// What its cases need: themselves, oneDNN, memcpy, and what the claims compare them with.
timing::Job Launches::job_of(const Group& group) const {
  std::set<timing::Item> items;
  for (const auto& held : cases_.at(group)) {
    const auto one = held.lock();
    if (!one || !timing::find_timed(one->item.kernel)->unavailable.empty()) continue;
    items.insert({one->item, {"memcpy", ""}});
    items.insert({onednn_beside(one->op, one->item.kernel), one->item.logits});
    for (const Claim& claim : spec_.claims)
      if (claim.matches(*one)) items.insert(claim.reference_of(*one));
  }
  timing::Job job = spec_.settings;
  job.shape = group.shape;
  job.threads = group.all_threads ? std::max(1U, std::thread::hardware_concurrency()) : 1;
  for (const timing::Item& item : items)
    if (const ops::Variant* kernel = timing::find_timed(item.kernel);
        kernel && kernel->unavailable.empty() &&
        (kernel->plugin.empty() || kernel->plugin == group.plugin))
      job.items.push_back(item);
  if (!group.plugin.empty()) job.plugins.push_back(group.plugin);
  for (const timing::Logits& one : spec_.logits)
    if (std::any_of(items.begin(), items.end(),
                    [&](const timing::Item& item) { return item.logits == one.name; }))
      job.logits.push_back(one);
  if (job.logits.empty() && !items.empty()) job.logits.push_back(spec_.logits.front());
  return job;
}

// Out of the job goes what of the plug-in fails or is wrong; the latter is returned.
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

// Out of the job goes the item of the plug-in in which a launch ended, with the reason; false where
// it ended in nothing of it.
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
  const std::vector<timing::Item> wrong = take_wrong_ones(job, results);
  const auto add_wrong = [&](Launched& launched) {
    for (const timing::Item& item : wrong)
      launched.emplace(item, untimed(results.apart.at(item).checked));
  };
  const std::string what =
      fmt::format("launch {} of {} of {} ({}, {}{}{})", n + 1, spec_.launches, name(group.shape),
                  group.all_threads ? "all threads" : "one thread", group.avx2 ? "AVX2" : "any ISA",
                  group.plugin.empty() ? "" : ", ", group.plugin);
  // Once more without each that ended it.
  for (;;) {
    // What others are compared with is not measured for its own sake.
    if (!group.plugin.empty() &&
        std::none_of(job.items.begin(), job.items.end(), [](const timing::Item& one) {
          return !timing::find_timed(one.kernel)->plugin.empty();
        })) {
      if (results.launches.empty()) add_wrong(results.launches.emplace_back());
      return;
    }
    auto found = timing::launch("/proc/self/exe", job, environment(group.avx2), spec_.limit);
    // It was loaded anew there, to be timed beside what this process has checked.
    for (const worker::Plugin& one : worker::plugins())
      if (one.file == group.plugin) one.require_unchanged();
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
