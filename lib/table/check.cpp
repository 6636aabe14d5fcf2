#include "table/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "text/quoted.hpp"

namespace maxtrick::table {
namespace {

constexpr const char* no_row = "no such row";

double half_width(Measure measure, double value, double at) {
  switch (measure) {
    case Measure::absolute: return value;
    case Measure::relative: return value * std::abs(at);
    case Measure::ulp: {
      const double size = std::abs(at);
      constexpr double largest = std::numeric_limits<double>::max();
      // There is no number above the largest one, so its ULP is the distance to the one below.
      const double step =
          size < largest ? std::nextafter(size, largest) - size : size - std::nextafter(size, 0.0);
      return value * step;
    }
  }
  return 0;
}

// The kind of the mismatch and what is allowed; no value if the cells agree.
using Verdict = std::optional<std::pair<Mismatch::Kind, std::string>>;

Verdict equal(const Cell& expected, const Cell& got) {
  if (expected == got) return std::nullopt;
  return {{Mismatch::Kind::differs, "exactly that"}};
}

// A cell or the key of a row, as messages show it.
std::string cut(std::string_view cell) { return text::shown(cell, text::longest_cell); }

std::string shown(const Range& range) { return fmt::format("[{}, {}]", range.low, range.high); }

// Infinities are in a range that has no end on their side. A range does not judge NaN.
bool outside(const Column& column, const Cell& cell) {
  const auto number = cell.number();
  const Range& range = column.tolerance.range;
  return column.rule == Rule::bounded && number && !std::isnan(*number) &&
         !(range.low <= *number && *number <= range.high);
}

// The tolerance of a cell in a row whose bits are not promised.
double allowed_in(const ResultTable& table, const Column& column, const Row& row) {
  for (const RowTolerance& one : column.of_rows)
    if (table.keeps(one.rows, row)) return one.value;
  return column.tolerance.value;
}

Verdict within(const Column& column, bool promised, double allowed, const Cell& expected,
               const Cell& got) {
  const Tolerance& tolerance = column.tolerance;
  if (promised) allowed = tolerance.promised;
  if (promised && allowed == 0) {
    if (expected == got) return std::nullopt;
    return {{Mismatch::Kind::differs, "exactly that, since its bits are promised"}};
  }
  if (outside(column, expected) || outside(column, got))
    return {{Mismatch::Kind::differs, "a value in " + shown(tolerance.range)}};
  const auto want = expected.number(), have = got.number();
  // If one of them is not a finite number, there is no distance to measure: they must be equal as
  // text.
  if (!want || !have || !std::isfinite(*want) || !std::isfinite(*have)) return equal(expected, got);
  const double width = half_width(tolerance.measure, allowed, *want);
  if (std::abs(*have - *want) <= width) return std::nullopt;
  return {{Mismatch::Kind::differs, fmt::format("[{}, {}]", *want - width, *want + width)}};
}

Verdict judge(const Column& column, bool promised, double allowed, const Cell& expected,
              const Cell& got) {
  switch (column.rule) {
    case Rule::key:
    case Rule::timed:
    case Rule::info: return std::nullopt;
    case Rule::exact: return equal(expected, got);
    case Rule::bounded: return within(column, promised, allowed, expected, got);
  }
  return std::nullopt;
}

std::string shell_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + '\'';
}

// The parts of a cell about several claims.
std::vector<std::string> split(const std::string& cell) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from < cell.size();) {
    const std::size_t end = std::min(cell.find("; ", from), cell.size());
    parts.push_back(cell.substr(from, end - from));
    from = end + 2;
  }
  return parts;
}

std::optional<Mismatch::Kind> kind_of(std::string_view verdict, bool busy) {
  if (verdict == "missed") return busy ? Mismatch::Kind::noisy : Mismatch::Kind::slower;
  if (verdict == "noisy") return Mismatch::Kind::noisy;
  if (verdict == "unjudged") return Mismatch::Kind::unjudged;
  return std::nullopt;
}

// "took 1.27 (1.2 to 1.33) times the time of X; the claim is at most 1.25: cannot be decided, since
// the interval contains it". See ResultTable::judged for the form of a claim.
std::string sentence(const std::string& claim, const std::string& measured,
                     std::string_view verdict, bool busy) {
  const auto number_at = claim.find(' ', claim.find(' ') + 1);
  const auto rest_at = claim.find(' ', number_at + 1);
  const auto interval = parse_interval(measured);
  if (rest_at == claim.npos || !interval)
    return fmt::format("the claim \"{}\" is {}", claim,
                       verdict == "unjudged" ? "not judged: there is no time to compare" : verdict);
  const std::string rest = claim.substr(rest_at + 1);
  const char* why = verdict == "missed" ? (busy ? "it seems missed, but the machine was busy"
                                                : "missed, since the whole interval is outside")
                    : interval->wide    ? "cannot be decided, since the interval is too wide"
                                        : "cannot be decided, since the interval contains it";
  return fmt::format("{} {:.3g} ({:.3g} to {:.3g}) {}; the claim is {}: {}",
                     claim.starts_with("at most") ? "took" : "was", interval->estimate,
                     interval->low, interval->high, rest, claim.substr(0, rest_at), why);
}

}  // namespace

std::vector<Mismatch> compare(const ResultTable& got, const Baseline& baseline,
                              const std::vector<std::string>* keys) {
  std::vector<std::string> header;
  for (const Column& column : got.columns) header.push_back(column.name);
  if (baseline.header() != header)
    return {{Mismatch::Kind::differs, "", "",
             fmt::format("columns {}", fmt::join(baseline.header(), ",")),
             fmt::format("columns {}", fmt::join(header, ",")), "the same columns"}};

  std::map<std::string, const Row*> due_rows;
  std::vector<Mismatch> found;
  for (const Row& row : baseline.rows())
    if (const std::string key = got.key(row); !due_rows.emplace(key, &row).second)
      found.push_back({Mismatch::Kind::differs, key, "", "one row", "two in the baseline",
                       "a key names one row"});

  std::set<std::string> present;
  for (const Row& row : got.rows) {
    const std::string key = got.key(row);
    present.insert(key);
    const auto expected = due_rows.find(key);
    if (expected == due_rows.end()) {
      found.push_back({Mismatch::Kind::differs, key, "", no_row, "a row", "the baseline's rows"});
      continue;
    }
    const bool promised = got.promised.contains(key);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Only& shown_only = got.columns[i].shown_only;
      if (!shown_only.empty() && got.keeps(shown_only, row)) continue;
      const Cell& due = (*expected->second)[i];
      const double allowed = allowed_in(got, got.columns[i], row);
      if (const auto verdict = judge(got.columns[i], promised, allowed, due, row[i]))
        found.push_back(
            {verdict->first, key, got.columns[i].name, due.text(), row[i].text(), verdict->second});
    }
  }
  const auto asked = [&](const std::string& key) {
    return !keys || std::find(keys->begin(), keys->end(), key) != keys->end();
  };
  for (const auto& [key, row] : due_rows)
    if (!present.contains(key) && asked(key))
      found.push_back({Mismatch::Kind::differs, key, "", "a row", no_row, "the baseline's rows"});
  return found;
}

std::vector<Mismatch> beyond_limits(const ResultTable& table) {
  std::vector<Mismatch> found;
  for (const Limit& limit : table.limits) {
    const std::size_t value_at = table.index(limit.value), bound_at = table.index(limit.bound);
    for (const Row& row : table.rows) {
      const auto value = row[value_at].number(), bound = row[bound_at].number();
      // A value that is not a number, or is NaN, is not within a bound.
      if (row[bound_at].empty() || (value && bound && *value <= *bound)) continue;
      found.push_back({Mismatch::Kind::differs, table.key(row), limit.value,
                       "at most " + row[bound_at].text(), row[value_at].text(),
                       fmt::format("what theory bounds (column {})", limit.bound)});
    }
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    const std::string range = shown(column.tolerance.range);
    for (const Row& row : table.rows)
      if (outside(column, row[i]))
        found.push_back({Mismatch::Kind::differs, table.key(row), column.name,
                         "a value in " + range, row[i].text(), "the range of the column"});
  }
  return found;
}

std::vector<Mismatch> claims_in_doubt(const ResultTable& table, bool busy) {
  std::vector<Mismatch> found;
  for (const Judged& judged : table.judged)
    for (const Row& row : table.rows) {
      const auto at = [&](const std::string& column) {
        return split(row[table.index(column)].text());
      };
      const auto claims = at(judged.claim), measured = at(judged.measured),
                 verdicts = at(judged.verdict);
      for (std::size_t i = 0; i < verdicts.size(); ++i) {
        const auto kind = kind_of(verdicts[i], busy);
        if (!kind) continue;
        const std::string claim = i < claims.size() ? claims[i] : "",
                          got = i < measured.size() ? measured[i] : "";
        found.push_back({*kind, table.key(row), judged.verdict, claim, got, verdicts[i],
                         sentence(claim, got, verdicts[i], busy)});
      }
    }
  return found;
}

bool has_claims(const ResultTable& table) {
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const Row& row) {
    return std::any_of(table.judged.begin(), table.judged.end(), [&](const Judged& judged) {
      return !row[table.index(judged.verdict)].empty();
    });
  });
}

Intervals count_intervals(const ResultTable& table) {
  Intervals found;
  for (const Row& row : table.rows)
    for (const Cell& cell : row)
      if (const auto interval = cell.interval()) ++found.all, found.wide += interval->wide;
  return found;
}

std::string in_words(const Mismatch& mismatch) {
  if (!mismatch.sentence.empty()) return mismatch.sentence;
  return fmt::format("{}expected {}, got {}, allowed {}",
                     mismatch.column.empty() ? "" : "column " + cut(mismatch.column) + ": ",
                     cut(mismatch.expected), cut(mismatch.got), cut(mismatch.allowed));
}

std::string describe(const Mismatch& mismatch, std::string_view table_path,
                     std::string_view config_path) {
  std::string text = fmt::format("{}:", table_path);
  if (!mismatch.row.empty())
    text += fmt::format(" row {}{}", cut(mismatch.row), mismatch.sentence.empty() ? "," : ":");
  text += fmt::format(" {}\n", in_words(mismatch));
  // A row that the run no longer makes cannot be repeated.
  if (mismatch.row.empty() || mismatch.got == no_row) return text;
  return text + fmt::format("    again: {}\n", rerun(config_path, mismatch.row));
}

std::string rerun(std::string_view config_path, std::string_view key) {
  return fmt::format("maxtrick run {} --filter {}", shell_path(config_path),
                     shell_word(exact_filter(key)));
}

std::string shell_path(std::string_view path) {
  const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("/._-+").find(c) != std::string_view::npos;
  });
  return plain ? std::string(path) : shell_word(path);
}

std::string exact_filter(std::string_view key) {
  std::string regex = "^";
  for (const char c : key) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) regex += '\\';
    regex += c;
  }
  return regex + '$';
}

}  // namespace maxtrick::table
