// What x - max leaves out: observed and predicted.
#include <fmt/format.h>

#include <algorithm>

#include "report/log_axis.hpp"
#include "report/look.hpp"
#include "report/picture.hpp"

namespace maxtrick::report {
namespace {

constexpr double gap_height = 260;

// The error against the gap, and the ratio of observed and predicted below it.
Json against_gap(const table::CommittedTable& table, Sheet& sheet) {
  Json values = Json::array(), classes = Json::array();
  std::vector<double> on_axis;
  for (const table::Row& row : table.rows()) {
    if (table.cell(row, "variant") != "log_softmax.x_minus_max.scalar" ||
        table.cell(row, "dtype") != "float32")
      continue;
    const double observed = table.number(row, "leader_absolute_error"),
                 predicted = table.number(row, "method_error");
    on_axis.insert(on_axis.end(), {observed, predicted});
    Json value{{"gap", table.number(row, "gap")},
               {"classes", table.number(row, "classes")},
               {"observed", table.cell(row, "leader_absolute_error")},
               {"predicted", table.cell(row, "method_error")},
               {"drawn_observed", observed},
               {"drawn_predicted", predicted},
               {"ratio_defect", (table.number(row, "observed_over_method") - 1) * 0x1p52}};
    sheet.rows.push_back({"error at gap " + table.cell(row, "gap"), "float32",
                          table.cell(row, "classes"), fmt::format("{:.4g}", observed),
                          fmt::format("{:.4g}", predicted),
                          fmt::format("{:.4g}", table.number(row, "observed_over_method")),
                          fmt::format("{:g}", value["ratio_defect"].get<double>())});
    if (std::find(classes.begin(), classes.end(), value["classes"]) == classes.end())
      classes.push_back(value["classes"]);
    values.push_back(std::move(value));
  }
  std::sort(classes.begin(), classes.end());
  const LogAxis errors(on_axis, {"y", gap_height});
  for (Json& value : values)
    for (const char* which : {"drawn_observed", "drawn_predicted"})
      value[which] = errors.place(value[which]);
  Json made = Json::parse(R"json({
    "vconcat": [
      {"title": "Error of x − max as the leader's log-probability, float32 (lines: predicted, dots: observed)",
       "width": 620, "layer": [
        {"mark": {"type": "line", "strokeWidth": 1.2}, "encoding": {"y": {"field": "drawn_predicted"}}},
        {"mark": {"type": "point", "filled": true, "size": 24}, "encoding": {
          "y": {"field": "drawn_observed"},
          "tooltip": [{"field": "gap"}, {"field": "classes"}, {"field": "observed"}, {"field": "predicted"}]}}]
},
      {"width": 620, "height": 60, "mark": {"type": "point", "filled": true, "size": 24}, "encoding": {
        "y": {"field": "ratio_defect", "type": "quantitative", "title": ["observed / predicted", "− 1, in 2⁻⁵²"],
              "axis": {"tickCount": 5}}}}
    ]
})json");
  const Json x{{"field", "gap"},
               {"type", "quantitative"},
               {"title", "gap: lead of the largest logit"},
               {"axis", {{"tickCount", 10}}},
               {"scale", {{"nice", false}}}};
  const Json colour{{"field", "classes"},
                    {"type", "nominal"},
                    {"scale", in_order(classes)},
                    {"title", "classes"}};
  Json shape = colour;
  shape["scale"] = {{"domain", classes}};
  made["data"]["values"] = values;
  made["vconcat"][0]["height"] = gap_height;
  for (Json& layer : made["vconcat"][0]["layer"]) {
    layer["encoding"]["y"].update(errors.channel("|error|"));
    layer["encoding"]["x"] = x;
    layer["encoding"]["color"] = colour;
    if (layer["mark"]["type"] == "point") layer["encoding"]["shape"] = shape;
  }
  made["vconcat"][0]["layer"].insert(made["vconcat"][0]["layer"].begin(), errors.strips("|error|"));
  made["vconcat"][1]["encoding"]["x"] = x;
  made["vconcat"][1]["encoding"]["color"] = colour;
  made["vconcat"][1]["encoding"]["shape"] = shape;
  return made;
}

// From which gap on it is good enough, against the classes.
Json thresholds(const table::CommittedTable& table, Sheet& sheet) {
  Json made = Json::parse(R"json({
    "title": "From which gap on it will do (line: predicted, dots: observed), and observed over predicted",
    "vconcat": [
      {"facet": {"column": {"field": "criterion", "type": "nominal", "title": null}},
       "spec": {"width": 180, "height": 150, "layer": [
         {"mark": {"type": "line", "strokeWidth": 1.2}, "encoding": {"y": {"field": "predicted_gap"}}},
         {"mark": {"type": "point", "size": 40}, "encoding": {"y": {"field": "from_gap"}}}]}},
      {"facet": {"column": {"field": "criterion", "type": "nominal", "title": null, "header": {"labels": false}}},
       "spec": {"width": 180, "height": 70, "layer": [
         {"mark": {"type": "point", "size": 40}, "encoding": {
           "y": {"field": "ratio", "scale": {"zero": false}}}}]}}
    ]})json");
  Json& values = made["data"]["values"];
  values = Json::array();
  for (const table::Row& row : table.rows()) {
    const double observed = table.number(row, "from_gap"),
                 predicted = table.number(row, "predicted_gap");
    Json value{{"criterion", table.cell(row, "criterion")},
               {"dtype", table.cell(row, "dtype")},
               {"classes", table.number(row, "classes")},
               {"from_gap", observed},
               {"predicted_gap", predicted},
               {"ratio", observed / predicted}};
    sheet.rows.push_back({"gap for " + table.cell(row, "criterion"), table.cell(row, "dtype"),
                          table.cell(row, "classes"), table.cell(row, "from_gap"),
                          fmt::format("{:.4g}", predicted),
                          fmt::format("{:.4g}", observed / predicted), ""});
    values.push_back(std::move(value));
  }
  const Json x{
      {"field", "classes"},
      {"type", "quantitative"},
      {"title", "classes"},
      {"scale", {{"type", "log"}, {"domain", {1.6, 200000}}, {"nice", false}}},
      {"axis",
       {{"values", {2, 10, 100, 1000, 10000, 100000}},
        {"grid", false},
        {"labelExpr", "datum.value >= 1e4 ? round(datum.value / 1000) + 'k' : datum.value + ''"}}}};
  const Json dtypes{{"domain", {"float64", "float32", "float16", "bfloat16"}},
                    {"range", {"#24292f", "#0072b2", "#d55e00", "#009e73"}}};
  for (Json& panel : made["vconcat"])
    for (Json& layer : panel["spec"]["layer"]) {
      Json& encoding = layer["encoding"];
      encoding["x"] = x;
      encoding["y"]["type"] = "quantitative";
      encoding["y"]["title"] =
          encoding["y"]["field"] == "ratio" ? Json({"observed /", "predicted"}) : Json("gap");
      encoding["color"] = {
          {"field", "dtype"}, {"type", "nominal"}, {"title", "type"}, {"scale", dtypes}};
      if (layer["mark"]["type"] == "point")
        encoding["shape"] = {{"field", "dtype"},
                             {"type", "nominal"},
                             {"title", "type"},
                             {"scale", {{"domain", dtypes["domain"]}}}};
    }
  return made;
}

}  // namespace

Picture x_minus_max() {
  return {
      "x-minus-max",
      "When is x − max good enough for log-softmax?",
      "It leaves out log(1 + (classes − 1) e^−gap), where all other logits are equal: no "
      "exponential, no logarithm, "
      "and an error that can be foretold: observed over predicted is 1 to the last digits (the gap "
      "from which a criterion holds is found on a grid). It gives 0 for the "
      "leader at every gap, so never use it where the leader's own log-probability counts, as "
      "in a loss.",
      "The error of x − max falls exponentially with the gap: dots of the "
      "observed error lie on the predicted lines, one for each number of classes. Below, the gap "
      "from "
      "which each criterion holds against the number of classes: observed on predicted. The "
      "figures are "
      "in the table below.",
      {"log_softmax", "x_minus_max"},
      [](const Tables& tables) {
        Drawn drawn{
            specification(
                R"json({"resolve": {"scale": {"color": "independent", "shape": "independent"}}})json"),
            {}};
        drawn.sheet = {
            "The error of x − max by gap, and the gap from which it is good enough: "
            "observed (gaps on their grid), predicted, and their ratio",
            {"what", "type", "classes", "observed", "predicted", "observed / predicted",
             "that − 1, in 2⁻⁵²"},
            {}};
        Json gaps = against_gap(tables.get("log_softmax"), drawn.sheet);
        drawn.specification["vconcat"] = {std::move(gaps),
                                          thresholds(tables.get("x_minus_max"), drawn.sheet)};
        return drawn;
      }};
}

}  // namespace maxtrick::report
