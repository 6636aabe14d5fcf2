#include "speed/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/registry.hpp"
#include "oracle/outcome.hpp"
#include "table/quantile.hpp"

namespace maxtrick::speed {
namespace {

using table::Rule;

const timing::Item copy{"memcpy", ""};

// What several launches found alike.
struct Found {
  oracle::Outcome outcome = oracle::Outcome::ok;
  double max_error_ulp = 0;
  std::string implementation;
  std::vector<double> medians;  // of the launches in which it was timed
};

Found gather(const std::vector<Launched>& launches, const timing::Item& item) {
  Found all;
  for (const Launched& launch : launches) {
    const timing::Measured& one = launch.at(item);
    for (const auto outcome : oracle::all_outcomes)
      if (name(outcome) == one.outcome) all.outcome = std::max(all.outcome, outcome);
    all.max_error_ulp = std::max(all.max_error_ulp, one.max_error_ulp);
    all.implementation = one.implementation;
    if (!one.seconds.empty()) all.medians.push_back(table::quantile(one.seconds, 0.5));
  }
  return all;
}

std::string number(double value) { return fmt::format("{:.4g}", value); }

// Against memcpy by bytes, since not every op moves as many.
std::string share_of_copy(const Case& one, const std::vector<Launched>& launches) {
  auto share = speed(launches, one.item, copy);
  if (!share) return "";
  const double more = bytes(one.op, one.shape) / bytes(timing::copy, one.shape);
  return table::cell(
      table::Interval{share->estimate * more, share->low * more, share->high * more});
}

void judge_claims(const Case& one, const Spec& spec, const std::vector<Launched>& launches,
                  table::Row& row) {
  std::vector<std::string> claims, measured, verdicts;
  for (const Claim& claim : spec.claims) {
    if (!claim.matches(one)) continue;
    const Verdict verdict = judge(claim, one, launches, spec.widest_interval);
    claims.push_back(claim.text(one));
    measured.push_back(verdict.measured);
    verdicts.push_back(verdict.verdict);
  }
  for (const auto& cells : {claims, measured, verdicts})
    row.push_back(fmt::format("{}", fmt::join(cells, "; ")));
}

std::vector<table::Column> columns() {
  return {
      {"op", Rule::key, "what is computed; copy: the matrix moved by memcpy, on one thread"},
      {"variant", Rule::key,
       "the implementation; one of AVX2 is timed beside an oneDNN held to AVX2 (.onednn.avx2), the "
       "others beside one that takes what the CPU has"},
      {"shape", Rule::key, "rows x classes"},
      {"threads", Rule::key,
       "all: as many as the CPU has; references, oneDNN among them, have one thread all the same"},
      {"logits", Rule::key, "which logits"},
      {"implementation", Rule::info, "what oneDNN says that it takes"},
      {"outcome", Rule::exact,
       "of a sample of rows, against the oracle; what is wrong, infinite or NaN is not timed, nor "
       "what is not ok where it claims a bound"},
      {"max_error_ulp", Rule::info,
       "over the sample; of a gradient, in the class of the target, in ULPs of its scale"},
      {"claimed_ulp", Rule::exact, "what it claims of every row"},
      {"time_ns", Rule::info,
       "an element: median in the launch in which oneDNN was at its best, or in its own best"},
      {"gb_per_s", Rule::info, "bytes read and written, each once, at that time"},
      {"launch_spread", Rule::info, "its slowest launch's median time by its fastest's"},
      {"speed", Rule::info,
       "oneDNN's time by its own, within oneDNN's best launch: median and 95 % confidence "
       "interval"},
      {"memcpy_share", Rule::info,
       "bytes a second by memcpy's, within memcpy's best launch, likewise"},
      {"claim", Rule::info, "what the config claims, if anything"},
      {"measured", Rule::info,
       "that ratio, within the best launch of what it is compared with: median and 95 % confidence "
       "interval"},
      {"verdict", Rule::info,
       "holds or missed where the whole interval is on one side of the claim, else noisy, and "
       "noisy "
       "too where it is wider than the config allows; it decides the exit code"},
  };
}

}  // namespace

table::ResultTable empty_table(const Spec& spec) {
  table::ResultTable table;
  table.columns = columns();
  table.limits = {{"max_error_ulp", "claimed_ulp"}};
  table.judged = {{"claim", "measured", "verdict"}};
  table.lines = {{.title = "What is claimed",
                  .columns = {"variant", "shape", "logits", "claim", "measured", "verdict"},
                  .given = "verdict"}};
  for (const ops::Op op : ops::all_ops()) {
    if (!timing::is_timed(op)) continue;
    for (const timing::Logits& logits : spec.logits)
      table.pivots.push_back(
          {.title = fmt::format("{}, {}: times as fast as oneDNN", name(op), logits.name),
           .row = "variant",
           .column = "shape",
           .cells = {"speed"},
           .only = {{"op", std::string(name(op))}, {"threads", "1"}, {"logits", logits.name}}});
  }
  table.pivots.push_back({.title = "All threads: times as fast as oneDNN on one",
                          .row = "variant",
                          .column = "shape",
                          .cells = {"speed"},
                          .only = {{"threads", "all"}}});
  table.pivots.push_back({.title = "One thread, plain: ns an element",
                          .row = "variant",
                          .column = "shape",
                          .cells = {"time_ns"},
                          .only = {{"threads", "1"}, {"logits", "plain"}}});
  table.pivots.push_back({.title = "One thread, plain: share of memcpy's bytes a second",
                          .row = "variant",
                          .column = "shape",
                          .cells = {"memcpy_share"},
                          .only = {{"threads", "1"}, {"logits", "plain"}}});
  return table;
}

table::Row key_of(const Case& one) {
  return {std::string(ops::name(one.op)), one.item.kernel, timing::name(one.shape), one.threads(),
          one.item.logits.empty() ? "any" : one.item.logits};
}

table::Row row_of(const Case& one, const Spec& spec, const std::vector<Launched>& launches) {
  const Found found = gather(launches, one.item);
  const timing::Item onednn{onednn_beside(one.op, one.item.kernel), one.item.logits};
  const double claimed = timing::find_timed(one.item.kernel)->claimed_ulp;
  table::Row row = key_of(one);
  row.insert(row.end(), {found.implementation, std::string(name(found.outcome)),
                         table::short_cell(found.max_error_ulp),
                         std::isfinite(claimed) ? table::cell(claimed) : ""});
  const auto [least, most] = std::minmax_element(found.medians.begin(), found.medians.end());
  if (least == found.medians.end()) {
    row.insert(row.end(), 5, "");
  } else {
    const auto best = best_launch(launches, onednn);
    const auto& times =
        launches[best.value_or(best_launch(launches, one.item).value())].at(one.item).seconds;
    const double median = times.empty() ? *least : table::quantile(times, 0.5);
    const auto ratio = speed(launches, one.item, onednn);
    row.insert(row.end(), {number(median * 1e9 / static_cast<double>(one.shape.elements())),
                           number(bytes(one.op, one.shape) / median / 1e9), number(*most / *least),
                           ratio ? table::cell(*ratio) : "", share_of_copy(one, launches)});
  }
  judge_claims(one, spec, launches, row);
  return row;
}

}  // namespace maxtrick::speed
