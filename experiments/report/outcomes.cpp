// Every case of the table overflow by every variant.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/look.hpp"
#include "report/picture.hpp"

namespace maxtrick::report {
namespace {

Drawn draw_outcomes(const Tables& tables, const std::string& dtype) {
  const table::CommittedTable& table = tables.get("overflow");
  std::vector<table::Row> rows;
  for (const table::Row& row : table.rows())
    if (table.cell(row, "dtype") == dtype) rows.push_back(row);
  const auto variants = distinct(table, rows, "variant"), cases = distinct(table, rows, "case");
  Json made = specification(R"json({
    "spacing": 10, "hconcat": []})json");
  Json panel = Json::parse(R"json({
      "width": {"step": 18}, "height": {"step": 14},
      "encoding": {
        "x": {"field": "name", "type": "nominal", "title": null,
              "axis": {"orient": "top", "labelAngle": -60, "grid": false, "ticks": false, "domain": false}},
        "y": {"field": "case", "type": "nominal", "title": null,
              "axis": {"grid": false, "ticks": false, "domain": false}},
        "tooltip": [{"field": "case"}, {"field": "variant"}, {"field": "outcome"},
                    {"field": "max_error_ulp", "title": "largest error, ULP"}, {"field": "hazard"}]
      },
      "layer": [
        {"mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 1}, "encoding": {
          "color": {"field": "outcome", "type": "nominal", "title": "outcome", "legend": {"orient": "bottom", "direction": "horizontal"}}}},
        {"mark": {"type": "text", "fontSize": 8, "color": "#1b1f23"}, "encoding": {"text": {"field": "letters"}}}
      ]
    })json");
  Json values = Json::array();
  std::map<std::pair<std::string, std::string>, std::string> outcomes;
  for (const table::Row& row : rows) {
    const VariantName name(table.cell(row, "variant"));
    const std::string& outcome = table.cell(row, "outcome");
    outcomes[{table.cell(row, "case"), table.cell(row, "variant")}] = outcome;
    values.push_back({{"op", name.op},
                      {"name", name.without_op},
                      {"variant", table.cell(row, "variant")},
                      {"case", table.cell(row, "case")},
                      {"outcome", outcome},
                      {"letters", letters(outcome)},
                      {"max_error_ulp", table.cell(row, "max_error_ulp")},
                      {"hazard", table.cell(row, "hazard")}});
  }
  made["title"] = {{"text", fmt::format("Outcome of every case, {}", dtype)},
                   {"subtitle",
                    "in: inaccurate, off by more than 8 ULP; di: another definition of NaN and "
                    "infinities; wr: wrong, no "
                    "correct digit; un: underflow; ov: overflow; NaN"}};
  panel["encoding"]["x"]["sort"] = nullptr;
  panel["encoding"]["y"]["sort"] = cases;
  panel["layer"][0]["encoding"]["color"]["scale"] = colours(outcome_names());
  for (const std::string& op : distinct(table, rows, "op")) {
    panel["title"] = op;
    panel["data"]["values"] = Json::array();
    for (const Json& value : values)
      if (value["op"] == op) panel["data"]["values"].push_back(value);
    made["hconcat"].push_back(panel);
    panel["encoding"]["y"]["axis"]["labels"] = false;  // once is enough
  }
  Sheet sheet{fmt::format("Outcome of every case, {}", dtype), {"case"}, {}, true};
  sheet.header.insert(sheet.header.end(), variants.begin(), variants.end());
  for (const std::string& one : cases) {
    std::vector<std::string> line{one};
    for (const std::string& variant : variants) {
      const auto found = outcomes.find({one, variant});
      line.push_back(found == outcomes.end() ? "" : found->second);
    }
    sheet.rows.push_back(std::move(line));
  }
  return {made, sheet};
}

}  // namespace

Picture outcomes(const std::string& dtype) {
  return {"outcomes-" + dtype,
          fmt::format("What breaks where, in {}?", dtype),
          "Each line is a row of logits that has hurt someone, or that lies at an edge of the "
          "format; each column a "
          "variant; each cell the worst of its outputs, judged against the exact answer. A column "
          "of ok is what one "
          "wants.",
          fmt::format("A table of {} cases by variants, each cell coloured and lettered by its "
                      "outcome. The words are in "
                      "the table below.",
                      dtype),
          {"overflow"},
          [dtype](const Tables& tables) { return draw_outcomes(tables, dtype); }};
}

}  // namespace maxtrick::report
