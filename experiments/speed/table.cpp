#include "speed/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/registry.hpp"
#include "table/quantile.hpp"

namespace maxtrick::speed {
namespace {

using table::Rule;

// Returns the median time of each launch in which the item was timed. Combines the other results of
// the launches in `all`.
std::vector<double> gather(const std::vector<Launched>& launches, const timing::Item& item,
                           Timed& all) {
  std::vector<double> medians;
  for (const Launched& launch : launches) {
    const timing::Measured& one = launch.at(item);
    for (const auto outcome : oracle::all_outcomes)
      if (name(outcome) == one.outcome) all.outcome = std::max(all.outcome, outcome);
    all.max_error_ulp = std::max(all.max_error_ulp, one.max_error_ulp);
    all.implementation = one.implementation;
    if (!one.seconds.empty()) medians.push_back(table::quantile(one.seconds, 0.5));
  }
  return medians;
}

// Returns the speed relative to memcpy in bytes per second, since not every op moves the same
// number of bytes.
std::optional<table::Interval> share_of_copy(const Case& one,
                                             const std::vector<Launched>& launches) {
  const auto share = speed(launches, one.item, copy_beside(one));
  if (!share) return std::nullopt;
  const timing::Item& item = one.item;
  const double more =
      bytes(one.op, item.shape, item.dtype) / bytes(timing::copy, item.shape, item.dtype);
  return table::Interval{share->estimate * more, share->low * more, share->high * more};
}

// Compares the case with the claims, or with the goals, that match it.
Timed::Compared compare(const std::vector<Claim>& claims, const Case& one, const Spec& spec,
                        const std::vector<Launched>& launches) {
  std::vector<std::string> texts, measured, verdicts, distances;
  for (const Claim& claim : claims) {
    if (!claim.matches(one)) continue;
    const Verdict verdict = judge(claim, one, launches, spec.widest_interval);
    texts.push_back(claim.text(one));
    measured.push_back(verdict.measured);
    verdicts.push_back(verdict.verdict);
    distances.push_back(verdict.distance);
  }
  const auto joined = [](const auto& all) { return fmt::format("{}", fmt::join(all, "; ")); };
  return {joined(texts), joined(measured), joined(verdicts), joined(distances)};
}

// Shows a number with four digits.
auto shown(std::optional<double> Timed::*number) {
  return [number](const Timed& timed) -> table::Cell {
    if (!(timed.*number)) return {};
    return table::rounded(*(timed.*number), 4);
  };
}

table::Cell claimed_ulp(const Case& one) {
  const double claimed = timing::claimed_ulp(*timing::find_timed(one.item.kernel), one.item.dtype);
  return std::isfinite(claimed) ? table::Cell(claimed) : table::Cell();
}

}  // namespace

Columns columns() {
  const table::Tolerance of_sample{
      table::Measure::absolute, std::numeric_limits<double>::infinity(),
      "a library may compute otherwise on each CPU", table::not_negative};
  return {
      {"op", Rule::key, "what is computed; copy: the matrix moved by memcpy, on one thread",
       &Case::op},
      {"variant", Rule::key,
       "the implementation; .onednn.avx2 is oneDNN held to AVX2, .onednn takes what the CPU has",
       &Case::item, &timing::Item::kernel},
      {"dtype", Rule::key,
       "of the logits and the results; numbers of 16 bits are computed in float32",
       [](const Case& one) { return std::string(ops::name(one.item.dtype)); }},
      {"shape", Rule::key,
       "rows x classes; with @: the sizes of an array, and the axis of its classes, counted from 0",
       [](const Case& one) { return timing::name(one.item.shape); }},
      {"threads", Rule::key, "all: as many as the CPU has; libraries have one thread all the same",
       &Case::threads},
      {"logits", Rule::key, "which logits",
       [](const Case& one) { return one.item.logits.empty() ? "any" : one.item.logits; }},
      {"implementation", Rule::info, "what oneDNN says that it takes", &Timed::implementation},
      {"outcome", Rule::exact,
       "of a sample of rows, against the oracle; what is wrong, infinite or NaN is not timed, nor "
       "what is not ok where it claims a bound",
       &Timed::outcome},
      {"max_error_ulp", of_sample,
       "over the sample; of a gradient, in the class of the target, in ULPs of its scale",
       [](const Timed& timed) { return table::short_number(timed.max_error_ulp); }},
      {"claimed_ulp", Rule::exact, "what it claims of every row", claimed_ulp},
      {"time_ns", Rule::timed,
       "an element: median in the launch in which the best library was at its best, or in its own "
       "best",
       shown(&Timed::time_ns)},
      {"gb_per_s", Rule::timed, "bytes read and written, each once, at that time",
       shown(&Timed::gb_per_s)},
      {"launch_spread", Rule::timed, "its slowest launch's median time by its fastest's",
       shown(&Timed::launch_spread)},
      {"best_library", Rule::info,
       "the library with the least time, with which it is compared; one of AVX2 is compared with "
       "oneDNN held to AVX2",
       &Timed::best_library},
      {"speed", Rule::timed,
       "the best library's time by its own, within the best launch of that library: median and 95 % "
       "confidence interval, marked (wide) where it is wider than the config allows",
       &Timed::speed},
      {"memcpy_share", Rule::timed,
       "bytes a second by memcpy's, within memcpy's best launch, likewise", &Timed::memcpy_share},
      {"claim", Rule::info, "what the config claims, if anything", &Timed::claims,
       &Timed::Compared::texts},
      {"measured", Rule::timed,
       "that ratio, within the best launch of what it is compared with: median and 95 % confidence "
       "interval",
       &Timed::claims, &Timed::Compared::measured},
      {"verdict", Rule::timed,
       "holds: the whole interval is within the claim; missed: it is outside and not wide; noisy: "
       "the measurement cannot decide. It determines the exit code",
       &Timed::claims, &Timed::Compared::verdicts},
      {"goal", Rule::info, "what the kernel is to reach, if anything", &Timed::goals,
       &Timed::Compared::texts},
      {"goal_measured", Rule::timed, "as measured, in the terms of the goal", &Timed::goals,
       &Timed::Compared::measured},
      {"distance", Rule::timed,
       "reached, or by how much the speed is below the goal, as a share of it; it fails nothing",
       &Timed::goals, &Timed::Compared::distances},
  };
}

table::ResultTable empty_table(const Spec& spec) {
  table::ResultTable table;
  table.columns = columns().schema();
  table.limits = {{"max_error_ulp", "claimed_ulp"}};
  table.judged = {{"claim", "measured", "verdict"}};
  table.lines = {
      {.title = "What is claimed",
       .columns = {"variant", "dtype", "shape", "logits", "claim", "measured", "verdict"},
       .given = "verdict"},
      {.title = "Goals, and the distance to them",
       .columns = {"variant", "dtype", "shape", "logits", "goal", "goal_measured", "distance"},
       .given = "goal"}};
  for (const ops::Op op : ops::all_ops()) {
    if (!timing::is_timed(op)) continue;
    for (const timing::Logits& logits : spec.logits)
      for (const ops::DType dtype : timing::timed_dtypes) {
        const std::string of =
            dtype == ops::DType::float32 ? "" : fmt::format(" {},", ops::name(dtype));
        table.pivots.push_back({.title = fmt::format("{},{} {}: times as fast as the best library",
                                                     name(op), of, logits.name),
                                .row = "variant",
                                .column = "shape",
                                .cells = {"speed"},
                                .only = {{"op", op},
                                         {"dtype", std::string(ops::name(dtype))},
                                         {"threads", "1"},
                                         {"logits", logits.name}},
                                .largest = "max_error_ulp"});
      }
  }
  table.pivots.push_back({.title = "All threads: times as fast as the best library on one",
                          .row = "variant",
                          .column = "shape",
                          .cells = {"speed"},
                          .only = {{"threads", "all"}, {"dtype", "float32"}}});
  table.pivots.push_back({.title = "One thread, plain: ns an element",
                          .row = "variant",
                          .column = "shape",
                          .cells = {"time_ns"},
                          .only = {{"threads", "1"}, {"logits", "plain"}, {"dtype", "float32"}}});
  table.pivots.push_back({.title = "One thread, plain: share of memcpy's bytes a second",
                          .row = "variant",
                          .column = "shape",
                          .cells = {"memcpy_share"},
                          .only = {{"threads", "1"}, {"logits", "plain"}, {"dtype", "float32"}}});
  return table;
}

Timed evaluate(const Case& one, const Spec& spec, const std::vector<Launched>& launches) {
  Timed timed;
  const std::vector<double> medians = gather(launches, one.item, timed);
  timed.claims = compare(spec.claims, one, spec, launches);
  timed.goals = compare(spec.goals, one, spec, launches);
  const auto [least, most] = std::minmax_element(medians.begin(), medians.end());
  if (least == medians.end()) return timed;
  const auto library = fastest(launches, libraries_beside(one));
  const auto& times =
      launches[best_launch(launches, library.value_or(one.item)).value()].at(one.item).seconds;
  const double median = times.empty() ? *least : table::quantile(times, 0.5);
  timed.time_ns = median * 1e9 / static_cast<double>(one.item.shape.elements());
  timed.gb_per_s = bytes(one.op, one.item.shape, one.item.dtype) / median / 1e9;
  timed.launch_spread = *most / *least;
  const auto shown = [&](const std::optional<table::Interval>& ratio) {
    return ratio ? std::optional(table::marked(*ratio, spec.widest_interval)) : std::nullopt;
  };
  if (library) {
    timed.best_library = library->kernel;
    timed.speed = shown(speed(launches, one.item, *library));
  }
  timed.memcpy_share = shown(share_of_copy(one, launches));
  return timed;
}

}  // namespace maxtrick::speed
