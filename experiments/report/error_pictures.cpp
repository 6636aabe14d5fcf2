// Errors of every variant in float32, against the spread of the logits and against the classes.
#include <fmt/format.h>

#include <algorithm>

#include "io/number.hpp"
#include "report/errors.hpp"
#include "report/look.hpp"

namespace maxtrick::report {
namespace {

constexpr double panel_width = 148, panel_height = 150;

// "normal-30" -> 30, the standard deviation of the logits; other distributions have none.
std::optional<double> spread(const std::string& distribution) {
  const std::string normal = "normal-";
  if (!distribution.starts_with(normal)) return std::nullopt;
  return io::parse_number(distribution.substr(normal.size()));
}

std::string short_name(double at) {
  return at < 1e4 ? fmt::format("{}", at) : fmt::format("{:.0f}k", at / 1000);
}

// Ticks where there are values; from the left, those that have room for it have a label.
Json abscissa(const std::string& title, const std::vector<double>& all) {
  const double low = all.front() / 1.3, high = all.back() * 1.3;
  std::string names;
  double taken = -panel_width;
  for (const double at : all) {
    const std::string name = short_name(at);
    const double middle = panel_width * std::log(at / low) / std::log(high / low),
                 half = 3.1 * static_cast<double>(name.size()) + 2;
    if (middle - half < taken) continue;
    taken = middle + half;
    names += fmt::format("datum.value=={}?'{}':", at, name);
  }
  return {{"field", "at"},
          {"type", "quantitative"},
          {"title", title},
          {"scale", {{"type", "log"}, {"domain", {low, high}}, {"nice", false}}},
          {"axis",
           {{"values", all},
            {"labelOverlap", false},
            {"labelFlush", false},
            {"labelExpr", names + "''"},
            {"grid", false}}}};
}

// Band, theory's bound dashed, line and dots. Nothing is filtered but what has no number at all: a
// band or line without the infinite would be the better the more of it breaks.
const char* const layers = R"json([
  {"mark": {"type": "area", "opacity": 0.22},
   "encoding": {"y": {"field": "drawn", "aggregate": "min"}, "y2": {"field": "drawn", "aggregate": "max"}}},
  {"transform": [{"filter": "isValid(datum.drawn_bound_u)"}],
   "mark": {"type": "line", "strokeDash": [4, 3], "color": "#24292f", "strokeWidth": 1.2},
   "encoding": {"y": {"field": "drawn_bound_u", "aggregate": "max"}}},
  {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"y": {"field": "drawn", "aggregate": "max"}}},
  {"mark": {"type": "point", "filled": true},
   "encoding": {"y": {"field": "drawn"},
    "shape": {"field": "kind", "type": "nominal", "legend": null,
     "scale": {"domain": ["finite", "0", "beyond", "inf", "NaN"],
               "range": ["circle", "triangle-down", "diamond", "triangle-up", "cross"]}},
    "size": {"condition": {"test": "datum.kind == 'finite'", "value": 9}, "value": 44},
    "tooltip": [{"field": "variant"}, {"field": "distribution"}, {"field": "classes"}, {"field": "outcome"},
                {"field": "error_ulp", "title": "largest error, ULP"},
                {"field": "norm_error_u", "title": "norm-wise error, u"},
                {"field": "bound_u", "title": "theory's bound, u"}]}},
  {"mark": {"type": "point", "size": 34, "color": "#24292f", "strokeWidth": 1},
   "encoding": {"y": {"field": "drawn_norm_error_u", "aggregate": "max"},
    "shape": {"field": "theory", "type": "nominal", "legend": null,
     "scale": {"domain": ["bounded", "not bounded"], "range": ["diamond", "square"]}}}}
])json";

// A panel for each algorithm of an op.
Json panels(const std::string& op, const Errors& errors, const std::string& axis_title) {
  std::vector<std::string> algorithms;
  Json own = Json::array();
  for (const Json& value : errors.values) {
    if (value["op"] != op) continue;
    own.push_back(value);
    const std::string algorithm = value["algorithm"];
    if (std::find(algorithms.begin(), algorithms.end(), algorithm) == algorithms.end())
      algorithms.push_back(algorithm);
  }
  const std::string title = "error (ULP; ◇ □: u)";
  Json made = Json::parse(layers);
  for (Json& layer : made) {
    Json& encoding = layer["encoding"];
    encoding["x"] = abscissa(axis_title, errors.abscissae);
    encoding["y"].update(errors.axis.channel(title));
    if (!layer["mark"].contains("color"))
      encoding["color"] = {{"field", "algorithm"},
                           {"type", "nominal"},
                           {"scale", colours(algorithms)},
                           {"legend", nullptr}};
  }
  made.insert(made.begin(), errors.axis.strips(title));
  return {{"title", op},
          {"data", {{"values", own}}},
          {"resolve", {{"scale", {{"shape", "independent"}}}}},
          {"facet",
           {{"field", "algorithm"}, {"type", "nominal"}, {"title", nullptr}, {"sort", algorithms}}},
          {"columns", 4},
          {"spec",
           {{"width", panel_width},
            {"height", panel_height},
            {"resolve", {{"scale", {{"shape", "independent"}}}}},
            {"layer", made}}}};
}

Drawn draw_errors(const Tables& tables, const ErrorView& view) {
  const Errors found = errors(tables, view, panel_height);
  Json made = specification(R"json({"resolve": {"scale": {"color": "independent"}}})json");
  made["title"] = {
      {"text", fmt::format("Largest error against {}, float32", view.title)},
      {"subtitle",
       {fmt::format("line: the worst of all {} {}; band and dots: each of them; ▼ less, ◆ more, ▲ "
                    "infinite, ✚ NaN",
                    found.pooled, view.pooled),
        "◇: the largest norm-wise error, in units of the roundoff u; dashed: theory's bound on it; "
        "□: where theory has none"}}};
  made["vconcat"] = Json::array();
  for (const std::string& op : found.ops) made["vconcat"].push_back(panels(op, found, view.axis));
  return {made, found.sheet};
}

constexpr const char* alternative =
    "A panel for each algorithm of softmax, log-softmax and log-sum-exp: largest error in ULP on a "
    "logarithmic axis against the {}, with the worst as a line, a band over the {}, theory's bound "
    "as a dashed line, and infinite and NaN errors in strips at the top, into which the line of "
    "what "
    "overflows leads. The figures are in the table below.";

}  // namespace

Picture error_against_spread() {
  const ErrorView view{"standard deviation of the logits",
                       "standard deviation",
                       "classes",
                       "numbers of classes",
                       "Errors in float32, by standard deviation of the logits: the worst, the "
                       "norm-wise and its bound, and those of each number of classes",
                       [](const table::CommittedTable& table, const table::Row& row) {
                         return spread(table.cell(row, "distribution"));
                       }};
  return {
      "error-against-spread",
      "How wrong is each variant as the logits spread?",
      "Normal logits of standard deviation 1 are those of a network at the start of training, "
      "10 those of a trained one, 30 those of a sure one. What rounds x − max before the "
      "exponential loses the more the larger that difference is; naive forms overflow, and their "
      "line ends in the strip; what flushes small results to 0 loses all their digits. Only the "
      "components' errors are in ULP: theory's bound, dashed, speaks of the largest error of a "
      "row by its largest output, which the diamonds show. A square is such an error where "
      "theory promises nothing: of a library, where something over- or underflowed, or where the "
      "logits cancel.",
      fmt::format(alternative, "standard deviation of the logits", "numbers of classes"),
      {"accuracy"},
      [view](const Tables& tables) { return draw_errors(tables, view); }};
}

Picture error_against_classes() {
  const ErrorView view{
      "number of classes",
      "classes",
      "distribution",
      "distributions of the logits",
      "Errors in float32, by number of classes: the worst, the norm-wise and its bound, and those "
      "of "
      "each distribution of the logits",
      [](const table::CommittedTable& table, const table::Row& row) -> std::optional<double> {
        return table.number(row, "classes");
      }};
  return {
      "error-against-classes",
      "How wrong is each variant as the classes grow?",
      "A plain loop adds up the roundings of the denominator, and the more classes there are the "
      "further off it may be: the dashed bound of the plain forms grows with the classes. That "
      "of accurate, whose sums are compensated, does not.",
      fmt::format(alternative, "number of classes", "distributions of the logits"),
      {"accuracy"},
      [view](const Tables& tables) { return draw_errors(tables, view); }};
}

}  // namespace maxtrick::report
