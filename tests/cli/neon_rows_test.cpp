// Which rows of NEON stand for rows of AVX-512 in a committed table.
#include "cli/neon_rows.hpp"

#include "test.hpp"

BOOST_AUTO_TEST_SUITE(neon_rows_test)

namespace {

using namespace maxtrick;
using table::Rule;

using Keys = std::vector<std::string>;

table::ResultTable table_of(const Keys& variants) {
  table::ResultTable table;
  table.columns = {{"op", Rule::key, ""}, {"variant", Rule::key, ""}, {"by", Rule::exact, ""}};
  for (const std::string& variant : variants) table.rows.push_back({"all", variant, variant});
  return table;
}

// Returns the keys by which the rows are looked up in a baseline with the rows `committed`.
Keys looked_up(const Keys& variants, const Keys& committed) {
  table::ResultTable table = table_of(variants);
  cli::name_neon_rows_as_avx512(table, table::Baseline(to_csv(table_of(committed))));
  Keys keys;
  for (const table::Row& row : table.rows) keys.push_back(table.key(row));
  return keys;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_name_ends_with_its_instruction_set) {
  const Keys committed{"softmax.accurate.avx512", "clip(softmax.fast.avx512)", "avx512"};
  BOOST_TEST(
      looked_up({"softmax.accurate.neon", "clip(softmax.fast.neon)", "neon"}, committed) ==
          (Keys{"all/softmax.accurate.avx512", "all/clip(softmax.fast.avx512)", "all/avx512"}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(other_rows_keep_their_keys) {
  const Keys committed{"softmax.accurate.avx512", "softmax.fast.avx512", "softmax.mine.neon",
                       "softmax.mine.avx512", "softmax.of.avx512"};
  // In turn: no row of NEON; a row that the baseline has itself; one whose AVX-512 row it lacks; names that
  // only contain the word.
  for (const std::string own : {"softmax.accurate.scalar", "softmax.mine.neon", "softmax.new.neon",
                                "softmax.ofneon", "softmax.neon.of"})
    BOOST_TEST(looked_up({own}, committed) == Keys{"all/" + own}, boost::test_tools::per_element());
  // The table has the row of AVX-512 as well.
  BOOST_TEST(looked_up({"softmax.fast.neon", "softmax.fast.avx512"}, committed) ==
                 (Keys{"all/softmax.fast.neon", "all/softmax.fast.avx512"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_former_keys_and_the_promises_are_kept) {
  table::ResultTable table = table_of({"softmax.accurate.neon", "softmax.fast.neon"});
  table.promised = {"all/softmax.accurate.neon"};
  const auto former = cli::name_neon_rows_as_avx512(
      table, table::Baseline(to_csv(table_of({"softmax.accurate.avx512", "softmax.fast.avx512"}))));
  BOOST_TEST(former.at("all/softmax.accurate.avx512") == "all/softmax.accurate.neon");
  BOOST_TEST(former.size() == 2U);
  BOOST_TEST(table.promised.contains("all/softmax.accurate.avx512"));
  BOOST_TEST(!table.promised.contains("all/softmax.fast.avx512"));
  // Only the key is another one.
  BOOST_TEST(table.rows[0][2].text() == "softmax.accurate.neon");
}

BOOST_AUTO_TEST_SUITE_END()
