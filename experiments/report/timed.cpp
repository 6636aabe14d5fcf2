#include "report/timed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "io/matrix.hpp"
#include "io/number.hpp"

namespace maxtrick::report {
namespace {

std::string table_of(const std::string& cpu) { return fmt::format("speed/{}/speed", cpu); }

double part(const std::string& shape, bool classes) {
  const auto x = shape.find('x');
  return io::parse_number(classes ? shape.substr(x + 1) : shape.substr(0, x)).value_or(NAN);
}

}  // namespace

std::vector<Timed> timed(const Tables& tables, const std::string& cpu, const std::string& op) {
  const table::CommittedTable& table = tables.get(table_of(cpu));
  std::vector<Timed> all;
  std::map<std::string, std::size_t> places;
  const auto of_one_thread = [&](const table::Row& row) {
    return table.cell(row, "op") == op && table.cell(row, "threads") == "1";
  };
  const auto key = [&](const table::Row& row) {
    return table.cell(row, "variant") + ' ' + table.cell(row, "shape");
  };
  for (const table::Row& row : table.rows()) {
    const std::string& logits = table.cell(row, "logits");
    if (!of_one_thread(row) || (logits != "plain" && logits != "any")) continue;
    const std::string& shape = table.cell(row, "shape");
    Timed one{.name = VariantName(table.cell(row, "variant")),
              .shape = shape,
              .rows = part(shape, false),
              .classes = part(shape, true),
              .outcome = table.cell(row, "outcome"),
              .error_ulp = table.number(row, "max_error_ulp"),
              .worst_ulp = 0,
              .worst_outcome = "ok",
              .worst_logits = logits,
              .time_ns = table.number(row, "time_ns"),
              .speed = table.interval(row, "speed"),
              .of_memcpy = table.interval(row, "memcpy_share")};
    places[key(row)] = all.size();
    all.push_back(std::move(one));
  }
  for (const table::Row& row : table.rows()) {
    const auto found = of_one_thread(row) ? places.find(key(row)) : places.end();
    if (found == places.end()) continue;
    Timed& one = all[found->second];
    const std::string& outcome = table.cell(row, "outcome");
    const bool digits = outcome == "ok" || outcome == "inaccurate";
    const double error =
        digits ? table.number(row, "max_error_ulp") : std::numeric_limits<double>::infinity();
    if (error < one.worst_ulp) continue;
    one.worst_ulp = error;
    one.worst_outcome = outcome;
    one.worst_logits = table.cell(row, "logits");
  }
  return all;
}

std::vector<std::string> shapes_of_many_logits(const Tables& tables, const std::string& cpu) {
  const table::CommittedTable& table = tables.get(table_of(cpu));
  std::map<std::string, std::set<std::string>> logits;
  for (const table::Row& row : table.rows())
    if (table.cell(row, "op") != "copy" && table.cell(row, "threads") == "1")
      logits[table.cell(row, "shape")].insert(table.cell(row, "logits"));
  std::size_t most = 0;
  for (const auto& shape : logits) most = std::max(most, shape.second.size());
  std::vector<std::string> shapes;
  for (const auto& [shape, kinds] : logits)
    if (kinds.size() == most && kinds.contains("plain")) shapes.push_back(shape);
  if (shapes.empty())
    throw io::InputError(
        fmt::format("{} has no rows of plain logits on one thread", table.path().string()));
  std::sort(shapes.begin(), shapes.end(),
            [](const auto& a, const auto& b) { return part(a, true) < part(b, true); });
  return shapes;
}

std::vector<std::string> logits_of(const Tables& tables, const std::string& cpu) {
  const table::CommittedTable& table = tables.get(table_of(cpu));
  std::vector<table::Row> rows;
  for (const table::Row& row : table.rows())
    if (table.cell(row, "op") != "copy" && table.cell(row, "threads") == "1") rows.push_back(row);
  return distinct(table, rows, "logits");
}

std::vector<Cache> caches(const Tables& tables, const std::string& cpu) {
  const std::string name = fmt::format("speed/{}/caches", cpu);
  std::vector<Cache> all;
  if (!std::filesystem::exists(tables.folder() / (name + ".csv"))) return all;
  const table::CommittedTable table(tables.folder(), name);
  for (const table::Row& row : table.rows())
    all.push_back({table.cell(row, "cache"), table.number(row, "bytes")});
  return all;
}

void tell_apart(Json& layer, const std::vector<Timed>& kernels) {
  std::vector<std::string> algorithms;
  for (const Timed& one : kernels)
    if (std::find(algorithms.begin(), algorithms.end(), one.name.algorithm) == algorithms.end())
      algorithms.push_back(one.name.algorithm);
  layer["encoding"]["color"] = {{"field", "algorithm"},
                                {"type", "nominal"},
                                {"title", "algorithm or library"},
                                {"legend", {{"symbolOpacity", 1}}},
                                {"scale", colours(algorithms)}};
  if (layer["mark"]["type"] != "point") return;
  layer["encoding"]["shape"] = {
      {"field", "isa"},
      {"type", "nominal"},
      {"title", "instruction set"},
      {"scale",
       {{"domain", {"avx512", "avx2", "scalar", "library"}},
        {"range", {"triangle-up", "square", "circle", "diamond"}}}},
      {"legend", {{"symbolFillColor", "#24292f"}, {"symbolStrokeColor", "#24292f"}}}};
}

std::string isa_of(const Timed& one) {
  for (const char* isa : {"avx512", "avx2", "scalar"})
    if (one.name.isa == isa && one.name.algorithm != "onednn") return isa;
  return "library";
}

}  // namespace maxtrick::report
