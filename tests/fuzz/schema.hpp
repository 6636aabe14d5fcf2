// A table with a column of each kind and a view of each kind.
#pragma once

#include "table/table.hpp"

namespace maxtrick::fuzz {

inline table::ResultTable schema() {
  using table::Measure;
  using table::Rule;
  table::ResultTable table;
  table.title = "T";
  table.description = "D";
  table.columns = {
      {"key", Rule::key, "K"},
      {"group", Rule::key, "G"},
      {"exact", Rule::exact, "E"},
      {"absolute", Rule::bounded, "A", {Measure::absolute, 0.5, "R"}},
      {"relative", Rule::bounded, "B", {Measure::relative, 0.1, "R"}, {{"exact", "shown"}}},
      {"ulp", Rule::bounded, "C", {Measure::ulp, 2, "R"}},
      {"timed", Rule::timed, "T"},
      {"verdict", Rule::info, "V"}};
  table.limits = {{"absolute", "ulp"}};
  table.judged = {{"exact", "timed", "verdict"}};
  table.counts = {{"Counts", "key", "exact", {"ok"}, {}}};
  table.means = {{"Means", "key", {"absolute"}, {}}};
  table.lines = {{"Lines", {"key", "ulp"}, "exact", {{"group", "g"}}}};
  table.pivots = {{"Pivot", "key", "group", {"absolute", "exact"}, {}}};
  table.legend = {"key", "exact"};
  return table;
}

}  // namespace maxtrick::fuzz
