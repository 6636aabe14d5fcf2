// Decision regions: which class a network gives to every point of a plane.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "io/matrix.hpp"
#include "report/look.hpp"
#include "report/picture.hpp"

namespace maxtrick::report {
namespace {

using table::CommittedTable;

// A panel's rows, the grid's by their place, and the grid itself.
struct Panel {
  std::string task, arm;
  std::vector<const table::Row*> grid = {}, examples = {};
  std::vector<double> x1 = {}, x2 = {};  // middles of the cells, rising
  double half = 0.5;                     // of a cell's side
};

std::vector<double> middles(const CommittedTable& table, const std::vector<const table::Row*>& grid,
                            const char* column) {
  std::set<double> all;
  for (const table::Row* row : grid) all.insert(table.number(*row, column));
  return {all.begin(), all.end()};
}

std::vector<Panel> panels(const CommittedTable& table) {
  std::vector<Panel> all;
  for (const table::Row& row : table.rows()) {
    const std::string &task = table.cell(row, "task"), &arm = table.cell(row, "arm");
    if (all.empty() || all.back().task != task || all.back().arm != arm)
      all.push_back({.task = task, .arm = arm});
    (table.cell(row, "label").empty() ? all.back().grid : all.back().examples).push_back(&row);
  }
  // A part of a table may have examples only.
  std::erase_if(all, [](const Panel& panel) { return panel.grid.empty(); });
  if (all.empty())
    throw io::InputError(table.path().string() + ": no point of a grid, which a picture shows");
  for (Panel& panel : all) {
    panel.x1 = middles(table, panel.grid, "x1");
    panel.x2 = middles(table, panel.grid, "x2");
    // Cells are squares.
    for (const auto& middles : {panel.x2, panel.x1})
      if (middles.size() > 1) panel.half = (middles[1] - middles[0]) / 2;
  }
  return all;
}

std::string certainty(double probability) {
  if (std::isnan(probability)) return "NaN";
  return probability >= 0.99 ? "0.99 and more" : probability >= 0.9 ? "0.9 to 0.99" : "below 0.9";
}

// Neighbours along x1 that look alike are one rectangle.
Json cells(const CommittedTable& table, const Panel& panel) {
  Json all = Json::array();
  const double half = panel.half;
  const table::Row* before = nullptr;
  for (const table::Row* row : panel.grid) {
    const double x1 = table.number(*row, "x1"), x2 = table.number(*row, "x2");
    const std::string k = table.cell(*row, "class"),
                      certain = certainty(table.number(*row, "probability"));
    if (before != nullptr && table.number(*before, "x2") == x2 && all.back()["class"] == k &&
        all.back()["probability"] == certain)
      all.back()["to1"] = x1 + half;
    else
      all.push_back({{"x1", x1 - half},
                     {"to1", x1 + half},
                     {"x2", x2 - half},
                     {"to2", x2 + half},
                     {"class", k},
                     {"probability", certain}});
    before = row;
  }
  return all;
}

// Where the best classifier changes its mind: sides of cells.
Json borders(const CommittedTable& table, const Panel& panel) {
  std::map<std::pair<double, double>, std::string> best;
  for (const table::Row* row : panel.grid)
    best[{table.number(*row, "x1"), table.number(*row, "x2")}] = table.cell(*row, "best");
  const double half = panel.half;
  Json all = Json::array();
  const auto add_side = [&](double x1, double to1, double x2, double to2) {
    all.push_back({{"x1", x1}, {"to1", to1}, {"x2", x2}, {"to2", to2}});
  };
  const auto differ = [&](double x1, double x2, double other1, double other2) {
    const auto one = best.find({x1, x2}), other = best.find({other1, other2});
    return one != best.end() && other != best.end() && one->second != other->second;
  };
  for (std::size_t i = 0; i < panel.x1.size(); ++i)
    for (std::size_t j = 0; j < panel.x2.size(); ++j) {
      const double x1 = panel.x1[i], x2 = panel.x2[j];
      if (i > 0 && differ(x1, x2, panel.x1[i - 1], x2))
        add_side(x1 - half, x1 - half, x2 - half, x2 + half);
      if (j > 0 && differ(x1, x2, x1, panel.x2[j - 1]))
        add_side(x1 - half, x1 + half, x2 - half, x2 - half);
    }
  return all;
}

Json points(const CommittedTable& table, const Panel& panel) {
  Json all = Json::array();
  for (const table::Row* row : panel.examples)
    all.push_back({{"x1", table.number(*row, "x1")},
                   {"x2", table.number(*row, "x2")},
                   {"label", table.cell(*row, "label")},
                   {"class", table.cell(*row, "class")}});
  return all;
}

// Of all panels: a colour and a shape for each class, which together differ for forty of them, and
// how strong the colour is.
Json make_scales(const std::vector<std::string>& classes) {
  static const std::vector<std::string> colours{"#0072b2", "#d55e00", "#009a60", "#8c2981",
                                                "#57606a", "#6e4300", "#5b4fa0", "#901542"},
      shapes{"circle", "square", "triangle-up", "diamond", "cross"};
  Json color{{"domain", classes}, {"range", Json::array()}}, shape = color;
  Json opacity{{"domain", {"0.99 and more", "0.9 to 0.99", "below 0.9"}},
               {"range", {0.55, 0.3, 0.12}}};
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const bool none = classes[k] == "nan";
    color["range"].push_back(none ? "#24292f" : colours[k % colours.size()]);
    shape["range"].push_back(shapes[k % shapes.size()]);
    if (!none) continue;
    opacity["domain"].push_back("NaN");
    opacity["range"].push_back(0.55);
  }
  return {{"color", color}, {"shape", shape}, {"opacity", opacity}};
}

Json drawn_panel(const CommittedTable& table, const Panel& panel, const Json& scales) {
  Json made = Json::parse(R"json({
    "layer": [
      {"mark": {"type": "rect"}, "encoding": {
        "x": {"field": "x1"}, "x2": {"field": "to1"}, "y": {"field": "x2"}, "y2": {"field": "to2"},
        "color": {"field": "class", "type": "nominal", "title": "class", "legend": {"orient": "bottom"}},
        "opacity": {"field": "probability", "type": "ordinal", "title": "its probability",
          "legend": {"orient": "bottom", "symbolFillColor": "#57606a", "symbolStrokeWidth": 0},
          "scale": {}}}},
      {"mark": {"type": "rule", "color": "#24292f", "strokeWidth": 1.4}, "encoding": {
        "x": {"field": "x1"}, "x2": {"field": "to1"}, "y": {"field": "x2"}, "y2": {"field": "to2"}}},
      {"mark": {"type": "point", "filled": true, "size": 22, "stroke": "#ffffff", "strokeWidth": 0.5}, "encoding": {
        "x": {"field": "x1"}, "y": {"field": "x2"},
        "color": {"field": "label", "type": "nominal", "title": "class", "legend": {"orient": "bottom"}},
        "shape": {"field": "label", "type": "nominal", "title": "class", "legend": {"orient": "bottom"}},
        "tooltip": [{"field": "x1"}, {"field": "x2"}, {"field": "label"}, {"field": "class"}]}}]})json");
  const double half = panel.half;
  const auto axis = [&](const std::vector<double>& middles, const char* name) {
    return Json{
        {"type", "quantitative"},
        {"title", name},
        {"scale", {{"domain", {middles.front() - half, middles.back() + half}}, {"nice", false}}},
        {"axis", {{"grid", false}, {"tickCount", 6}}}};
  };
  const Json x = axis(panel.x1, "x₁"), y = axis(panel.x2, "x₂");
  for (Json& layer : made["layer"]) {
    Json& encoding = layer["encoding"];
    encoding["x"].update(x);
    encoding["y"].update(y);
    for (const char* channel : {"color", "shape", "opacity"})
      if (encoding.contains(channel)) encoding[channel]["scale"] = scales[channel];
  }
  // Cells of whole pixels have no seams.
  const auto rows = static_cast<double>(panel.x2.size());
  const double pixels = std::max(1., std::round(200 / rows));
  made["height"] = pixels * rows;
  made["width"] = pixels * static_cast<double>(panel.x1.size());
  made["title"] = {{"text", panel.task + ", " + panel.arm}, {"frame", "group"}};
  made["layer"][0]["data"]["values"] = cells(table, panel);
  made["layer"][1]["data"]["values"] = borders(table, panel);
  made["layer"][2]["data"]["values"] = points(table, panel);
  return made;
}

// By the best classifier's classes: how often the network's is the same, and how sure it is.
void add_lines(const CommittedTable& table, const Panel& panel, Sheet& sheet) {
  struct Tally {
    std::size_t points = 0, same = 0, examples = 0, right = 0;
    double probabilities = 0;
  };
  std::map<std::string, Tally> by_class;
  for (const table::Row* row : panel.grid) {
    Tally& tally = by_class[table.cell(*row, "best")];
    ++tally.points;
    tally.same += table.cell(*row, "as_best") == "yes";
    tally.probabilities += table.number(*row, "probability");
  }
  for (const table::Row* row : panel.examples) {
    Tally& tally = by_class[table.cell(*row, "label")];
    ++tally.examples;
    tally.right += table.cell(*row, "class") == table.cell(*row, "label");
  }
  for (const auto& [k, tally] : by_class)
    sheet.rows.push_back(
        {fmt::format("{}, {}, class {}", panel.task, panel.arm, k), fmt::format("{}", tally.points),
         fmt::format("{}", tally.same),
         tally.points == 0
             ? ""
             : fmt::format("{:.4g}", tally.probabilities / static_cast<double>(tally.points)),
         fmt::format("{}", tally.examples), fmt::format("{}", tally.right)});
}

Drawn draw_regions(const Tables& tables) {
  const CommittedTable& table = tables.get("regions");
  std::vector<std::string> classes;
  for (const char* column : {"label", "best", "class"})
    for (const std::string& k : distinct(table, table.rows(), column))
      if (!k.empty() && std::find(classes.begin(), classes.end(), k) == classes.end())
        classes.push_back(k);
  // Numbers, and nan after them.
  std::sort(classes.begin(), classes.end(), [](const std::string& a, const std::string& b) {
    return std::tuple(a == "nan", a.size(), a) < std::tuple(b == "nan", b.size(), b);
  });
  const Json scales = make_scales(classes);
  Json made = specification(R"json({"hconcat": [], "spacing": 24})json");
  made["title"] = {
      {"text", "The class that a trained network gives to every point"},
      {"subtitle",
       "colour: the network's class, the fainter the less probable; line: where the best "
       "classifier changes its class; marks: examples by their label"}};
  Sheet sheet{"Points of the grid by the best classifier's class, and examples by their label",
              {"task, arm, class", "points", "of these the network's too",
               "mean probability of its class", "examples", "of these right"},
              {}};
  for (const Panel& panel : panels(table)) {
    made["hconcat"].push_back(drawn_panel(table, panel, scales));
    add_lines(table, panel, sheet);
  }
  return {made, sheet};
}

}  // namespace

Picture regions() {
  return {
      "regions",
      "Where does a network decide for which class?",
      "Softmax keeps the order of the logits, so the regions are those of the largest logit. A "
      "linear layer parts the plane by straight lines, whatever follows it: it finds no circle. "
      "Two hidden layers bend them. Where two classes have nearly the same logit the "
      "probability is low and the colour faint.",
      "Three planes coloured by class: the four blobs of the lab, parted as by the best "
      "classifier, whose borders are drawn as lines, where there are examples, and otherwise far "
      "from them; the two circles found by a network with two hidden layers; the same circles "
      "missed by a linear layer.",
      {"regions"},
      draw_regions};
}

}  // namespace maxtrick::report
