#include "timing/launches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "timing/launch.hpp"

namespace maxtrick::timing {
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

}  // namespace

Launches::Group Launches::group_of(const Case& one) {
  return {one.shape, one.all_threads, held_to_avx2(one.item.kernel)};
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
Job Launches::job_of(const Group& group) const {
  std::set<Item> items;
  for (const auto& held : cases_.at(group)) {
    const auto one = held.lock();
    if (!one || !find_kernel(one->item.kernel)->unavailable.empty()) continue;
    items.insert({one->item, {"memcpy", ""}});
    items.insert({onednn_beside(one->op, one->item.kernel), one->item.logits});
    for (const Claim& claim : spec_.claims)
      if (claim.matches(*one)) items.insert(claim.reference_of(*one));
  }
  Job job = spec_.settings;
  job.shape = group.shape;
  job.threads = group.all_threads ? std::max(1U, std::thread::hardware_concurrency()) : 1;
  for (const Item& item : items)
    if (const Kernel* kernel = find_kernel(item.kernel); kernel && kernel->unavailable.empty())
      job.items.push_back(item);
  for (const Logits& one : spec_.logits)
    if (std::any_of(items.begin(), items.end(),
                    [&](const Item& item) { return item.logits == one.name; }))
      job.logits.push_back(one);
  if (job.logits.empty() && !items.empty()) job.logits.push_back(spec_.logits.front());
  return job;
}

void Launches::launch(const Group& group, std::size_t n) {
  const std::lock_guard lock(one_at_a_time_);
  Results& results = results_[group];
  if (!results.failure.empty()) return;
  const Job job = job_of(group);
  if (job.items.empty()) return;
  auto found = timing::launch("/proc/self/exe", job, environment(group.avx2), spec_.limit);
  if (const auto* failed = std::get_if<Failed>(&found)) {
    results.failure =
        fmt::format("launch {} of {} of {} ({}, {}) {}", n + 1, spec_.launches, name(group.shape),
                    group.all_threads ? "all threads" : "one thread",
                    group.avx2 ? "AVX2" : "any ISA", failed->reason);
    return;
  }
  auto& measured = std::get<std::vector<Measured>>(found);
  Launched& launched = results.launches.emplace_back();
  for (std::size_t i = 0; i < measured.size(); ++i)
    launched.emplace(job.items[i], std::move(measured[i]));
}

const Launches::Results& Launches::results(const Case& one) const {
  return results_.at(group_of(one));
}

}  // namespace maxtrick::timing
