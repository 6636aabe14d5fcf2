#include "report/kernel_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/labels.hpp"
#include "report/look.hpp"

namespace maxtrick::report {
namespace {

const char* const not_right = "wrong, or lost";

double share_of_memcpy(const Timed& one) { return one.of_memcpy ? one.of_memcpy->estimate : NAN; }

LogAxis speed_axis(const std::vector<Timed>& kernels, double width) {
  std::vector<double> all{1};  // memcpy
  for (const Timed& one : kernels) {
    all.push_back(share_of_memcpy(one));
    if (one.of_memcpy) all.insert(all.end(), {one.of_memcpy->low, one.of_memcpy->high});
  }
  return {all, {"x", width}, "inf", "not timed"};
}

LogAxis error_axis(const std::vector<Timed>& kernels, double height) {
  std::vector<double> all;
  for (const Timed& one : kernels) all.insert(all.end(), {one.error_ulp, one.worst_ulp});
  return {all, {"y", height}, not_right};
}

// No other is both at least as accurate and at least as fast.
bool unbeaten(const Timed& one, const std::vector<Timed>& kernels) {
  if (!one.of_memcpy || !(one.worst_ulp < INFINITY)) return false;
  return std::none_of(kernels.begin(), kernels.end(), [&](const Timed& other) {
    if (!other.of_memcpy) return false;
    const bool as_good =
        other.worst_ulp <= one.worst_ulp && share_of_memcpy(other) >= share_of_memcpy(one);
    const bool better =
        other.worst_ulp < one.worst_ulp || share_of_memcpy(other) > share_of_memcpy(one);
    return as_good && better;
  });
}

Json value_of(const Timed& one, const LogAxis& speeds, const LogAxis& errors) {
  Json value{{"op", one.name.op},
             {"kernel", one.name.without_op},
             {"algorithm", one.name.algorithm},
             {"isa", isa_of(one)},
             {"shape", one.shape},
             {"error_ulp", fmt::format("{}", one.error_ulp)},
             {"worst",
              fmt::format("{} on {}: {} ULP", one.worst_outcome, one.worst_logits, one.worst_ulp)},
             {"y", errors.place(one.error_ulp)},
             {"y_worst", errors.place(one.worst_ulp)},
             {"time_ns", fmt::format("{}", one.time_ns)},
             {"times_onednn", one.speed ? table::cell(*one.speed) : ""},
             {"of_memcpy", one.of_memcpy ? table::cell(*one.of_memcpy) : ""},
             {"x", speeds.place(share_of_memcpy(one))}};
  if (one.of_memcpy) {
    value["low"] = one.of_memcpy->low;
    value["high"] = one.of_memcpy->high;
  }
  return value;
}

// The hollow marks lie under the filled ones. Their fill is a field, since the legend of the shapes
// would have one of the mark, which is the ground's.
const char* const point_layers = R"json({"layer": [
  {"mark": {"type": "rule", "strokeWidth": 0.9},
   "encoding": {"x": {"field": "x"}, "y": {"field": "y"}, "y2": {"field": "y_worst"}}},
  {"transform": [{"filter": "isValid(datum.low)"}],
   "mark": {"type": "rule", "strokeWidth": 2.2},
   "encoding": {"x": {"field": "low"}, "x2": {"field": "high"}, "y": {"field": "y"}}},
  {"transform": [{"filter": "datum.y_worst != datum.y"}, {"calculate": "'#ffffff'", "as": "ground"}],
   "mark": {"type": "point", "size": 42, "strokeWidth": 1.5, "opacity": 1},
   "encoding": {"x": {"field": "x"}, "y": {"field": "y_worst"},
    "fill": {"field": "ground", "type": "nominal", "scale": null, "legend": null}}},
  {"mark": {"type": "point", "size": 95, "filled": true, "opacity": 1},
   "encoding": {"x": {"field": "x"}, "y": {"field": "y"},
    "tooltip": [{"field": "op"}, {"field": "kernel"}, {"field": "shape"}, {"field": "error_ulp", "title": "error, ULP"},
                {"field": "worst", "title": "worst of all kinds of logits"}, {"field": "time_ns"},
                {"field": "times_onednn", "title": "times as fast as oneDNN"},
                {"field": "of_memcpy", "title": "share of memcpy's speed"}]}}
]})json";

}  // namespace

KernelPoints::KernelPoints(std::vector<Timed> kernels, double width, double height)
    : kernels_(std::move(kernels)),
      width_(width),
      height_(height),
      speeds_(speed_axis(kernels_, width)),
      errors_(error_axis(kernels_, height)) {}

Json KernelPoints::values() const {
  Json all = Json::array();
  for (const Timed& one : kernels_) all.push_back(value_of(one, speeds_, errors_));
  return all;
}

Json KernelPoints::layers(const std::string& x_title, const std::string& y_title) const {
  Json layers = Json::parse(point_layers)["layer"];
  for (Json& layer : layers) {
    Json& encoding = layer["encoding"];
    encoding["x"].update(speeds_.channel(x_title));
    encoding["y"].update(errors_.channel(y_title));
    tell_apart(layer, kernels_);
  }
  layers.insert(layers.begin(), errors_.strips(y_title));
  layers.insert(layers.begin() + 1, speeds_.strips(x_title));
  Json memcpy = Json::parse(
      R"json({"data": {"values": [{"x": 1}]}, "mark": {"type": "rule", "strokeDash": [5, 3], "color": "#57606a"}})json");
  memcpy["encoding"]["x"] = speeds_.channel(x_title);
  memcpy["encoding"]["x"]["field"] = "x";
  layers.insert(layers.begin() + 2, memcpy);
  return layers;
}

Json KernelPoints::labels() const {
  std::vector<Point> places;
  for (const Timed& one : kernels_) {
    std::string text = one.name.without_op;
    if (one.speed && one.name.algorithm != "onednn")
      text += fmt::format(" ×{:.3g}", one.speed->estimate);
    places.push_back({width_ * speeds_.share(share_of_memcpy(one)),
                      height_ * (1 - errors_.share(one.error_ulp)), text});
  }
  for (const Timed& one : kernels_)  // where a hollow mark is
    places.push_back({width_ * speeds_.share(share_of_memcpy(one)),
                      height_ * (1 - errors_.share(one.worst_ulp)), ""});
  Json values = Json::array();
  const auto placed = place_labels(places, width_, height_);
  for (std::size_t i = 0; i < kernels_.size(); ++i) {
    const double nearer = placed[i].align == "left" ? -3 : placed[i].align == "right" ? 3 : 0;
    values.push_back({{"px", placed[i].x},
                      {"py", placed[i].y},
                      {"align", placed[i].align},
                      {"text", places[i].label},
                      {"unbeaten", unbeaten(kernels_[i], kernels_)},
                      {"away", placed[i].away},
                      {"to_x", places[i].x},
                      {"to_y", places[i].y},
                      {"near_x", placed[i].x + nearer}});
  }
  Json layers = Json::array();
  layers.push_back(Json::parse(R"json({"transform": [{"filter": "datum.away"}],
    "mark": {"type": "rule", "strokeWidth": 0.7, "color": "#8b949e"}, "encoding": {
      "x": {"field": "near_x", "type": "quantitative", "scale": null}, "x2": {"field": "to_x"},
      "y": {"field": "py", "type": "quantitative", "scale": null}, "y2": {"field": "to_y"}}})json"));
  for (const char* align : {"left", "right", "center"})
    for (const bool bold : {false, true}) {
      Json layer = Json::parse(
          R"json({"mark": {"type": "text", "baseline": "middle", "fontSize": 11}, "encoding": {
        "x": {"field": "px", "type": "quantitative", "scale": null},
        "y": {"field": "py", "type": "quantitative", "scale": null}, "text": {"field": "text"}}})json");
      layer["mark"]["align"] = align;
      if (bold) layer["mark"]["fontWeight"] = "bold";
      layer["transform"] = {
          {{"filter", fmt::format("datum.align == '{}' && datum.unbeaten == {}", align, bold)}}};
      layers.push_back(std::move(layer));
    }
  for (Json& layer : layers) layer["data"]["values"] = values;
  Json memcpy = Json::parse(
      R"json({"data": {"values": [{"text": "memcpy"}]}, "mark": {"type": "text", "align": "right",
    "dx": -4, "dy": -6, "baseline": "bottom", "fontSize": 11, "color": "#57606a"}, "encoding": {"text": {"field": "text"}}})json");
  memcpy["encoding"]["x"] = {{"value", width_ * speeds_.share(1)}};
  memcpy["encoding"]["y"] = {{"value", height_}};
  layers.push_back(memcpy);
  return layers;
}

}  // namespace maxtrick::report
