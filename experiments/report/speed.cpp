// Speed against classes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/log_axis.hpp"
#include "report/look.hpp"
#include "report/picture.hpp"
#include "report/timed.hpp"

namespace maxtrick::report {
namespace {

// A row of float32 that fills it.
Json cache_marks(const std::vector<Cache>& all, double most_classes) {
  Json marks = Json::array();
  for (const Cache& cache : all)
    if (cache.bytes / 4 <= most_classes)
      marks.push_back({{"classes", cache.bytes / 4},
                       {"text", fmt::format("{}: a row of {} KB", cache.name,
                                            std::lround(cache.bytes / 1024))}});
  return marks;
}

constexpr double plot_height = 300;

const char* const layout = R"json({"spacing": 12, "vconcat": [
  {"width": 560, "layer": [
    {"transform": [{"filter": "datum.op == 'copy' && !datum.larger"}],
     "mark": {"type": "line", "strokeDash": [5, 3], "strokeWidth": 1.5}, "encoding": {"y": {"field": "time"}}},
    {"transform": [{"filter": "datum.op != 'copy' && !datum.larger && datum.timed"}],
     "mark": {"type": "line", "strokeWidth": 1.5}, "encoding": {"y": {"field": "time"}, "detail": {"field": "kernel"}}},
    {"transform": [{"filter": "!datum.larger"}],
     "mark": {"type": "point", "size": 46, "opacity": 1, "filled": true}, "encoding": {"y": {"field": "time"}, "tooltip": [{"field": "kernel"}, {"field": "shape"}, {"field": "time_ns"}, {"field": "times_onednn"}]}},
    {"transform": [{"filter": "datum.larger"}],
     "mark": {"type": "point", "size": 46, "opacity": 1, "fill": "#ffffff"}, "encoding": {"y": {"field": "time"}, "tooltip": [{"field": "kernel"}, {"field": "shape"}, {"field": "time_ns"}, {"field": "times_onednn"}]}}]},
  {"width": 560, "transform": [{"filter": "datum.op != 'copy' && datum.algorithm != 'onednn'"}], "layer": [
    {"transform": [{"filter": "!datum.larger && isValid(datum.low)"
}],
     "mark": {"type": "line", "strokeWidth": 0.8}, "encoding": {
  "y" : {"field" : "ratio"}, "detail" : { "field" : "kernel" }
}
},
    {"transform": [{"filter": "isValid(datum.low)"}],
     "mark": {"type": "rule", "strokeWidth": 2}, "encoding": {"y": {"field": "low"}, "y2": {"field": "high"}}},
    {"transform": [{"filter": "!datum.larger"}],
     "mark": {"type": "point", "size": 46, "opacity": 1, "filled": true}, "encoding": {"y": {"field": "ratio"}, "tooltip": [{"field": "kernel"}, {"field": "shape"}, {"field": "time_ns"}, {"field": "times_onednn"}]}},
    {"transform": [{"filter": "datum.larger"}],
     "mark": {"type": "point", "size": 46, "opacity": 1, "fill": "#ffffff"}, "encoding": {"y": {"field": "ratio"}, "tooltip": [{"field": "kernel"}, {"field": "shape"}, {"field": "time_ns"}, {"field": "times_onednn"}]}}]
}
]
})json";

Json values_of(const std::vector<Timed>& all, const LogAxis& times, const LogAxis& ratios) {
  std::map<double, double> fewest_rows;
  for (const Timed& one : all) {
    const auto [at, fresh] = fewest_rows.emplace(one.classes, one.rows);
    if (!fresh) at->second = std::min(at->second, one.rows);
  }
  Json values = Json::array();
  for (const Timed& one : all) {
    Json value{{"op", one.name.op == "memcpy" ? "copy" : one.name.op},
               {"kernel", one.name.without_op},
               {"algorithm", one.name.algorithm},
               {"isa", isa_of(one)},
               {"shape", one.shape},
               {"classes", one.classes},
               {"larger", one.rows > fewest_rows[one.classes]},
               {"time_ns", fmt::format("{}", one.time_ns)},
               {"timed", LogAxis::kind(one.time_ns) == "finite"},
               {"time", times.place(one.time_ns)},
               {"times_onednn", one.speed ? table::cell(*one.speed) : ""}};
    if (one.name.op != "memcpy")
      value["ratio"] = ratios.place(one.speed ? one.speed->estimate : NAN);
    if (one.speed) {
      value["low"] = one.speed->low;
      value["high"] = one.speed->high;
    }
    values.push_back(std::move(value));
  }
  return values;
}

// All times first, then all ratios.
Sheet sheet_of(const std::vector<Timed>& all, const std::string& op,
               const std::vector<Cache>& filled) {
  std::string caption = fmt::format(
      "{}, one thread, by rows x classes: time of an element, and times as fast as oneDNN, median "
      "and "
      "95 % interval ({})",
      op, reference_of_avx2);
  for (const Cache& cache : filled)
    caption += fmt::format("; a row of {:.0f} classes fills {}", cache.bytes / 4, cache.name);
  Sheet sheet{caption, {"variant", "what"}, {}};
  std::map<std::string, std::size_t> columns, lines;
  for (const Timed& one : all)
    if (columns.emplace(one.shape, sheet.header.size()).second) sheet.header.push_back(one.shape);
  const auto set = [&](const Timed& one, const std::string& what, const std::string& cell) {
    const std::string variant =
        one.name.op == "memcpy" ? "memcpy" : one.name.op + '.' + one.name.without_op;
    if (lines.emplace(variant + what, sheet.rows.size()).second) {
      sheet.rows.emplace_back(sheet.header.size());
      sheet.rows.back()[0] = variant;
      sheet.rows.back()[1] = what;
    }
    sheet.rows[lines[variant + what]][columns[one.shape]] = cell;
  };
  for (const Timed& one : all)
    set(one, "ns an element",
        std::isnan(one.time_ns) ? "not timed" : fmt::format("{:.3g}", one.time_ns));
  for (const Timed& one : all)
    if (one.name.op != "memcpy")
      set(one, "times as fast", one.speed ? table::cell(*one.speed) : "not timed");
  return sheet;
}

Drawn draw_speed(const Tables& tables, const std::string& cpu, const std::string& op) {
  const auto kernels = timed(tables, cpu, op);
  std::vector<Timed> all = timed(tables, cpu, "copy");
  all.insert(all.end(), kernels.begin(), kernels.end());
  std::vector<double> times, ratios{1};
  double most_classes = 0;
  for (const Timed& one : all) {
    times.push_back(one.time_ns);
    most_classes = std::max(most_classes, one.classes);
    if (one.name.op == "memcpy") continue;
    ratios.push_back(one.speed ? one.speed->estimate : NAN);
    if (one.speed) ratios.insert(ratios.end(), {one.speed->low, one.speed->high});
  }
  const Along along{"y", plot_height};
  const LogAxis time_axis(times, along, "inf", "not timed"),
      ratio_axis(ratios, along, "inf", "not timed");
  Json made = specification(layout);
  made["title"] = {
      {"text", fmt::format("{}, float32: time of an element, and times as fast as oneDNN", op)},
      {"subtitle",
       {fmt::format("one thread of {}; dashed: memcpy; below: medians and 95 % intervals",
                    tables.cpu_name(cpu)),
        fmt::format("ratios: {}", reference_of_avx2),
        "hollow: the larger of two matrices of that many classes; dotted: a row fills a cache"}}};
  made["data"]["values"] = values_of(all, time_axis, ratio_axis);
  const Json x{
      {"field", "classes"},
      {"type", "quantitative"},
      {"title", "classes"},
      {"scale", {{"type", "log"}, {"domain", {1.6, most_classes * 2.2}}, {"nice", false}}},
      {"axis", {{"grid", false}, {"values", {2, 4, 10, 17, 100, 1000, 4096, 32768, 131072}}}}};
  for (std::size_t i = 0; i < 2; ++i) {
    Json& panel = made["vconcat"][i];
    panel["height"] = plot_height;
    const LogAxis& axis = i == 0 ? time_axis : ratio_axis;
    const std::string title =
        i == 0 ? "time of an element (ns)  ← faster" : "times as fast as oneDNN  → faster";
    for (Json& layer : panel["layer"]) {
      Json& encoding = layer["encoding"];
      encoding["x"] = x;
      encoding["y"].update(axis.channel(title));
      tell_apart(layer, all);
    }
    Json rule = Json::parse(
        R"json({"mark": {"type": "rule", "strokeDash": [2, 3], "color": "#57606a"}})json");
    rule["data"]["values"] = cache_marks(caches(tables, cpu), most_classes * 2.2);
    rule["encoding"]["x"] = x;
    Json name = rule;
    name["mark"] = Json::parse(
        R"json({"type": "text", "angle": 270, "align": "right", "baseline": "bottom", "dx": -4, "dy": -3,
                                   "fontSize": 10, "color": "#57606a"})json");
    name["encoding"]["y"] = {{"value", 0}};
    name["encoding"]["text"] = {{"field", "text"}};
    panel["layer"].insert(panel["layer"].begin(), {axis.strips(title), rule, name});
  }
  Json one = Json::parse(
      R"json({"data": {"values": [{"one": 1}]}, "mark": {"type": "rule", "color": "#d55e00", "strokeWidth": 1.5}})json");
  one["encoding"]["y"] = ratio_axis.channel("times as fast as oneDNN  → faster");
  one["encoding"]["y"]["field"] = "one";
  made["vconcat"][1]["layer"].push_back(one);
  return {made, sheet_of(all, op, caches(tables, cpu))};
}

}  // namespace

std::vector<Picture> speed(const Tables& tables, const std::string& cpu) {
  std::vector<Picture> all;
  for (const std::string op : {"softmax", "log_softmax", "cross_entropy", "cross_entropy_gradient"})
    all.push_back(
        {fmt::format("speed-{}-{}", op, cpu),
         fmt::format("How fast is {}, by the number of classes? ({})", op, tables.cpu_name(cpu)),
         "Above, the time of an element, with memcpy of the same matrix dashed; below, how many "
         "times as fast as "
         "oneDNN, from times that took turns in one process, with the interval that holds the "
         "median with 95 %; a kernel of AVX2 beside oneDNN held to AVX2. "
         "Dotted lines are where a row fills a cache.",
         fmt::format("Time of an element against the number of classes for each kernel of {}, and "
                     "below it the "
                     "ratio to oneDNN with its interval. The figures are in the table below.",
                     op),
         {fmt::format("speed/{}/speed", cpu)},
         [cpu, op](const Tables& read) { return draw_speed(read, cpu, op); }});
  return all;
}

}  // namespace maxtrick::report
