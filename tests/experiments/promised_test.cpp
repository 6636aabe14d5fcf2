// Which rows of the committed configs are compared exactly, and what the columns with a tolerance
// declare.
#include "cli/session.hpp"
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

BOOST_AUTO_TEST_SUITE_END()
