// Measures which changes of a single cell `check` does not notice: it changes cells of the committed
// tables in memory, and compares each changed row with a fresh one by the code of `check`.
// scripts/mutate starts it:
//   maxtrick_mutations COMMITTED FRESH RATES
// COMMITTED and FRESH are folders of tables. RATES is a file with the percentage of missed changes
// that is allowed for each kind. It prints the percentages, and it ends with 1 if one is above what
// is allowed, or if a change is missed that must never be:
//   - of a key, an exact column, or a cell whose bits are promised;
//   - to an empty cell, NaN or another text.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "io/csv.hpp"
#include "io/files.hpp"
#include "numerics/random.hpp"
#include "table/check.hpp"

namespace {

using namespace maxtrick;
using numerics::Random;
using table::Cell;
using table::Column;
using table::Rule;

// A change of a cell. `apply` returns nothing if the cell does not change in this way.
struct Kind {
  std::string name;
  bool of_numbers;  // otherwise `check` must notice it in every column that it compares
  std::optional<std::string> (*apply)(const std::string& text);
};

// Changes a finite number by `change`.
template <class Change>
std::optional<std::string> changed(const std::string& text, Change change) {
  const auto number = Cell::read(text).number();
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return table::cell(static_cast<double>(change(*number)));
}

std::optional<std::string> with_other_last_digit(const std::string& text) {
  if (!Cell::read(text).number()) return std::nullopt;
  std::size_t at = std::min(text.find('e'), text.size()) - 1;
  if (text[at] < '0' || text[at] > '9') return std::nullopt;  // inf, nan
  std::string other = text;
  other[at] = other[at] == '9' ? '8' : static_cast<char>(other[at] + 1);
  return other;
}

constexpr double slight_ulp = 1.99;

const std::vector<Kind> kinds{
    {"last digit", true, with_other_last_digit},
    {"times 1.1", true,
     [](const std::string& text) { return changed(text, [](double x) { return 1.1 * x; }); }},
    {"times ten", true,
     [](const std::string& text) { return changed(text, [](double x) { return 10 * x; }); }},
    {"sign", true,
     [](const std::string& text) { return changed(text, [](double x) { return -x; }); }},
    {"zero", true, [](const std::string& text) { return changed(text, [](double) { return 0; }); }},
    {"text", false, [](const std::string& text) { return std::optional(text + 'x'); }},
    {"letter", false,
     [](const std::string& text) -> std::optional<std::string> {
       if (text.empty() || Cell::read(text).number()) return std::nullopt;
       std::string other = text;
       other[text.size() / 2] = text[text.size() / 2] == 'q' ? 'r' : 'q';
       return other;
     }},
    {"blank", false, [](const std::string&) { return std::optional<std::string>(""); }},
    {"nan", false, [](const std::string&) { return std::optional<std::string>("nan"); }},
};

// A committed table with the rows of a fresh one.
struct Pair {
  std::string name;
  table::ResultTable schema;  // without rows
  std::vector<std::vector<std::string>> committed;
  std::vector<std::optional<table::Row>> fresh;  // nothing if the row could not be computed here

  // Whether `check` notices that a row of the committed table has these cells.
  [[nodiscard]] bool is_noticed(std::size_t row, const std::vector<std::string>& cells) {
    std::string csv = header;
    io::append_csv_line(csv, cells);
    schema.rows = {*fresh[row]};
    return !table::compare(schema, table::Baseline(std::move(csv))).empty();
  }
  std::string header;
};

std::optional<Pair> read(const cli::Prepared& one, const std::filesystem::path& committed,
                         const std::filesystem::path& fresh) {
  if (!one.folder.empty()) return std::nullopt;  // times
  Pair pair{.name = one.name, .schema = one.plan.table, .committed = {}, .fresh = {}, .header = {}};
  for (const run::Case& single : one.plan.cases)
    if (single.promised) pair.schema.promised.insert(single.key.text());
  const table::Baseline old(io::read_file(one.csv_in(committed))),
      made(io::read_file(one.csv_in(fresh)));
  io::append_csv_line(pair.header, old.header());
  const auto rows = made.by_key(pair.schema);
  for (const table::Row& row : old.rows()) {
    pair.committed.push_back(table::texts(row));
    const auto found = rows.find(pair.schema.key(row));
    pair.fresh.push_back(found == rows.end() ? std::nullopt : std::optional(*found->second));
  }
  return pair;
}

struct Count {
  std::size_t made = 0, missed = 0;
  [[nodiscard]] double percent() const {
    return made == 0 ? 0 : 100 * static_cast<double>(missed) / static_cast<double>(made);
  }
};

class Tally {
 public:
  // Changes the cell, and counts whether `check` notices it.
  void add(Pair& pair, std::size_t row, std::size_t column, const std::string& kind, bool never,
           const std::string& text) {
    std::vector<std::string> cells = pair.committed[row];
    const std::string before = std::exchange(cells[column], text);
    const bool noticed = pair.is_noticed(row, cells);
    Count& count = never ? never_[kind] : others_[kind];
    ++count.made;
    count.missed += !noticed;
    if (noticed || !never) return;
    ++wrong_;
    fmt::print("missed ({}): {}: row {}, column {}: {} as {}\n", kind, pair.name,
               pair.schema.key(*pair.fresh[row]), pair.schema.columns[column].name, before, text);
  }

  // Prints the counts. Returns whether all are as they must be.
  [[nodiscard]] bool report(const std::map<std::string, double>& allowed) const {
    std::size_t made = 0;
    bool holds = wrong_ == 0;
    for (const auto& [kind, count] : never_) {
      fmt::print("{:12} {:6} changes, {} missed, none may be\n", kind, count.made, count.missed);
      made += count.made;
    }
    for (const auto& [kind, count] : others_) {
      const auto found = allowed.find(kind);
      const double most = found == allowed.end() ? 0 : found->second;
      const bool is_more = count.percent() > most;
      fmt::print("{:12} {:6} changes, {:.1f} % missed, at most {} %{}\n", kind, count.made,
                 count.percent(), most, is_more ? ": too many" : "");
      holds = holds && !is_more;
      made += count.made;
    }
    fmt::print("{} changes of single cells\n", made);
    return holds;
  }

 private:
  // Changes that must never be missed, and the others, by kind.
  std::map<std::string, Count> never_, others_;
  std::size_t wrong_ = 0;
};

bool is_compared(const Column& column) {
  return column.rule == Rule::key || column.rule == Rule::exact || column.rule == Rule::bounded;
}

// Whether every change of a number in this cell must be noticed.
bool is_exact(const Pair& pair, std::size_t row, const Column& column) {
  return column.rule != Rule::bounded ||
         (column.tolerance.promised == 0 &&
          pair.schema.promised.contains(pair.schema.key(*pair.fresh[row])));
}

// Random changes: as many in each table, so that those of a small table count as much.
void change_at_random(std::vector<Pair>& pairs, std::size_t changes_each, Tally& tally) {
  Random random(1);
  for (Pair& pair : pairs)
    for (std::size_t made = 0; made < changes_each;) {
      const std::size_t row = random.below(pair.committed.size()),
                        at = random.below(pair.schema.columns.size());
      const Kind& kind = kinds[random.below(kinds.size())];
      const Column& column = pair.schema.columns[at];
      const auto text = kind.apply(pair.committed[row][at]);
      if (!is_compared(column) || !column.shown_only.empty() || !text ||
          *text == pair.committed[row][at])
        continue;
      ++made;
      if (!pair.fresh[row]) continue;
      const bool exact = is_exact(pair, row, column);
      tally.add(pair, row, at, column.rule == Rule::key ? "key" : kind.name,
                exact || !kind.of_numbers, *text);
    }
}

bool is_error_in_ulp(const Column& column) {
  return (column.name.ends_with("_ulp") || column.name.ends_with("_u")) &&
         column.rule == Rule::bounded;
}

// Every error of a kernel that claims 1 ULP, a little less than 2 ULP larger. A kernel without its
// compensation has such errors.
void add_slight_errors(std::vector<Pair>& pairs, Tally& tally) {
  for (Pair& pair : pairs)
    for (std::size_t row = 0; row < pair.committed.size(); ++row) {
      if (!pair.fresh[row] ||
          pair.schema.key(*pair.fresh[row]).find(".accurate.") == std::string::npos)
        continue;
      for (std::size_t at = 0; at < pair.schema.columns.size(); ++at) {
        const auto text = changed(pair.committed[row][at], [](double x) { return x + slight_ulp; });
        // Beside 2^54, 1.99 is lost.
        if (is_error_in_ulp(pair.schema.columns[at]) && text && *text != pair.committed[row][at])
          tally.add(pair, row, at, "+1.99 ULP", true, *text);
      }
    }
}

// Lines "PERCENT KIND"; lines that begin with # are comments.
std::map<std::string, double> read_rates(const std::string& path) {
  std::map<std::string, double> rates;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t blank = line.find(' ');
    rates[line.substr(blank + 1)] = std::stod(line.substr(0, blank));
  }
  return rates;
}

int mutate(const std::string& committed, const std::string& fresh, const std::string& rates) {
  std::vector<Pair> pairs;
  for (const cli::Prepared& one : cli::prepare_default_set({}))
    if (auto pair = read(one, committed, fresh)) pairs.push_back(std::move(*pair));
  for (Pair& pair : pairs)
    for (std::size_t row = 0; row < pair.committed.size(); ++row)
      if (pair.fresh[row] && pair.is_noticed(row, pair.committed[row])) {
        fmt::print(stderr, "{}: row {} does not hold unchanged; run `maxtrick check` first\n",
                   pair.name, pair.schema.key(*pair.fresh[row]));
        return 1;
      }
  Tally tally;
  change_at_random(pairs, 600, tally);
  add_slight_errors(pairs, tally);
  return tally.report(read_rates(rates)) ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count == 4) return mutate(arguments[1], arguments[2], arguments[3]);
    fmt::print(stderr, "usage: maxtrick_mutations COMMITTED FRESH RATES\n");
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "maxtrick_mutations: {}\n", error.what());
    return 6;
  }
}
