// Experiment `exhaustive`: evaluates functions of one float at every float, and reports the largest
// error and the number of results that are not rounded to nearest. The table has one row for each
// function and instruction set.
#include <fmt/format.h>

#include <bit>
#include <stdexcept>

#include "exhaustive/float_function.hpp"
#include "exhaustive/tally.hpp"
#include "inputs/selection.hpp"
#include "oracle/oracle.hpp"
#include "run/case_of.hpp"

namespace maxtrick::exhaustive {
namespace {

using exhaustive::FloatFunction;
using exhaustive::Tally;
using table::Rule;

using Columns = table::Columns<FloatFunction, Tally>;

// A column that shows the results of glibc for comparison. They are compared with no baseline,
// because they depend on the version of glibc and on the CPU.
Columns::One of_library_too(Columns::One column) {
  column.shown_only = {{"isa", std::string(exhaustive::glibc)}};
  column.description += "; another glibc, or another CPU, may have others";
  return column;
}

Columns columns(const FloatRange& range) {
  return {
      {"function", Rule::key, "expf and logf are those of the C library", &FloatFunction::name},
      {"isa", Rule::key, "the instruction set, or the library", &FloatFunction::isa},
      {"inputs", Rule::exact, "how many, each counted as it is judged: " + range.describe(),
       &Tally::inputs},
      of_library_too({"max_error_ulp", Rule::exact, "largest error of a result, from MPFR",
                      [](const Tally& sum) { return table::short_number(sum.error_ulp); }}),
      {"claimed_ulp", Rule::exact,
       "what the function claims, which the error may not exceed; of expf and logf what glibc's "
       "source states (sysdeps/ieee754/flt-32/e_expf.c, e_logf.c)",
       &FloatFunction::claimed_ulp},
      of_library_too({"worst_input", Rule::exact, "where that error is, the first such by its bits",
                      [](const Tally& sum) { return std::bit_cast<float>(sum.worst_input); }}),
      of_library_too({"worst_result", Rule::exact, "the result there",
                      [](const Tally& sum) { return std::bit_cast<float>(sum.worst_result); }}),
      of_library_too({"misrounded", Rule::exact,
                      "results that are not the exact value rounded to nearest even",
                      &Tally::misrounded}),
      {"special_wrong", Rule::exact,
       "results that are NaN, infinite or 0 where the exact value does not round to that, or the "
       "other way round, and results of -0",
       &Tally::special_wrong},
      of_library_too(
          {"results", Rule::exact,
           "digest of all results: the same bits, the same digest, from whatever instruction set",
           [](const Tally& sum) { return fmt::format("{:016x}", sum.digest); }}),
  };
}

// A function, and the tallies of the parts into which its inputs are divided.
struct Sweep {
  FloatFunction function;
  FloatRange range;
  std::vector<Tally> parts;

  [[nodiscard]] std::uint64_t begin(std::size_t part) const {
    // Rounded down. No part is empty as long as there are at most as many parts as inputs.
    return range.size() / parts.size() * part + range.size() % parts.size() * part / parts.size();
  }
  [[nodiscard]] Tally sum() const;
  [[nodiscard]] std::string identity() const;
};

Tally Sweep::sum() const {
  Tally sum;
  for (const Tally& part : parts) sum.add(part);
  if (sum.inputs != range.size())
    throw std::logic_error(fmt::format("{} inputs were judged, not {}", sum.inputs, range.size()));
  return sum;
}

// The identity of a checkpoint. lib/run already compares the program itself. The identity covers
// the functions that the program calls, by their results on a sample: these distinguish one glibc
// from another, and the code that glibc selects for one CPU from that for another.
std::string Sweep::identity() const {
  constexpr FloatRange sample{.every = 65537};
  const Tally known = scan(function, sample, 0, sample.size());
  return fmt::format("{} {} {} {} {} {}", function.name, function.isa, range.first, range.last,
                     range.every, to_text(known));
}

run::Case sweep(const Columns& columns, const FloatFunction& function, const FloatRange& range,
                std::size_t parts) {
  if (!function.unavailable.empty())
    return run::case_of(columns, function, [](const FloatFunction& one) {
      return run::Skip{one.name + '/' + one.isa + ": " + one.unavailable};
    });
  const auto all = std::make_shared<Sweep>(Sweep{function, range, std::vector<Tally>(parts)});
  run::Case one =
      run::case_of(columns, function, [all](const FloatFunction&) { return all->sum(); });
  one.kept = std::make_shared<run::KeptParts>(run::KeptParts{
      .name = function.name + '.' + function.isa,
      .size = parts,
      .identity = [all] { return all->identity(); },
      .compute =
          [all](std::size_t part) {
            return to_text(scan(all->function, all->range, all->begin(part), all->begin(part + 1)));
          },
      .take =
          [all](std::size_t part, std::string_view text) {
            const auto tally = exhaustive::parse_tally(text);
            if (!tally || tally->inputs != all->begin(part + 1) - all->begin(part)) return false;
            all->parts[part] = *tally;
            return true;
          }});
  return one;
}

run::Plan plan(config::Section& config) {
  const std::vector<std::string> functions = exhaustive::float_function_names();
  std::vector<kernels::Isa> isas;
  for (const std::size_t i :
       inputs::read_choices(config, "isas", inputs::names_of(kernels::all_isas)))
    isas.push_back(kernels::all_isas[i]);
  const FloatRange range = read_float_range(config);
  constexpr std::int64_t most_parts = 65536;
  const auto parts = config.count("parts", 1, most_parts);
  if (parts > range.size())
    config.reject("parts", fmt::format("{} parts of {} inputs", parts, range.size()),
                  "no more parts than inputs");

  run::Plan plan;
  plan.part = "parts";
  const Columns columns = exhaustive::columns(range);
  plan.table.columns = columns.schema();
  plan.table.limits = {{"max_error_ulp", "claimed_ulp"}};
  plan.libraries = {oracle::oracle_library()};
  for (const std::size_t i : inputs::read_choices(config, "functions", functions))
    for (const FloatFunction& function : exhaustive::find_functions(functions[i], isas)) {
      plan.cases.push_back(sweep(columns, function, range, parts));
      if (function.isa != exhaustive::glibc) plan.isas.insert(function.isa);
    }
  if (plan.isas.empty()) plan.isas = {"as glibc chooses"};
  return plan;
}

const run::RegisterExperiment registered{
    {"exhaustive", "exp and log at every float: largest error, wrong results", plan}};

}  // namespace
}  // namespace maxtrick::exhaustive
