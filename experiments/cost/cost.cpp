// Experiment `cost`: how the time of a softmax divides among its maximum, exponentials, sum and
// division. The table has one row for each variant, normalisation and number of classes.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cost/errors.hpp"
#include "cost/shares.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "run/cpu.hpp"
#include "table/columns.hpp"
#include "table/quantile.hpp"
#include "timing/matrix.hpp"

namespace maxtrick::cost {
namespace {

using table::Interval;
using table::Rule;

struct Spec {
  std::vector<const Method*> methods;
  std::vector<std::size_t> classes;
  std::size_t logits = 0;  // of a matrix
  double wrong_above_ulp = 0;
  double widest_interval = 0;
  Settings settings;
  std::optional<double> highest_load = {};
};

struct Point {
  const Method* method;
  Normalisation normalisation;
  std::size_t classes;
};

// The times are empty if a stage is wrong.
struct Divided {
  bool right = true;
  double max_error_ulp = 0;
  std::optional<double> time_ns = {};
  std::optional<Interval> copy = {}, maximum = {}, exp = {}, sum = {}, normalisation = {};
  std::optional<Interval> variant = {}, other = {};
};

using Columns = table::Columns<Point, Divided>;

Columns columns() {
  const table::Tolerance of_libm{table::Measure::absolute, std::numeric_limits<double>::infinity(),
                                 "the exponentials of the plain loops are those of libm",
                                 table::not_negative};
  return {
      {"variant", Rule::key, "the softmax",
       [](const Point& point) { return point.method->variant->name(); }},
      {"normalised_by", Rule::key,
       "division: of each exponential by the sum; reciprocal: one division, and multiplications. "
       "The plain loops themselves divide; accurate multiplies",
       [](const Point& point) { return name(point.normalisation); }},
      {"classes", Rule::key, "of each row", &Point::classes},
      {"outcome", Rule::exact, "of the stages: what is wrong is not timed",
       [](const Divided& divided) { return std::string(divided.right ? "ok" : "wrong"); }},
      {"max_error_ulp", of_libm, "over the stages and a sample of rows, against exact results",
       [](const Divided& divided) { return table::short_number(divided.max_error_ulp); }},
      {"time_ns", Rule::timed, "of an element: median of the whole",
       [](const Divided& divided) -> table::Cell {
         if (!divided.time_ns) return {};
         return table::rounded(*divided.time_ns, 4);
       }},
      {"copy", Rule::timed,
       "share of the loops without operations: loads and stores, and transposed rows of few classes",
       &Divided::copy},
      {"maximum", Rule::timed, "share that the largest logit adds; none is subtracted by naive",
       &Divided::maximum},
      {"exp", Rule::timed, "share that the subtraction and the exponentials add", &Divided::exp},
      {"sum", Rule::timed, "share that the sum adds", &Divided::sum},
      {"normalisation", Rule::timed,
       "share that the division by the sum adds; of the plain loops, with its pass over the row",
       &Divided::normalisation},
      {"variant_time", Rule::timed,
       "time of the variant itself by that of the whole of its stages: median and 95 % interval",
       &Divided::variant},
      {"other_time", Rule::timed,
       "time of the whole with the other normalisation by the time of the whole, likewise",
       &Divided::other},
  };
}

// The matrices of a number of classes.
struct Matrices {
  std::size_t rows;
  timing::Matrix<float> x, y;
  std::vector<float> numbers;

  Matrices(std::size_t row_count, std::size_t classes, std::uint64_t seed)
      : rows(row_count),
        x(timing::make_logits<float>({rows, classes}, {.name = "plain"},
                                     std::vector<std::int32_t>(rows), seed)),
        y(timing::Shape{rows, classes}),
        numbers(rows) {}

  [[nodiscard]] numerics::Rows<const float> logits() const {
    const numerics::Rows<float> all = x.part(0);
    return {all.data, all.rows, all.columns, all.stride};
  }
};

Divided divide(const Spec& spec, const Point& point) {
  const Method& method = *point.method;
  Matrices matrices(std::max<std::size_t>(1, spec.logits / point.classes), point.classes,
                    spec.settings.seed);
  const auto logits = matrices.logits();
  const auto results = matrices.y.part(0);
  const auto run = [&](Stage stage) { method.run(stage, logits, results, matrices.numbers); };
  const auto run_variant = [&] {
    method.variant->float32({.logits = logits, .result = results, .threads = 1});
  };
  std::vector<Stage> stages = method.stages(point.normalisation);
  const std::size_t prefixes = stages.size();
  stages.push_back(whole(point.normalisation == Normalisation::division ? Normalisation::reciprocal
                                                                        : Normalisation::division));

  Divided divided;
  std::vector<std::function<void()>> functions;
  const auto check = [&](Stage stage, std::function<void()> function) {
    // What a stage before this one has written must not be taken for its results.
    std::ranges::fill(matrices.y.numbers(), std::numeric_limits<float>::quiet_NaN());
    std::ranges::fill(matrices.numbers, std::numeric_limits<float>::quiet_NaN());
    function();
    const double error =
        largest_error(stage, logits, {results.data, results.rows, results.columns, results.stride},
                      matrices.numbers);
    divided.max_error_ulp = std::max(divided.max_error_ulp, error);
    functions.push_back(std::move(function));
  };
  for (const Stage stage : stages) check(stage, [&run, stage] { run(stage); });
  check(whole(method.own), run_variant);
  divided.right = divided.max_error_ulp <= spec.wrong_above_ulp;
  if (!divided.right) return divided;

  std::vector<std::vector<double>> times = times_in_turns(functions, spec.settings);
  const std::vector<double> variant = std::move(times.back());
  times.pop_back();
  const std::vector<double> other = std::move(times.back());
  times.pop_back();
  const std::vector<double>& all = times.at(prefixes - 1);
  divided.time_ns =
      table::quantile(all, 0.5) * 1e9 / static_cast<double>(matrices.rows * point.classes);
  const auto ratio = [&](const std::vector<double>& to_all) {
    return table::marked(table::median_ratio(to_all, all), spec.widest_interval);
  };
  divided.variant = ratio(variant);
  divided.other = ratio(other);
  const auto found = shares(times, spec.widest_interval, spec.settings.seed);
  for (std::size_t i = 0; i < prefixes; ++i) switch (stages[i]) {
      case Stage::copy: divided.copy = found[i]; break;
      case Stage::maximum: divided.maximum = found[i]; break;
      case Stage::exp: divided.exp = found[i]; break;
      case Stage::sum: divided.sum = found[i]; break;
      case Stage::reciprocal:
      case Stage::division: divided.normalisation = found[i]; break;
    }
  return divided;
}

// Reads
//   variants = [names of methods()], classes = [...]
//   logits: how many a matrix has, or one row if that has more
//   repetitions, min_time_ms, seed, wrong_above_ulp
//   widest_interval: a wider one is marked; a part of the whole time
//   optionally highest_load: how many CPUs other programs may use
Spec read_spec(config::Section& config) {
  Spec spec;
  const auto name_of = [](const Method& method) { return method.variant->name(); };
  for (const std::size_t i :
       inputs::read_choices(config, "variants", inputs::names_of(methods(), name_of)))
    spec.methods.push_back(&methods()[i]);
  spec.classes = inputs::read_classes(config);
  spec.logits = config.count("logits", 1, std::int64_t{1} << 26);
  spec.settings.repetitions = config.count("repetitions", table::fewest_pairs, table::most_pairs);
  spec.settings.min_seconds = config.number("min_time_ms", {0.001, 10000}) / 1000;
  spec.settings.seed = inputs::read_seed(config);
  spec.wrong_above_ulp = config.number("wrong_above_ulp", {1, 1e6});
  spec.widest_interval = config.number("widest_interval", {0, 1e9});
  if (config.has("highest_load")) spec.highest_load = config.number("highest_load", {0, 1e6});
  return spec;
}

run::Plan plan(config::Section& config) {
  const auto spec = std::make_shared<const Spec>(read_spec(config));
  const Columns columns = cost::columns();
  std::vector<const ops::Variant*> variants;
  for (const Method* method : spec->methods) variants.push_back(method->variant);
  run::Plan plan = inputs::begin_plan(columns.schema(), variants);
  plan.folder = std::filesystem::path("speed") / run::cpu_folder();
  plan.highest_load = spec->highest_load;
  for (const Method* method : spec->methods)
    for (const Normalisation normalisation : normalisations)
      for (const std::size_t classes : spec->classes)
        // One batch for all cases, because nothing may run beside what is timed.
        plan.cases.push_back(
            inputs::of_variant(run::case_of(
                                   columns, Point{method, normalisation, classes},
                                   [spec](const Point& point) { return divide(*spec, point); }, 1),
                               *method->variant, ops::DType::float32));
  plan.table.lines = {
      {.title = "Shares of the time",
       .columns = {"variant", "normalised_by", "classes", "copy", "maximum", "exp", "sum",
                   "normalisation"},
       .given = "time_ns"},
      {.title = "Times",
       .columns = {"variant", "normalised_by", "classes", "time_ns", "variant_time", "other_time"},
       .given = "time_ns"}};
  return plan;
}

const run::RegisterExperiment registered{
    {"cost", "how the time of a softmax divides into maximum, exp, sum and division", plan}};

}  // namespace
}  // namespace maxtrick::cost
