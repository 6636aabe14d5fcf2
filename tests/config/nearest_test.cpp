// The suggestion of the word that was probably meant.
#include "config_errors.hpp"

BOOST_AUTO_TEST_SUITE(nearest_test)

using namespace maxtrick::tests;

std::string nearest(const std::string& word, const Words& known) {
  return maxtrick::config::nearest(word, known);
}

BOOST_AUTO_TEST_CASE(edits) {
  BOOST_TEST(nearest("softmx", ops) == "softmax");    // delete
  BOOST_TEST(nearest("sooftmax", ops) == "softmax");  // insert
  BOOST_TEST(nearest("softnax", ops) == "softmax");   // substitute
  BOOST_TEST(nearest("sfotmax", ops) == "softmax");   // transpose: one edit, not two
  BOOST_TEST(nearest("ab", {"ba"}) == "ba");          // and therefore near enough here
  BOOST_TEST(nearest("ca", {"abc"}) == "");           // distance 3: no part moves twice
  BOOST_TEST(nearest("log_sumexp", ops) == "log_sum_exp");
  BOOST_TEST(nearest("logsoftmax", ops) == "log_softmax");
}

BOOST_AUTO_TEST_CASE(far_words) {
  BOOST_TEST(nearest("relu", ops) == "");
  BOOST_TEST(nearest("", ops) == "");
  BOOST_TEST(nearest("x", {"y"}) == "");  // nothing in common
  BOOST_TEST(nearest("softmax", {}) == "");
  BOOST_TEST(nearest("abcdef", {"abcxyz"}) == "");
  BOOST_TEST(nearest("abcdef", {"abcdyz"}) == "abcdyz");  // a third of the longer word
  BOOST_TEST(nearest(std::string(1000000, 's'), ops) == "");
}

BOOST_AUTO_TEST_CASE(ties_and_case) {
  BOOST_TEST(nearest("rowx", {"rows", "rowe"}) == "rows");
  BOOST_TEST(nearest("rowx", {"rowe", "rows"}) == "rowe");
  BOOST_TEST(nearest("SOFTMAX", ops) == "softmax");
  BOOST_TEST(nearest("Seed", {"SEED", "seed"}) == "seed");
  BOOST_TEST(nearest("seed", {"SEED", "Seed", "seed"}) == "seed");
}

BOOST_AUTO_TEST_CASE(parts_of_long_names) {
  const Words names = thirteen_names();
  BOOST_TEST(nearest("softmax.max_trick", names) == "softmax.max_trick.scalar");
  BOOST_TEST(nearest("softmax.max_tirck", names) == "softmax.max_trick.scalar");
  BOOST_TEST(nearest("softmax.naive", {"softmax.online", "softmax.naive.scalar"}) ==
             "softmax.naive.scalar");
  BOOST_TEST(nearest("max_trick.avx512", names) == "softmax.max_trick.avx512");
  BOOST_TEST(nearest("onednn", names) == "softmax.onednn");
  BOOST_TEST(nearest("so", names) == "");  // too short for a suggestion
}

BOOST_AUTO_TEST_CASE(lists) {
  using maxtrick::config::expected_one_of;
  const Words three = {"c", "a", "b"};
  BOOST_TEST(expected_one_of("zz", three) == "one of: c, a, b");
  BOOST_TEST(expected_one_of("", three) == "one of: c, a, b");
  BOOST_TEST(expected_one_of("softmxa", ops) ==
             "one of: softmax, log_softmax, log_sum_exp, cross_entropy; did you mean 'softmax'?");
  Words names = thirteen_names();
  BOOST_TEST(expected_one_of("softmax.naiv.scalar", names) ==
             "one of 13 names; did you mean 'softmax.naive.scalar'?");
  BOOST_TEST(expected_one_of("relu", names) == "one of 13 names");
  names.resize(12);
  BOOST_TEST(expected_one_of("relu", names).starts_with("one of: softmax.naive.scalar, "));
  BOOST_TEST(expected_one_of("relu", {}) == "no name here");
}

BOOST_AUTO_TEST_SUITE_END()
