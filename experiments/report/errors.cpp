#include "report/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "report/look.hpp"

namespace maxtrick::report {
namespace {

// NaN is worse than every number.
bool worse(double a, double b) { return std::isnan(a) ? !std::isnan(b) : a > b; }

// Whether theory promises anything of a row; where not, its norm-wise error has no bound to keep.
constexpr const char* promised = "bounded";
constexpr const char* not_promised = "not bounded";

Json value_of(const table::CommittedTable& table, const table::Row& row, double at) {
  const VariantName name(table.cell(row, "variant"));
  const bool bounded = !table.cell(row, "bound_u").empty();
  Json value{{"op", name.op},
             {"algorithm", name.algorithm},
             {"variant", table.cell(row, "variant")},
             {"distribution", table.cell(row, "distribution")},
             {"classes", table.number(row, "classes")},
             {"outcome", table.cell(row, "outcome")},
             {"at", at},
             {"error_ulp", table.cell(row, "max_error_ulp")},
             {"norm_error_u", table.cell(row, "norm_error_u")},
             {"theory", bounded ? promised : not_promised}};
  if (bounded) value["bound_u"] = table.cell(row, "bound_u");
  return value;
}

// The largest of each line and abscissa, in the order of their coming.
class Lines {
 public:
  explicit Lines(const std::vector<double>& abscissae) {
    for (const double at : abscissae) columns_.emplace(at, columns_.size() + 2);
  }
  void add(const std::string& variant, const std::string& of, double at, double number) {
    const auto [line, fresh] = lines_.emplace(std::pair(variant, of), worst_.size());
    if (fresh) worst_.push_back({variant, of, {}});
    auto& cells = worst_[line->second].cells;
    const auto [cell, first] = cells.emplace(columns_.at(at), number);
    if (!first && worse(number, cell->second)) cell->second = number;
  }
  [[nodiscard]] std::vector<std::vector<std::string>> rows() const {
    std::vector<std::vector<std::string>> all;
    for (const Line& line : worst_) {
      all.emplace_back(columns_.size() + 2);
      all.back()[0] = line.variant;
      all.back()[1] = line.of;
      for (const auto& [column, number] : line.cells)
        all.back()[column] = fmt::format("{:.3g}", number);
    }
    return all;
  }

 private:
  struct Line {
    std::string variant, of;
    std::map<std::size_t, double> cells;
  };
  std::map<double, std::size_t> columns_;
  std::map<std::pair<std::string, std::string>, std::size_t> lines_;
  std::vector<Line> worst_;
};

Sheet sheet_of(const table::CommittedTable& table, const ErrorView& view, const Errors& errors,
               const std::vector<std::pair<const table::Row*, double>>& rows) {
  Lines lines(errors.abscissae);
  for (const auto& [row, at] : rows)
    lines.add(table.cell(*row, "variant"), "worst, ULP", at, table.number(*row, "max_error_ulp"));
  for (const auto& [row, at] : rows) {
    const std::string& variant = table.cell(*row, "variant");
    const double norm = table.number(*row, "norm_error_u");
    if (table.cell(*row, "bound_u").empty()) {
      lines.add(variant, "norm-wise, no bound, u", at, norm);
      continue;
    }
    lines.add(variant, "norm-wise, u", at, norm);
    lines.add(variant, "bound, u", at, table.number(*row, "bound_u"));
  }
  for (const auto& [row, at] : rows)
    lines.add(table.cell(*row, "variant"),
              fmt::format("{} {}, ULP", view.column, table.cell(*row, view.column)), at,
              table.number(*row, "max_error_ulp"));
  Sheet made{view.caption, {"variant", "error"}, lines.rows()};
  for (const double at : errors.abscissae) made.header.push_back(fmt::format("{}", at));
  std::stable_sort(made.rows.begin(), made.rows.end(),
                   [](const auto& a, const auto& b) { return a[0] < b[0]; });
  return made;
}

}  // namespace

Errors errors(const Tables& tables, const ErrorView& view, double pixels) {
  const table::CommittedTable& table = tables.get("accuracy");
  std::vector<std::pair<const table::Row*, double>> rows;
  std::vector<double> on_axis;
  std::set<double> abscissae;
  std::set<std::string> ops, pooled;
  const std::vector<std::pair<const char*, const char*>> drawn{
      {"drawn", "max_error_ulp"},
      {"drawn_norm_error_u", "norm_error_u"},
      {"drawn_bound_u", "bound_u"}};
  for (const table::Row& row : table.rows()) {
    const auto at = table.cell(row, "dtype") == "float32" ? view.at(table, row) : std::nullopt;
    if (!at) continue;
    rows.emplace_back(&row, *at);
    abscissae.insert(*at);
    pooled.insert(table.cell(row, view.column));
    for (const auto& [field, column] : drawn)
      if (!table.cell(row, column).empty()) on_axis.push_back(table.number(row, column));
  }
  // From 2^23 ULP on not one digit is right; below a hundredth of one nothing is wrong.
  Errors made{Json::array(),
              LogAxis(on_axis, {"y", pixels}, "inf", "NaN", 0.01, 1e8),
              {},
              {abscissae.begin(), abscissae.end()},
              pooled.size(),
              {}};
  for (const auto& [row, at] : rows) {
    Json value = value_of(table, *row, at);
    if (ops.insert(value["op"]).second) made.ops.push_back(value["op"]);
    for (const auto& [field, column] : drawn)
      if (!table.cell(*row, column).empty())
        value[field] = made.axis.place(table.number(*row, column));
    value["kind"] = made.axis.place_kind(table.number(*row, "max_error_ulp"));
    made.values.push_back(std::move(value));
  }
  made.sheet = sheet_of(table, view, made, rows);
  return made;
}

}  // namespace maxtrick::report
