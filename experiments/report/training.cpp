// Training: loss curves of the arms, and the conditions under which they break.
#include <fmt/format.h>

#include <cmath>

#include "io/matrix.hpp"
#include "io/number.hpp"
#include "report/log_axis.hpp"
#include "report/look.hpp"
#include "report/picture.hpp"

namespace maxtrick::report {
namespace {

constexpr double curve_height = 130, loss_width = 260;

// "loss_7" -> 7; another quantity is none.
std::optional<double> epoch(const std::string& quantity) {
  const std::string loss = "loss_";
  if (!quantity.starts_with(loss)) return std::nullopt;
  return io::parse_number(quantity.substr(loss.size()));
}

Json curves_of_task(const std::string& task, const Json& values, const LogAxis& losses) {
  Json panel = Json::parse(R"json({
    "facet": {"field": "arm", "type": "nominal", "title": null}, "columns": 5,
    "spec": {"width": 118, "layer": [
      {"mark": {"type": "area", "opacity": 0.18}, "encoding": {"y": {"field": "lowest"}, "y2": {"field": "highest"}}},
      {"mark": {"type": "area", "opacity": 0.4}, "encoding": {"y": {"field": "q1"}, "y2": {"field": "q3"}}},
      {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"y": {"field": "median"}}},
      {"transform": [{"filter": "isValid(datum.published)"}],
       "mark": {"type": "point", "shape": "diamond", "filled": true, "size": 36, "color": "#24292f"},
       "encoding": {
  "y" : { "field" : "published" }
}
}
    ]
    }
    })json");
  std::vector<std::string> arms;
  for (const Json& value : values)
    if (value["task"] == task) {
      panel["data"]["values"].push_back(value);
      if (arms.empty() || arms.back() != value["arm"]) arms.push_back(value["arm"]);
    }
  panel["title"] = task;
  panel["spec"]["height"] = curve_height;
  panel["facet"]["sort"] = arms;
  const double last = panel["data"]["values"].back()["epoch"];
  for (Json& layer : panel["spec"]["layer"]) {
    Json& encoding = layer["encoding"];
    encoding["y"].update(losses.channel("loss"));
    encoding["x"] = {{"field", "epoch"},
                     {"type", "quantitative"},
                     {"title", "epoch"},
                     {"axis", {{"grid", false}, {"tickCount", 5}, {"format", "d"}}},
                     {"scale", {{"domain", {1, last}}, {"nice", false}}}};
    if (!layer["mark"].contains("color"))
      encoding["color"] = {
          {"field", "arm"}, {"type", "nominal"}, {"legend", nullptr}, {"scale", colours(arms)}};
  }
  return panel;
}

Drawn draw_curves(const Tables& tables) {
  const table::CommittedTable& table = tables.get("training");
  std::vector<table::Row> loss_rows;
  Json values = Json::array();
  std::vector<double> on_axis;
  Sheet sheet{"Loss by epoch: quartiles over the seeds, and what was published",
              {"task, arm, epoch", "lowest", "first quartile", "median", "third quartile",
               "highest", "published"},
              {}};
  const std::vector<std::string> quantiles{"lowest", "q1", "median", "q3", "highest"};
  for (const table::Row& row : table.rows()) {
    const auto at = epoch(table.cell(row, "quantity"));
    if (!at) continue;
    loss_rows.push_back(row);
    Json value{{"task", table.cell(row, "task")}, {"arm", table.cell(row, "arm")}, {"epoch", *at}};
    std::vector<std::string> line{
        fmt::format("{}, {}, {}", table.cell(row, "task"), table.cell(row, "arm"), *at)};
    for (const std::string& quantile : quantiles) {
      value[quantile] = table.number(row, quantile);
      on_axis.push_back(table.number(row, quantile));
      line.push_back(fmt::format("{:.4g}", table.number(row, quantile)));
    }
    line.push_back(table.cell(row, "published"));
    if (!line.back().empty()) {
      value["published"] = table.number(row, "published");
      on_axis.push_back(table.number(row, "published"));
    }
    sheet.rows.push_back(std::move(line));
    values.push_back(std::move(value));
  }
  if (loss_rows.empty()) throw io::InputError(table.path().string() + ": no loss of an epoch");
  const LogAxis losses(on_axis, {"y", curve_height});
  for (Json& value : values)
    for (const std::string& quantile : quantiles) value[quantile] = losses.place(value[quantile]);
  Json made =
      specification(R"json({"vconcat": [], "resolve": {"scale": {"color": "independent"}}})json");
  made["title"] = {{"text", fmt::format("Loss by epoch, each form from the same {} seeds",
                                        fmt::join(distinct(table, loss_rows, "seeds"), " or "))},
                   {"subtitle",
                    "line: median; dark band: quartiles; light band: lowest to highest; ◆: the "
                    "course lab's printed curves"}};
  for (const std::string& task : distinct(table, loss_rows, "task"))
    made["vconcat"].push_back(curves_of_task(task, values, losses));
  return {made, sheet};
}

Drawn draw_breaking(const Tables& tables) {
  const table::CommittedTable& table = tables.get("breaking");
  const auto arms = distinct(table, table.rows(), "arm"),
             conditions = distinct(table, table.rows(), "condition");
  Json values = Json::array();
  std::vector<double> on_axis;
  const std::vector<std::string> quartiles{"exact_loss_q1", "exact_loss_median", "exact_loss_q3"};
  Sheet sheet{"What becomes of training, by condition and form of the loss",
              {"condition", "arm", "outcome", "seeds that learn", "median accuracy",
               "exact loss: quartiles"},
              {}};
  for (const table::Row& row : table.rows()) {
    Json value{{"condition", table.cell(row, "condition")},
               {"arm", table.cell(row, "arm")},
               {"outcome", table.cell(row, "outcome")},
               {"label", fmt::format("{} {}", table.cell(row, "outcome"),
                                     table.cell(row, "learning_seeds"))},
               {"seeds", table.number(row, "seeds")},
               {"accuracy", table.number(row, "accuracy_median")},
               {"loss", table.cell(row, "exact_loss_median")},
               {"kind", LogAxis::kind(table.number(row, "exact_loss_median"))},
               {"hazard", table.cell(row, "hazard")}};
    for (const std::string& quartile : quartiles) {
      value[quartile] = table.cell(row, quartile);
      on_axis.push_back(table.number(row, quartile));
    }
    sheet.rows.push_back(
        {table.cell(row, "condition"), table.cell(row, "arm"), table.cell(row, "outcome"),
         fmt::format("{} of {}", table.cell(row, "learning_seeds"), table.cell(row, "seeds")),
         table.cell(row, "accuracy_median"),
         fmt::format("{}, {}, {}", table.cell(row, quartiles[0]), table.cell(row, quartiles[1]),
                     table.cell(row, quartiles[2]))});
    values.push_back(std::move(value));
  }
  const LogAxis losses(on_axis, {"x", loss_width});
  for (Json& value : values)
    for (const std::string& quartile : quartiles)
      value[quartile] =
          losses.place(io::parse_number(value[quartile].get<std::string>()).value_or(NAN));
  Json made = specification(R"json({
    "hconcat": [
      {"width": {"step": 66}, "height": {"step": 34},
       "encoding": {
         "x": {"field": "arm", "type": "nominal", "title": null,
               "axis": {"orient": "top", "labelAngle": 0, "grid": false, "ticks": false, "domain": false}},
         "y": {"field": "condition", "type": "nominal", "title": null,
               "axis": {"grid": false, "ticks": false, "domain": false}}},
       "layer": [
         {"mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 1},
          "encoding": {"color": {"field": "outcome", "type": "nominal", "legend": null},
                       "tooltip": [{"field": "condition"}, {"field": "hazard"}, {"field": "arm"}, {"field": "outcome"},
                                   {"field": "accuracy"}, {"field": "loss"}]}},
         {"mark": {"type": "text", "fontSize": 10, "color": "#1b1f23"}, "encoding": {"text": {"field": "label"}}}]},
      {"height": {"step": 34, "for": "position"},
       "layer": [
         {"mark": {"type": "rule", "strokeWidth": 1.2},
          "encoding": {"x": {"field": "exact_loss_q1"}, "x2": {"field": "exact_loss_q3"}}},
         {"mark": {"type": "point", "filled": true, "size": 30},
          "encoding": {"x": {"field": "exact_loss_median"},
                       "shape": {"field": "kind", "type": "nominal", "legend": null,
                                 "scale": {"domain": ["finite", "0", "inf", "NaN"],
                                           "range": ["circle", "triangle-down", "triangle-up", "cross"]}}}}]}
    ],
    "resolve": {"scale": {"color": "independent"}}})json");
  made["title"] = {
      {"text", "Where the obvious loss breaks"},
      {"subtitle",
       fmt::format("left: what becomes of training, and how many of {} seeds learn; right: exact "
                   "loss after it, median and quartiles; NaN and infinite losses in the strip",
                   fmt::join(distinct(table, table.rows(), "seeds"), " or "))}};
  made["data"]["values"] = values;
  Json& cells = made["hconcat"][0];
  cells["encoding"]["x"]["sort"] = arms;
  cells["encoding"]["y"]["sort"] = conditions;
  cells["layer"][0]["encoding"]["color"]["scale"] = colours({"learns", "mixed", "stalls", "nan"});
  Json& dots = made["hconcat"][1];
  dots["width"] = loss_width;
  for (Json& layer : dots["layer"]) {
    Json& encoding = layer["encoding"];
    encoding["x"].update(losses.channel("exact loss after training"));
    encoding["y"] = {
        {"field", "condition"},
        {"type", "nominal"},
        {"title", nullptr},
        {"sort", conditions},
        {"axis", {{"labels", false}, {"ticks", false}, {"grid", true}, {"tickBand", "extent"}}}};
    encoding["yOffset"] = {{"field", "arm"}, {"type", "nominal"}, {"sort", arms}};
    encoding["color"] = {
        {"field", "arm"}, {"type", "nominal"}, {"title", "form"}, {"scale", colours(arms)}};
  }
  dots["layer"].insert(dots["layer"].begin(), losses.strips("exact loss after training"));
  return {made, sheet};
}

}  // namespace

Picture loss_curves() {
  return {"loss-curves",
          "Do the obvious and the preferred loss train differently?",
          "On the course lab's own data they do not: of many seeds of each form both printed "
          "curves lie within the "
          "band, and what parts the lab's two runs is chance.",
          "Loss against epoch on a logarithmic axis, a panel for each task and form of the loss, "
          "with bands over the seeds. "
          "The bands of all forms of a task are alike, and the published curves lie within them. "
          "The figures are in the table below.",
          {"training"},
          draw_curves};
}

Picture breaking() {
  return {"breaking",
          "Where does the obvious loss break?",
          "Conditions that users met: features that nobody normalised, a confident start on "
          "the wrong side, 16 bits. "
          "What takes the logarithm of a probability ends in NaN; a clip hides that and does "
          "not learn; what starts from "
          "the logits learns, unless the learning rate is itself too large.",
          "Conditions by forms of the loss, each cell with the outcome and the number of seeds "
          "that learn; beside it the exact loss after training. The forms that start from the "
          "logits learn under nearly all conditions, the others under few. The figures are in the "
          "table below.",
          {"breaking"},
          draw_breaking};
}

}  // namespace maxtrick::report
