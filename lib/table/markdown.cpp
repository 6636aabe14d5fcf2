#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "table/table.hpp"

namespace maxtrick::table {
namespace {

std::string_view name(Measure measure) {
  switch (measure) {
    case Measure::absolute: return "absolute";
    case Measure::relative: return "relative";
    case Measure::ulp: return "ULP";
  }
  return {};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '<' || c == '\\') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

// Markdown is for readers, and nobody computes with its numbers, so measured numbers have four
// significant digits.
std::string shown(const Column& column, const Cell& cell) {
  if (column.rule == Rule::bounded)
    if (const auto value = cell.number()) return fmt::format("{:.4g}", *value);
  return escaped(cell.text());
}

void append_row(std::string& md, const std::vector<std::string>& cells) {
  md += '|';
  for (const std::string& cell : cells) md += ' ' + cell + " |";
  md += '\n';
}

void append_header(std::string& md, const std::vector<std::string>& names) {
  append_row(md, names);
  append_row(md, std::vector<std::string>(names.size(), "---"));
}

// The values of a column in the rows that are kept, in order of appearance.
std::vector<std::string> values(const ResultTable& table, const Only& only,
                                std::string_view column) {
  std::vector<std::string> seen;
  std::set<std::string> known;
  const std::size_t at = table.index(column);
  for (const Row& row : table.rows)
    if (table.keeps(only, row) && known.insert(row[at].text()).second)
      seen.push_back(row[at].text());
  return seen;
}

// The largest number in a column of the rows that a pivot shows in one line; empty if none is
// there.
std::string largest_in(const ResultTable& table, const Pivot& pivot, const std::string& line) {
  const std::size_t line_at = table.index(pivot.row), at = table.index(pivot.largest);
  const Cell* largest = nullptr;
  for (const Row& row : table.rows)
    if (table.keeps(pivot.only, row) && row[line_at].text() == line && row[at].number() &&
        (!largest || *row[at].number() > *largest->number()))
      largest = &row[at];
  return largest ? shown(table.columns[at], *largest) : "";
}

// Appends the grid of a pivot or a count. absorb(cell, row) adds a row that is kept to its cell.
template <class View, class Cell, class Absorb, class Show>
void append_grid(std::string& md, const ResultTable& table, const View& view,
                 const std::vector<std::string>& columns, Cell empty, Absorb absorb, Show show) {
  const auto lines = values(table, view.only, view.row);
  if (lines.empty()) return;
  std::map<std::pair<std::string, std::string>, Cell> grid;
  const std::size_t line_at = table.index(view.row), column_at = table.index(view.column);
  for (const Row& row : table.rows)
    if (table.keeps(view.only, row))
      absorb(grid.try_emplace({row[line_at].text(), row[column_at].text()}, empty).first->second,
             row);

  md += "\n## " + view.title + "\n\n";
  std::vector<std::string> header{view.row};
  if constexpr (std::is_same_v<View, Pivot>) {
    if (view.cells.size() > 1) md += fmt::format("Each cell: {}.\n\n", fmt::join(view.cells, ", "));
    if (!view.largest.empty()) header.push_back(view.largest + ", largest");
  }
  for (const auto& column : columns) header.push_back(escaped(column));
  append_header(md, header);
  for (const auto& line : lines) {
    std::vector<std::string> cells{escaped(line)};
    if constexpr (std::is_same_v<View, Pivot>)
      if (!view.largest.empty()) cells.push_back(largest_in(table, view, line));
    for (const auto& column : columns) {
      const auto found = grid.find({line, column});
      cells.push_back(found == grid.end() ? "" : show(found->second));
    }
    if constexpr (std::is_same_v<View, Pivot>)
      if (view.leaves_out_empty && std::all_of(cells.begin() + 1, cells.end(),
                                               [](const auto& cell) { return cell.empty(); }))
        continue;
    append_row(md, cells);
  }
}

void append_count(std::string& md, const ResultTable& table, const Count& count) {
  // A value that is not listed gets a column too: otherwise its rows would be missing from the
  // counts.
  std::vector<std::string> columns = count.columns;
  for (const std::string& value : values(table, count.only, count.column))
    if (std::find(columns.begin(), columns.end(), value) == columns.end()) columns.push_back(value);
  append_grid(
      md, table, count, columns, 0, [](int& n, const Row&) { ++n; },
      [](int n) { return fmt::format("{}", n); });
}

void append_mean(std::string& md, const ResultTable& table, const Mean& mean) {
  md += "\n## " + mean.title + "\n\n";
  std::vector<std::string> header{mean.row};
  header.insert(header.end(), mean.cells.begin(), mean.cells.end());
  append_header(md, header);
  for (const std::string& line : values(table, mean.only, mean.row)) {
    std::vector<std::string> cells{escaped(line)};
    for (const std::string& name : mean.cells) {
      double sum = 0, n = 0;
      for (const Row& row : table.rows) {
        if (!table.keeps(mean.only, row) || row[table.index(mean.row)].text() != line) continue;
        const double value = row[table.index(name)].number().value_or(NAN);
        if (std::isfinite(value)) sum += value, ++n;
      }
      cells.push_back(n > 0 ? fmt::format("{:.4g}", sum / n) : "");
    }
    append_row(md, cells);
  }
}

void append_pivot(std::string& md, const ResultTable& table, const Pivot& pivot) {
  append_grid(
      md, table, pivot, values(table, pivot.only, pivot.column), std::string{},
      [&](std::string& text, const Row& row) {
        for (const std::string& name : pivot.cells) {
          const std::size_t at = table.index(name);
          if (!text.empty()) text += ' ';
          text += shown(table.columns[at], row[at]);
        }
      },
      [](const std::string& text) { return text; });
}

void append_lines(std::string& md, const ResultTable& table, const Lines& lines) {
  md += "\n## " + lines.title + "\n\n";
  append_header(md, lines.columns);
  for (const Row& row : table.rows) {
    if (!table.keeps(lines.only, row) || row[table.index(lines.given)].empty()) continue;
    std::vector<std::string> cells;
    for (const std::string& name : lines.columns) {
      const std::size_t at = table.index(name);
      cells.push_back(shown(table.columns[at], row[at]));
    }
    append_row(md, cells);
  }
}

void append_legend(std::string& md, const ResultTable& table) {
  if (table.legend.empty()) return;
  md += fmt::format("\n## Each {}\n\n", table.legend.front());
  append_header(md, table.legend);
  std::set<std::string> known;
  for (const Row& row : table.rows) {
    if (!known.insert(row[table.index(table.legend.front())].text()).second) continue;
    std::vector<std::string> cells;
    for (const std::string& name : table.legend)
      cells.push_back(escaped(row[table.index(name)].text()));
    append_row(md, cells);
  }
}

void append_rows(std::string& md, const ResultTable& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  md += '\n';
  append_header(md, names);
  for (const Row& row : table.rows) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(shown(table.columns[i], row[i]));
    append_row(md, cells);
  }
}

// "2 absolute (the reason); at least 0"
std::string described(const Tolerance& allowed) {
  std::string text = std::isinf(allowed.value)
                         ? "any number"
                         : fmt::format("{} {}", allowed.value, name(allowed.measure));
  text += fmt::format(" ({})", allowed.reason);
  if (allowed.promised > 0)
    text += fmt::format("; {} {} where bits are promised, since the column itself calls libm",
                        allowed.promised, name(allowed.measure));
  const auto [low, high] = allowed.range;
  if (std::isfinite(low)) text += fmt::format("; at least {}", low);
  if (std::isfinite(high)) text += fmt::format("; at most {}", high);
  return text;
}

void append_columns(std::string& md, const ResultTable& table) {
  md += "\n## The columns\n\n";
  append_header(md, {"column", "compared", "what it is"});
  for (const Column& column : table.columns) {
    std::string rule{name(column.rule)};
    if (column.rule == Rule::bounded) rule += ": " + described(column.tolerance);
    for (const auto& [rows, allowed] : column.of_rows)
      for (const auto& [other, value] : rows)
        rule += fmt::format("; {} where {} is {}", allowed, other, value.text());
    for (const auto& [other, value] : column.shown_only)
      rule += fmt::format("; shown where {} is {}", other, value.text());
    append_row(md, {column.name, escaped(rule), escaped(column.description)});
  }
}

}  // namespace

std::string to_markdown(const ResultTable& table) {
  std::string md = "# " + table.title + "\n\n" + table.description + "\n";
  for (const Count& count : table.counts) append_count(md, table, count);
  for (const Mean& mean : table.means) append_mean(md, table, mean);
  for (const Lines& lines : table.lines) append_lines(md, table, lines);
  for (const Pivot& pivot : table.pivots) append_pivot(md, table, pivot);
  append_legend(md, table);
  if (table.counts.empty() && table.means.empty() && table.pivots.empty() && table.lines.empty() &&
      table.legend.empty())
    append_rows(md, table);
  append_columns(md, table);
  return md;
}

}  // namespace maxtrick::table
