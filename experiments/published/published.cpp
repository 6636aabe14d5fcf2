// Experiment `published`: recomputes the figures that the teaching documents print. The table has
// one row for each figure. A figure agrees if rounding or, failing that, truncating the computed
// numbers to the printed digits gives the printed ones.
#include <fmt/format.h>

#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "published/figure.hpp"
#include "published/trained.hpp"

namespace maxtrick::published {
namespace {

using published::Figure;
using published::Formula;

void read_expected(config::Section& section, Figure& figure) {
  published::Expectation expected = published::read_expectation(section);
  figure.claim = std::move(expected.claim);
  figure.limits = expected.limits;
  figure.printed = std::move(expected.printed);
  if (!section.has("claim") && section.has("input_half_unit")) {
    figure.input_half_unit = section.number("input_half_unit", {1e-300, 1e300});
    if (figure.formula && (figure.formula->name != "softmax" || !figure.reduce.empty()))
      section.reject("input_half_unit", "only softmax can be computed over a range of logits",
                     "formula = \"softmax\" without 'reduce'");
  }
}

// Checks the number of results before anything runs. This computes the figure, which takes
// microseconds.
void require_as_many_as_printed(config::Section& section, const Figure& figure) {
  const bool labelled = !figure.formula || !figure.formula->needs_labels ||
                        figure.given.labels.size() == figure.given.input.size();
  if (!figure.formula || figure.printed.empty() || !labelled) return;
  const std::size_t n = published::compute(figure).size();
  if (n != figure.printed.size())
    section.reject("printed",
                   fmt::format("{} printed figures for {} results", figure.printed.size(), n),
                   "one for each result");
}

Figure read_figure(config::Section& section) {
  Figure figure;
  figure.id = inputs::read_name(section, "id");
  figure.what = section.text("what");
  if (section.has("note")) figure.note = section.text("note");
  figure.formula = inputs::read_one(section, "formula", published::formulas());
  if (section.has("reduce")) figure.reduce = section.choice("reduce", published::reductions());
  figure.given.input = section.matrix("input");
  if (figure.formula && figure.formula->needs_labels) {
    figure.given.labels = section.numbers("labels");
    if (figure.given.labels.size() != figure.given.input.size())
      section.reject("labels",
                     fmt::format("{} labels for {} rows", figure.given.labels.size(),
                                 figure.given.input.size()),
                     "one label for each row");
    for (std::size_t i = 0; i < figure.given.labels.size(); ++i) {
      const double y = figure.given.labels[i];
      if (!figure.given.input.empty() &&
          !(y >= 0 && y < static_cast<double>(figure.given.input[0].size()) && y == std::floor(y)))
        section.reject("labels", i, fmt::format("label {} is not a class", y),
                       fmt::format("0 to {}", figure.given.input[0].size() - 1));
    }
  }
  read_expected(section, figure);
  require_as_many_as_printed(section, figure);
  return figure;
}

run::Plan plan(config::Section& config) {
  const Columns columns = published::columns();
  run::Plan plan = inputs::begin_plan(columns.schema());
  inputs::Names ids("figure");
  for (config::Section& section : config.tables("figure")) {
    Figure figure = read_figure(section);
    ids.add(section, figure.id, "id");
    const Point point = point_of(figure);
    plan.cases.push_back(run::case_of(
        columns, point, [figure = std::move(figure)](const Point&) { return evaluate(figure); }));
  }
  published::add_trained(plan, columns, config, ids);
  return plan;
}

const run::RegisterExperiment registered{
    {"published", "the figures printed in the teaching documents, recomputed", plan}};

}  // namespace
}  // namespace maxtrick::published
