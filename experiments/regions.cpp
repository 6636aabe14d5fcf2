// Experiment `regions`: reports which class a trained network assigns to every point of a plane,
// and with which probability. The table has one row for each task, arm and point. The points are
// the centres of the cells of a grid, followed by the first training examples.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "inputs/arm.hpp"
#include "inputs/lazy.hpp"
#include "inputs/selection.hpp"
#include "inputs/task.hpp"
#include "inputs/trained.hpp"
#include "run/case_of.hpp"

namespace maxtrick::regions {
namespace {

using inputs::Runs;
using table::Rule;

struct Point {
  std::string task, arm;
  std::size_t number;  // from 1
};

// `label` is empty where it is not known; a class is empty where it is not known or not decided.
struct Found {
  double x1 = 0, x2 = 0;
  std::optional<std::int32_t> label = {}, best = {}, class_given = {};
  double probability = 0;
};

using Columns = table::Columns<Point, Found>;

Columns columns() {
  const table::Tolerance cores{
      table::Measure::absolute, 1e-4,
      "another core of OpenBLAS adds in another order, and hundreds of training steps amplify "
      "the difference (measured: 1e-6)",
      table::of_a_share};
  return {
      {"task", Rule::key, "data, network and optimiser, as the config defines them", &Point::task},
      {"arm", Rule::key, "the form of the loss", &Point::arm},
      {"point", Rule::key,
       "number of the point, from 1: first the points of the grid, for each x2 all x1, then "
       "the first examples",
       &Point::number},
      {"x1", Rule::exact,
       "first feature of the point; for a point of the grid, the centre of "
       "its cell",
       &Found::x1},
      {"x2", Rule::exact, "the second", &Found::x2},
      {"label", Rule::exact, "class of an example; empty for a point of the grid", &Found::label},
      {"best", Rule::exact,
       "class that the best classifier predicts, which knows how the data were generated; "
       "empty if none is known",
       &Found::best},
      {"class", Rule::info,
       "class that the network predicts, nan if its logits are NaN; not compared, because near "
       "a border the last bit decides",
       [](const Found& found) {
         return found.class_given ? table::Cell(*found.class_given) : table::Cell("nan");
       }},
      {"probability", cores, "probability of that class, according to the network",
       [](const Found& found) { return table::short_number(found.probability); }},
      {"as_best", Rule::info, "whether both predict the same class",
       [](const Found& found) -> table::Cell {
         if (!found.best) return {};
         return found.class_given == found.best;
       }},
  };
}

// A coordinate axis, divided into cells from low to high.
struct Axis {
  double low = 0, step = 1;
  std::size_t cells = 0;
  [[nodiscard]] double middle(std::size_t i) const {
    return low + (static_cast<double>(i) + 0.5) * step;
  }
};

// A `step` of 0 means that the step was invalid. The ends cannot be checked without a step, so no
// second error is noted.
Axis read_axis(config::Section& section, std::string_view key, double step) {
  constexpr double most_cells = 1000, of_a_step = 1e-6;  // decimal fractions are rounded to double
  const std::vector<double> ends = section.numbers(key);
  if (step == 0) return {};
  const double cells = ends.size() == 2 ? std::round((ends[1] - ends[0]) / step) : 0;
  if (!(cells >= 1 && cells <= most_cells) ||
      std::fabs(ends[0] + cells * step - ends[1]) > of_a_step * step) {
    section.reject(
        key, fmt::format("'{}' is not a whole number of steps of {}", key, step),
        fmt::format("two numbers that are a whole number of steps apart, at most {} steps",
                    most_cells));
    return {};
  }
  return {ends[0], step, static_cast<std::size_t>(cells)};
}

struct Area {
  Axis x1, x2;
  std::size_t examples = 0;
  [[nodiscard]] std::size_t cells() const { return x1.cells * x2.cells; }
  [[nodiscard]] std::size_t points() const { return cells() + examples; }
};

Area read_area(config::Section& section, const inputs::Task& task) {
  double step = section.number("step", config::finite);
  if (!(step >= 1e-6 && step <= 1e6)) {
    section.reject("step", fmt::format("a step of {}", step), "a number from 1e-06 to 1e+06");
    step = 0;
  }
  Area area{read_axis(section, "x1", step), read_axis(section, "x2", step), 0};
  area.examples = section.count("examples", 0, 100'000);
  const inputs::NamedData& data = task.data;
  if (!data.is_known()) return area;
  if (data.features != 2)
    section.reject("data", fmt::format("a point has {} features", data.features),
                   "2 features, because regions are drawn in a plane");
  if (area.examples > data.rows)
    section.reject(
        "examples",
        fmt::format("{} examples are requested, but the data set has {}", area.examples, data.rows),
        "at most all examples");
  return area;
}

// Evaluates the network of seed 0, once it has been trained, at each point of the area.
std::vector<Found> look(const Runs& runs, const Area& area) {
  const inputs::Setup& setup = runs.setup();
  const auto& parameters = runs.all().front().parameters;
  const learn::DataSet& data = setup.task.data.data();
  learn::DataSet points{area.points(), 2, setup.task.data.classes, {}, {}};
  for (std::size_t j = 0; j < area.x2.cells; ++j)
    for (std::size_t i = 0; i < area.x1.cells; ++i)
      points.X.insert(points.X.end(), {area.x1.middle(i), area.x2.middle(j)});
  points.X.insert(points.X.end(), data.X.begin(),
                  data.X.begin() + static_cast<std::ptrdiff_t>(2 * area.examples));
  points.y.resize(points.rows);
  std::vector<std::int32_t> best;
  if (setup.task.data.best) best = setup.task.data.best(points);

  learn::Network<float> network(setup.task.widths(setup.arm.formulation->binary()), 1);
  std::copy(parameters.begin(), parameters.end(), network.parameters().begin());
  constexpr std::size_t at_a_time = 256;  // so that the intermediate results stay in a cache
  auto wide = learn::widened(network, at_a_time);
  const std::vector<double> z = learn::logits(wide, learn::Examples(points));
  const numerics::Rows<const double> logits{z.data(), points.rows, z.size() / points.rows};
  const std::vector<std::int32_t> classes = learn::predictions(logits);
  const std::vector<double> p = inputs::probabilities(logits);
  std::vector<Found> all;
  for (std::size_t n = 0; n < points.rows; ++n) {
    const auto k = static_cast<std::size_t>(classes[n]);
    Found found{.x1 = points.X[2 * n], .x2 = points.X[2 * n + 1]};
    found.probability = logits.columns > 1 ? p[n * logits.columns + k] : k ? p[n] : 1 - p[n];
    if (n >= area.cells()) found.label = data.y[n - area.cells()];
    if (!best.empty()) found.best = best[n];
    if (!std::isnan(found.probability)) found.class_given = classes[n];
    all.push_back(found);
  }
  return all;
}

void add_regions(run::Plan& plan, const Columns& columns, const inputs::Setup& setup,
                 const Area& area) {
  const auto runs = std::make_shared<Runs>(setup, 1);
  const auto regions = std::make_shared<inputs::Lazy<std::vector<Found>>>(
      [runs, area] { return look(*runs, area); });
  const std::size_t batch = plan.cases.size() + 1;
  const auto parts = runs->parts();
  const auto run = [regions](const Point& point) { return regions->get()[point.number - 1]; };
  for (std::size_t number = 1; number <= area.points(); ++number) {
    plan.cases.push_back(inputs::of_runs(
        run::case_of(columns, Point{setup.task.name, setup.arm.name, number}, run, batch), *runs,
        parts));
  }
}

void add_views(table::ResultTable& table, const std::vector<inputs::Arm>& arms) {
  for (const inputs::Arm& arm : arms) {
    const table::Only grid{{"arm", arm.name}, {"label", ""}};
    table.counts.push_back(
        {.title = arm.name +
                  ": number of grid points at which the network agrees with the best classifier",
         .row = "task",
         .column = "as_best",
         .columns = {"yes", "no"},
         .only = grid});
    table.means.push_back(
        {.title = arm.name + ": mean probability of the predicted class at these points",
         .row = "task",
         .cells = {"probability"},
         .only = grid});
  }
}

run::Plan plan(config::Section& config) {
  const auto data = inputs::read_data_sets(config);
  const auto arms = inputs::read_training_arms(config);
  const Columns columns = regions::columns();
  run::Plan plan = inputs::begin_plan(columns.schema(), data, arms);
  inputs::Names names("task");
  for (config::Section& section : config.tables("task")) {
    const inputs::Task task = inputs::read_task(section, data);
    names.add(section, task.name);
    const Area area = read_area(section, task);
    for (const auto& arm : arms) {
      inputs::require_classes(section, "data", arm, task);
      if (arm.formulation != nullptr) add_regions(plan, columns, {task, arm}, area);
    }
  }
  add_views(plan.table, arms);
  return plan;
}

const run::RegisterExperiment registered{
    {"regions", "which class a trained network predicts at the points of a plane", plan}};

}  // namespace
}  // namespace maxtrick::regions
