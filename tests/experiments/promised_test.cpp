// Which rows of the committed configs are compared exactly, and what the columns with a tolerance
// declare.
#include "cli/session.hpp"
#include "io/files.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(promised_test)

namespace {

using namespace maxtrick;
using tests::contains;

// The configs whose tables have rows of kernels, without those of trainings, which pass through
// OpenBLAS.
std::vector<cli::Prepared> prepared() {
  cli::TableOptions options;
  for (const char* name : {"accuracy", "derivative", "likelihood", "log_softmax", "loss",
                           "low_precision", "overflow", "shift", "speed", "summation"})
    options.configs.push_back(std::string(MAXTRICK_SOURCE_DIR "/configs/") + name + ".toml");
  return cli::prepare(options);
}

bool is_in(const run::Case& one, const char* part) { return contains(one.key.text(), part); }

bool is_error_in_ulp(const table::Column& column) {
  return column.rule == table::Rule::bounded && !contains(column.name, "bound") &&
         (column.name.ends_with("_ulp") || column.name.ends_with("_u"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(rows_are_exact_where_neither_libm_nor_a_library_computes) {
  std::set<std::string> kernels;
  for (const cli::Prepared& table : prepared()) {
    std::size_t promised = 0;
    for (const run::Case& one : table.plan.cases) {
      promised += one.promised;
      if (is_in(one, ".accurate.") || is_in(one, ".fast.")) {
        kernels.insert(table.name);
        BOOST_TEST(one.promised, table.name << ": " << one.key.text());
      }
      if (is_in(one, "onednn") || is_in(one, "/float64/sparse/fused"))
        BOOST_TEST(!one.promised, table.name << ": " << one.key.text());
    }
    // The losses of that config are in float32 and float64, and their logarithm is that of libm.
    BOOST_TEST((promised > 0) == (table.name != "loss"), table.name);
    BOOST_TEST(promised < table.plan.cases.size(), table.name);
  }
  BOOST_TEST(kernels.size() == 7);
}

BOOST_AUTO_TEST_CASE(columns_with_a_tolerance_state_its_reason_and_their_range) {
  std::size_t errors = 0;
  for (const cli::Prepared& table : prepared())
    for (const table::Column& column : table.plan.table.columns) {
      if (column.rule != table::Rule::bounded) continue;
      BOOST_TEST(!column.tolerance.reason.empty(), table.name << ": " << column.name);
      if (!contains(column.name, "error")) continue;
      ++errors;
      BOOST_TEST(column.tolerance.range.low == 0, table.name << ": " << column.name);
    }
  BOOST_TEST(errors > 20);
}

// The bits of these rows are promised, but libm computes the bound beside them. Another libm must not
// fail `check`.
BOOST_AUTO_TEST_CASE(a_bound_that_libm_computes_has_a_tolerance_in_every_row) {
  const std::map<std::string, std::string> bounds{{"accuracy", "bound_u"},
                                                  {"log_softmax", "absolute_error_bound"},
                                                  {"low_precision", "max_error_over_bound"}};
  std::size_t found = 0;
  for (const cli::Prepared& one : prepared()) {
    const auto bound = bounds.find(one.name);
    if (bound == bounds.end()) continue;
    ++found;
    const table::Column& column = one.plan.table.columns[one.plan.table.index(bound->second)];
    BOOST_TEST(column.tolerance.promised > 0, one.name << ": " << column.name);
  }
  BOOST_TEST(found == bounds.size());
}

// A kernel without its compensation has such errors. The committed rows stand for those of a run, so
// that nothing is computed; tests/cli/program_test.cpp shows that `check` ends with 1 and names them.
BOOST_AUTO_TEST_CASE(an_error_of_accurate_that_is_slightly_larger_is_noticed_in_every_table) {
  cli::TableOptions options;
  for (const char* name : {"accuracy", "derivative", "external/lab_accuracy", "external/lab_logits",
                           "log_softmax", "low_precision", "overflow", "shift", "speed"})
    options.configs.push_back(std::string(MAXTRICK_SOURCE_DIR "/configs/") + name + ".toml");
  std::set<std::string> seen;
  for (const cli::Prepared& one : cli::prepare(options)) {
    const std::string folder = one.name == "speed" ? "/results/speed/zen5/" : "/results/";
    const table::Baseline committed(
        io::read_file(MAXTRICK_SOURCE_DIR + folder + one.name + ".csv"));
    table::ResultTable got = one.plan.table;
    // Tables of speed stay when later versions have more columns and other rows.
    const auto missing = [&](const table::Column& column) {
      const auto& header = committed.header();
      return std::find(header.begin(), header.end(), column.name) == header.end();
    };
    std::set<std::string> planned;
    for (const run::Case& single : one.plan.cases) {
      table::Row key;
      auto cell = single.key.cells().begin();
      for (const table::Column& column : got.columns) {
        if (column.rule != table::Rule::key) continue;
        if (!missing(column)) key.push_back(*cell);
        ++cell;
      }
      planned.insert(table::Key(key).text());
      if (single.promised) got.promised.insert(table::Key(key).text());
    }
    std::erase_if(got.columns, missing);
    got.rows = committed.rows();
    std::set<std::string> changed, noticed;
    for (table::Row& row : got.rows) {
      if (!contains(got.key(row), ".accurate.")) continue;
      if (one.name == "speed" && !planned.contains(got.key(row))) continue;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string& name = got.columns[i].name;
        const auto error = row[i].number();
        if (!is_error_in_ulp(got.columns[i]) || !error || *error + 1.99 == *error) continue;
        row[i] = *error + 1.99;
        changed.insert(got.key(row) + " " + name);
      }
    }
    for (const table::Mismatch& one_cell : table::compare(got, committed))
      noticed.insert(one_cell.row + " " + one_cell.column);
    BOOST_TEST(changed == noticed, one.name << ": " << noticed.size() << " of " << changed.size());
    if (!changed.empty()) seen.insert(one.name);
  }
  BOOST_TEST(seen.size() == options.configs.size());
}

BOOST_AUTO_TEST_SUITE_END()
