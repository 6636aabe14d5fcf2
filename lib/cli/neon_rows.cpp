#include "cli/neon_rows.hpp"

#include <set>
#include <string_view>

namespace maxtrick::cli {
namespace {

// The name of a variant or an instruction set with AVX-512 in the place of NEON. The loss
// "clip(softmax.accurate.neon)" has a softmax of NEON.
std::string with_avx512(std::string name) {
  for (const std::string_view end : {".neon", ".neon)"})
    if (name.ends_with(end)) return name.replace(name.size() - end.size() + 1, 4, "avx512");
  return name == "neon" ? "avx512" : name;
}

}  // namespace

std::map<std::string, std::string> name_neon_rows_as_avx512(table::ResultTable& table,
                                                            const table::Baseline& baseline) {
  const auto known = baseline.by_key(table);
  std::set<std::string> present;
  for (const table::Row& row : table.rows) present.insert(table.key(row));
  std::map<std::string, std::string> former;
  for (table::Row& row : table.rows) {
    table::Row renamed = row;
    for (std::size_t i = 0; i < row.size(); ++i)
      if (table.columns[i].rule == table::Rule::key)
        renamed[i] = table::Cell::read(with_avx512(row[i].text()));
    const std::string own = table.key(row), key = table.key(renamed);
    if (known.contains(own) || !known.contains(key) || present.contains(key)) continue;
    row = std::move(renamed);
    if (table.promised.contains(own)) table.promised.insert(key);
    former[key] = own;
  }
  return former;
}

}  // namespace maxtrick::cli
