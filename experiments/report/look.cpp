#include "report/look.hpp"

#include <algorithm>
#include <map>

namespace maxtrick::report {

VariantName::VariantName(const std::string& variant) {
  const auto first = variant.find('.');
  op = variant.substr(0, first);
  without_op = first == std::string::npos ? variant : variant.substr(first + 1);
  const auto second = without_op.find('.');
  algorithm = without_op.substr(0, second);
  if (second != std::string::npos) isa = without_op.substr(second + 1);
}

Json colours(const std::vector<std::string>& names) {
  static const std::map<std::string, std::string> all{
      {"accurate", "#0072b2"},
      {"fast", "#009a60"},
      {"max_trick", "#6e4300"},
      {"shifted", "#6e4300"},
      {"onednn", "#d55e00"},
      {"naive", "#8c2981"},
      {"log_of_naive", "#8c2981"},
      {"online", "#0b948a"},
      {"shifted_log1p", "#0b948a"},
      {"exp_of_log", "#7b7b62"},
      {"x_minus_lse", "#7b7b62"},
      {"naive_exp_of_log", "#9b6a4a"},
      {"log_of_max_trick", "#857500"},
      {"x_minus_max", "#5b4fa0"},
      {"eigen", "#7a8a3c"},
      {"xnnpack", "#901542"},
      {"torch", "#957e98"},
      {"memcpy", "#57606a"},
      // Arms: what takes the logarithm of probabilities, and what starts from the logits.
      {"obvious", "#8c2981"},
      {"guarded", "#6e4300"},
      {"eps", "#7b7b62"},
      {"clip", "#d55e00"},
      {"preferred", "#0072b2"},
      {"fused", "#0072b2"},
      {"fused_log1p", "#0b948a"},
      {"bce", "#8c2981"},
      {"bce_clip", "#d55e00"},
      {"bce_fused", "#0072b2"},
      // Outcomes: light ones carry dark letters.
      {"ok", "#cfe8dc"},
      {"inaccurate", "#f6e8a6"},
      {"differs", "#b9dff5"},
      {"wrong", "#f0a57a"},
      {"underflow", "#dcb3d0"},
      {"overflow", "#f3c265"},
      {"nan", "#b0b0b8"},
      {"learns", "#cfe8dc"},
      {"stalls", "#f0a57a"},
      {"mixed", "#f6e8a6"}};
  Json scale{{"domain", names}, {"range", Json::array()}};
  // What users bring along.
  static const std::vector<std::string> spare{"#b0486a", "#3f83b5", "#6d8b1f", "#9a6fd0",
                                              "#b5651d"};
  std::size_t unknown = 0;
  for (const std::string& name : names) {
    const auto found = all.find(name);
    scale["range"].push_back(found != all.end() ? found->second : spare[unknown++ % spare.size()]);
  }
  return scale;
}

Json in_order(const Json& values) {
  static const std::vector<std::string> from_least{"#7f5fd0", "#4a74d9", "#2383b8", "#1f8f80",
                                                   "#5f8c2a", "#a8790c", "#d2592a"};
  Json scale{{"domain", values}, {"range", Json::array()}};
  const std::size_t last = std::max<std::size_t>(1, values.size() - 1);
  for (std::size_t i = 0; i < values.size(); ++i)
    scale["range"].push_back(from_least[i * (from_least.size() - 1) / last]);
  return scale;
}

const std::vector<std::string>& outcome_names() {
  static const std::vector<std::string> names{"ok",        "inaccurate", "differs", "wrong",
                                              "underflow", "overflow",   "nan"};
  return names;
}

std::string letters(const std::string& outcome) {
  static const std::map<std::string, std::string> all{
      {"ok", "ok"},        {"inaccurate", "in"}, {"differs", "di"}, {"wrong", "wr"},
      {"underflow", "un"}, {"overflow", "ov"},   {"nan", "NaN"}};
  return all.at(outcome);
}

Json specification(const std::string& text) {
  static const Json config = Json::parse(R"json({
    "font": "sans-serif", "aria": false, "background": "#ffffff", "padding": 8,
    "axis": {"labelColor": "#24292f", "titleColor": "#24292f", "titleFontWeight": "normal", "titleFontSize": 12,
             "labelFontSize": 11, "gridColor": "#d8dee4", "domainColor": "#8b949e", "tickColor": "#8b949e",
             "labelLimit": 300, "titleLimit": 700},
    "header": {"labelColor": "#24292f", "titleColor": "#24292f", "labelFontSize": 12, "labelFontWeight": "bold",
               "labelLimit": 300},
    "legend": {"labelColor": "#24292f", "titleColor": "#24292f", "labelFontSize": 11, "titleFontWeight": "normal",
               "labelLimit": 300},
    "title": {"color": "#24292f", "subtitleColor": "#57606a", "anchor": "start", "fontSize": 14, "subtitleFontSize": 12,
              "subtitlePadding": 4, "offset": 10},
    "view": {"stroke": "#d8dee4"}, "point": {"opacity": 1}, "text": {"color": "#24292f"}, "rule": {"color": "#57606a"}
  })json");
  Json made{{"$schema", "https://vega.github.io/schema/vega-lite/v5.json"}};
  made.update(Json::parse(text));
  made["config"] = config;
  return made;
}

std::vector<std::string> distinct(const table::CommittedTable& table,
                                  const std::vector<table::Row>& rows, const std::string& column) {
  std::vector<std::string> values;
  for (const table::Row& row : rows) {
    const std::string& value = table.cell(row, column);
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return values;
}

}  // namespace maxtrick::report
