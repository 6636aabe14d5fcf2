// Any text as a committed table: it is compared with itself and with another table, and shown.
#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>

#include "fuzz.hpp"
#include "schema.hpp"
#include "table/baseline.hpp"
#include "table/check.hpp"
#include "table/render.hpp"

using namespace maxtrick;

namespace {

void show(const table::ResultTable& table) {
  for (const auto format : {table::Format::table, table::Format::csv, table::Format::json})
    (void)table::render(table, format);
  (void)table::to_markdown(table);
  for (const auto& mismatch : table::beyond_limits(table))
    (void)table::describe(mismatch, "t.csv", "t.toml");
  (void)table::claims_in_doubt(table);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const table::ResultTable schema = fuzz::schema();
  std::optional<table::Baseline> read;
  try {
    read.emplace(std::string(fuzz::text_of(data, size)));
  } catch (const std::runtime_error&) {
    return 0;
  }
  table::ResultTable table = schema;
  (void)table::compare(table, *read);
  if (read->header().size() != schema.columns.size()) return 0;
  table.rows = read->rows();
  show(table);

  const table::Baseline written(table::to_csv(table));
  std::set<std::string> keys;
  for (const table::Row& row : table.rows) keys.insert(table.key(row));
  fuzz::require(keys.size() < table.rows.size() || table::compare(table, written).empty(),
                "a table equals itself");
  // Each row has the cells of another one, but for its key.
  table::ResultTable other = table;
  for (std::size_t i = 0; i + 1 < table.rows.size(); ++i)
    std::copy(table.rows[i + 1].begin() + 2, table.rows[i + 1].end(), other.rows[i].begin() + 2);
  for (const auto& mismatch : table::compare(other, *read))
    (void)table::describe(mismatch, "t.csv", "t.toml");
  return 0;
}
