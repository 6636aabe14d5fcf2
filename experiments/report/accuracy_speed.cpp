// Accuracy against speed, every kernel a point: the picture of this project.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/kernel_points.hpp"
#include "report/look.hpp"
#include "report/picture.hpp"
#include "report/timed.hpp"

namespace maxtrick::report {
namespace {

const std::vector<std::string> ops{"softmax", "log_softmax", "cross_entropy",
                                   "cross_entropy_gradient"};

Sheet sheet_of(const std::vector<Timed>& kernels, const std::string& caption) {
  Sheet sheet{caption,
              {"kernel", "matrix", "largest error, ULP", "worst of all logits, ULP", "where",
               "ns an element", fmt::format("times as fast as oneDNN ({})", reference_of_avx2),
               "share of memcpy's speed"},
              {}};
  for (const Timed& one : kernels)
    sheet.rows.push_back(
        {one.name.op + '.' + one.name.without_op, one.shape, fmt::format("{:.3g}", one.error_ulp),
         std::isinf(one.worst_ulp) ? one.worst_outcome : fmt::format("{:.3g}", one.worst_ulp),
         one.worst_logits,
         std::isnan(one.time_ns) ? "not timed" : fmt::format("{:.3g}", one.time_ns),
         one.speed ? table::cell(*one.speed) : "not timed",
         one.of_memcpy ? table::cell(*one.of_memcpy) : "not timed"});
  return sheet;
}

std::vector<Timed> of_shape(std::vector<Timed> kernels, const std::string& shape) {
  std::erase_if(kernels, [&](const Timed& one) { return one.shape != shape; });
  return kernels;
}

// How to read a point, which is the same for one op and for all.
std::string reading(const Tables& tables, const std::string& cpu) {
  return fmt::format("filled: ordinary logits (plain); hollow, where worse: the worst of {} ones",
                     fmt::join(logits_of(tables, cpu), ", "));
}

Drawn draw_accuracy_speed(const Tables& tables, const std::string& cpu) {
  constexpr double width = 660, height = 370;
  const auto shapes = shapes_of_many_logits(tables, cpu);
  const std::string& shape = shapes[shapes.size() / 2];
  const KernelPoints points(of_shape(timed(tables, cpu, "softmax"), shape), width, height);
  Json made = specification("{}");
  made["width"] = width;
  made["height"] = height;
  made["title"] = {
      {"text", fmt::format("Softmax, float32, {}: accuracy against speed", shape)},
      {"subtitle",
       {fmt::format("one thread of {}; below and to the right is better", tables.cpu_name(cpu)),
        reading(tables, cpu), fmt::format("×: times as fast as oneDNN ({})", reference_of_avx2),
        "bold: no other kernel is as accurate and as fast"}}};
  made["data"]["values"] = points.values();
  made["layer"] =
      points.layers("speed: bytes a second, as a share of memcpy's (95 % intervals)  → faster",
                    "largest error (ULP)  ← more accurate");
  // The names at the points say it.
  for (Json& layer : made["layer"])
    if (layer["encoding"].contains("color")) layer["encoding"]["color"]["legend"] = nullptr;
  for (Json& layer : points.labels()) made["layer"].push_back(layer);
  return {made, sheet_of(points.kernels(), fmt::format("Softmax, {}, one thread", shape))};
}

Drawn draw_all(const Tables& tables, const std::string& cpu) {
  constexpr double width = 185, height = 150;
  const auto shapes = shapes_of_many_logits(tables, cpu);
  std::vector<Timed> kernels;
  for (const std::string& op : ops)
    for (const std::string& shape : shapes)
      for (Timed& one : of_shape(timed(tables, cpu, op), shape)) kernels.push_back(std::move(one));
  const KernelPoints points(std::move(kernels), width, height);
  Json made = specification("{}");
  made["title"] = {
      {"text", "Every op, float32, rows × classes: accuracy against speed"},
      {"subtitle",
       {fmt::format("one thread of {}; below and to the right is better; dashed: memcpy",
                    tables.cpu_name(cpu)),
        reading(tables, cpu)}}};
  made["data"]["values"] = points.values();
  made["facet"] = {
      {"column", {{"field", "shape"}, {"type", "nominal"}, {"title", nullptr}, {"sort", shapes}}},
      {"row", {{"field", "op"}, {"type", "nominal"}, {"title", nullptr}, {"sort", ops}}}};
  made["spec"] = {{"width", width},
                  {"height", height},
                  {"layer", points.layers("share of memcpy's speed", "error (ULP)")}};
  return {made, sheet_of(points.kernels(), "Every op, rows × classes, one thread")};
}

}  // namespace

Picture accuracy_against_speed(const Tables& tables, const std::string& cpu) {
  return {"accuracy-against-speed-" + cpu,
          fmt::format("Accuracy or speed: which kernel gives what? ({})", tables.cpu_name(cpu)),
          "Every kernel is a point: its largest error on the logits that were timed, and its "
          "speed as a share of memcpy's of the "
          "same bytes, which no softmax can beat by much. A hollow mark above it is the largest "
          "error on other logits: "
          "spread by 30, or masked by −∞. A kernel whose hollow mark is in the strip flushes small "
          "results to 0 there, "
          "or is wrong. How many times as fast as oneDNN a kernel is stands at its name: one of "
          "AVX2 is "
          "compared with oneDNN held to AVX2, the others with oneDNN as it comes.",
          fmt::format("Largest error in ULP against speed, both axes logarithmic, a named point "
                      "for each softmax kernel on "
                      "{}. The figures are in the table below.",
                      tables.cpu_name(cpu)),
          {fmt::format("speed/{}/speed", cpu)},
          [cpu](const Tables& all) { return draw_accuracy_speed(all, cpu); }};
}

Picture accuracy_against_speed_of_all(const Tables& tables, const std::string& cpu) {
  return {
      "accuracy-against-speed-all-" + cpu,
      fmt::format("And the other ops, and other numbers of classes? ({})", tables.cpu_name(cpu)),
      "Softmax, log-softmax, the cross-entropy's loss, and the loss with its gradient, on rows of "
      "few "
      "classes, of a thousand, and of a vocabulary: every kernel is a point, its largest error on "
      "the "
      "logits that were timed against its speed as a share of memcpy's. A hollow mark is "
      "the "
      "largest error on other logits, and is in the strip where results are wrong or flushed to 0.",
      "Panels of largest error against speed: a row for each op, a column for each matrix. The "
      "figures are in the "
      "table below.",
      {fmt::format("speed/{}/speed", cpu)},
      [cpu](const Tables& all) { return draw_all(all, cpu); }};
}

}  // namespace maxtrick::report
