// Softmax over two logits, as a surface and from above.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "numerics/rows.hpp"
#include "ops/registry.hpp"
#include "report/look.hpp"
#include "report/picture.hpp"

namespace maxtrick::report {
namespace {

// The probability of the first class, by the project's own softmax, whose bits are promised.
double first_of(double z1, double z2) {
  static const ops::Variant& softmax = *ops::find_variant("softmax.accurate.scalar");
  const std::array<float, 2> logits{static_cast<float>(z1), static_cast<float>(z2)};
  std::array<float, 2> p{};
  softmax.float32({.logits = numerics::one_row(std::span<const float>(logits)),
                   .result = numerics::one_row(std::span<float>(p))});
  return static_cast<double>(p[0]);
}

constexpr double reach = 4;  // of both logits, each way

// Seen from a corner above, in the picture's plane: to the right, and up.
Json seen(double z1, double z2, double p) {
  const auto rounded = [](double v) { return std::round(v * 1000) / 1000; };
  return {rounded((z1 - z2) * 0.87), rounded((z1 + z2) * -0.36 + p * 4.5)};
}

Json shape(const char* type, Json coordinates) {
  return {{"type", "Feature"},
          {"geometry", {{"type", type}, {"coordinates", std::move(coordinates)}}}};
}

Json labelled(const Json& at, const std::string& text) {
  return {{"u", at[0]}, {"v", at[1]}, {"text", text}};
}

// The patches of the surface, the far ones first, so that the near ones cover them.
Json surface_panel() {
  constexpr int patches = 16;
  const auto z = [](int i) { return -reach + 2 * reach * i / patches; };
  Json faces = Json::array();
  for (int sum = 0; sum <= 2 * (patches - 1); ++sum)
    for (int i = std::max(0, sum - patches + 1); i <= std::min(sum, patches - 1); ++i) {
      Json corners = Json::array();
      double p = 0;
      for (const auto& [di, dj] :
           std::array<std::array<int, 2>, 5>{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}}) {
        const double z1 = z(i + di), z2 = z(sum - i + dj);
        corners.push_back(seen(z1, z2, first_of(z1, z2)));
        if (corners.size() < 5) p += first_of(z1, z2) / 4;
      }
      Json face = shape("Polygon", Json::array({corners}));
      face["p"] = std::round(p * 1e4) / 1e4;
      faces.push_back(std::move(face));
    }
  Json frame = Json::array();
  for (const double p : {0., 1.})
    frame.push_back(
        shape("LineString", {seen(-reach, -reach, p), seen(reach, -reach, p), seen(reach, reach, p),
                             seen(-reach, reach, p), seen(-reach, -reach, p)}));
  for (const double z1 : {-reach, reach})
    for (const double z2 : {-reach, reach})
      frame.push_back(shape("LineString", {seen(z1, z2, 0), seen(z1, z2, 1)}));
  Json labels = Json::array();
  for (const double at : {-reach, 0., reach}) {
    labels.push_back(labelled(seen(at, reach + 0.9, 0), fmt::format("{}", at)));
    labels.push_back(labelled(seen(reach + 0.9, at, 0), fmt::format("{}", at)));
  }
  labels.push_back(labelled(seen(-1.6, reach + 2.4, 0), "z₁"));
  labels.push_back(labelled(seen(reach + 2.4, -1.6, 0), "z₂"));
  for (const double p : {0., 0.5, 1.})
    labels.push_back(labelled(seen(-reach - 0.8, reach + 0.2, p), fmt::format("{}", p)));
  Json panel = Json::parse(R"json({
    "title": "P(t = 1 | z₁, z₂)", "width": 330, "height": 300,
    "projection": {"type": "identity", "reflectY": true},
    "layer": [
      {"mark": {"type": "geoshape", "filled": false, "stroke": "#8b949e", "strokeWidth": 0.6}},
      {"mark": {"type": "geoshape", "stroke": "#24292f", "strokeWidth": 0.35},
       "encoding": {"color": {"field": "p", "type": "quantitative", "scale": {"scheme": "viridis", "domain": [0, 1]},
                              "legend": null}}},
      {"mark": {"type": "text", "fontSize": 11}, "encoding": {
        "longitude": {"field": "u", "type": "quantitative"}, "latitude": {"field": "v", "type": "quantitative"},
        "text": {"field": "text"}}}]
})json");
  panel["layer"][0]["data"]["values"] = frame;
  panel["layer"][1]["data"]["values"] = faces;
  panel["layer"][2]["data"]["values"] = labels;
  return panel;
}

// From above, with lines of equal probability: z1 - z2 = log(p / (1 - p)), since a common offset
// changes nothing.
Json map_panel() {
  constexpr int cells = 32;
  constexpr double width = 2 * reach / cells;
  Json squares = Json::array(), lines = Json::array(), names = Json::array();
  for (int i = 0; i < cells; ++i)
    for (int j = 0; j < cells; ++j) {
      const double z1 = -reach + i * width, z2 = -reach + j * width;
      squares.push_back({{"z1", z1},
                         {"z2", z2},
                         {"to1", z1 + width},
                         {"to2", z2 + width},
                         {"p", std::round(first_of(z1 + width / 2, z2 + width / 2) * 1e5) / 1e5}});
    }
  for (const double p : {0.01, 0.1, 0.5, 0.9, 0.99}) {
    const double lead = std::log(p / (1 - p));
    const double from = std::max(-reach, -reach + lead), to = std::min(reach, reach + lead);
    for (const double z1 : {from, to})
      lines.push_back({{"level", p},
                       {"z1", std::round(z1 * 1e6) / 1e6},
                       {"z2", std::round((z1 - lead) * 1e6) / 1e6}});
    const double middle = (from + to) / 2;
    names.push_back({{"level", fmt::format("{}", p)},
                     {"z1", std::round(middle * 1e6) / 1e6},
                     {"z2", std::round((middle - lead) * 1e6) / 1e6}});
  }
  Json panel = Json::parse(R"json({
    "title": "from above, with lines of equal probability", "width": 300, "height": 300,
    "layer": [
      {"mark": {"type": "rect", "strokeWidth": 0.7}, "encoding": {
        "x": {"field": "z1", "type": "quantitative", "title": "z₁", "scale": {"domain": [-4, 4], "nice": false}},
        "x2": {"field": "to1"},
        "y": {"field": "z2", "type": "quantitative", "title": "z₂", "scale": {"domain": [-4, 4], "nice": false}},
        "y2": {"field": "to2"},
        "color": {"field": "p", "type": "quantitative", "title": "P(t = 1)",
                  "scale": {"scheme": "viridis", "domain": [0, 1]}},
        "stroke": {"field": "p", "type": "quantitative", "legend": null,
                   "scale": {"scheme": "viridis", "domain": [0, 1]}},
        "tooltip": [{"field": "z1"}, {"field": "z2"}, {"field": "p"}]}},
      {"mark": {"type": "line", "color": "#000000", "strokeWidth": 3.5, "opacity": 0.6}, "encoding": {
        "x": {"field": "z1", "type": "quantitative"}, "y": {"field": "z2", "type": "quantitative"},
        "detail": {"field": "level", "type": "nominal"}}},
      {"mark": {"type": "line", "color": "#fffffe", "strokeWidth": 1.5}, "encoding": {
        "x": {"field": "z1", "type": "quantitative"}, "y": {"field": "z2", "type": "quantitative"},
        "detail": {"field": "level", "type": "nominal"}}},
      {"mark": {"type": "text", "fontSize": 11, "fontWeight": "bold", "color": "#fffffe", "stroke": "#000000",
                "strokeWidth": 3, "strokeOpacity": 0.6}, "encoding": {
        "x": {"field": "z1", "type": "quantitative"}, "y": {"field": "z2", "type": "quantitative"},
        "text": {"field": "level"}}},
      {"mark": {"type": "text", "fontSize": 11, "fontWeight": "bold", "color": "#fffffe"}, "encoding": {
        "x": {"field": "z1", "type": "quantitative"}, "y": {"field": "z2", "type": "quantitative"},
        "text": {"field": "level"}}}]})json");
  panel["layer"][0]["data"]["values"] = squares;
  for (const std::size_t line : {1U, 2U}) panel["layer"][line]["data"]["values"] = lines;
  for (const std::size_t name : {3U, 4U}) panel["layer"][name]["data"]["values"] = names;
  return panel;
}

Drawn draw_surface(const Tables&) {
  Json made =
      specification(R"json({"spacing": 30, "resolve": {"scale": {"color": "independent"}}})json");
  made["hconcat"] = {surface_panel(), map_panel()};
  Sheet sheet{"P(t = 1) by the two logits (rows z₁, columns z₂)", {"z₁"}, {}};
  for (double z2 = -reach; z2 <= reach; z2 += 2) sheet.header.push_back(fmt::format("{}", z2));
  for (double z1 = -reach; z1 <= reach; z1 += 2) {
    std::vector<std::string> line{fmt::format("{}", z1)};
    for (double z2 = -reach; z2 <= reach; z2 += 2)
      line.push_back(fmt::format("{:.5g}", first_of(z1, z2)));
    sheet.rows.push_back(std::move(line));
  }
  return {made, sheet};
}

}  // namespace

Picture surface() {
  return {"surface",
          "What does softmax look like over two logits?",
          "The probability of the first of two classes rises along z₁ − z₂ only, as the logistic "
          "function of it: a common "
          "offset changes nothing, which is why the largest logit may be subtracted before the "
          "exponential.",
          "The surface of P(t = 1) over two logits from −4 to 4: flat near 0 where z₂ leads, flat "
          "near 1 where z₁ "
          "leads, a slope between; beside it the same from above, where lines of equal probability "
          "are parallel to the "
          "diagonal.",
          {},
          draw_surface};
}

}  // namespace maxtrick::report
