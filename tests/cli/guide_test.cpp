// `maxtrick guide`: the page says what the tables say, and nothing where a table is missing.
#include <boost/test/unit_test.hpp>

#include "program.hpp"

BOOST_AUTO_TEST_SUITE(guide_test)

namespace {

using namespace maxtrick::tests;

const std::string x_minus_max =
    "criterion,dtype,classes,from_gap,meaning\nwithin-1-percent,float32,2,4.5,one\n"
    "within-1-percent,float32,10,7,one\nwithin-1-percent,float64,2,99,one\n"
    "half-ulp,float32,2,15,half\nhalf-ulp,float32,10,16,half\n";

const std::string loss =
    "case,dtype,arm,outcome\ngap,float32,naive,ok\ngap,float32,naive,not_finite\n"
    "gap,float64,naive,both_lost\nkeras,float32,naive,both_lost\ngap,float32,fused,ok\n";
const std::string breaking = "arm,outcome\nnaive,nan\nnaive,learns\nnaive,nan\nfused,learns\n";

// A page from rows "variant,dtype,outcome,max_error_ulp".
Said guide(const Folder& folder, const std::string& rows) {
  folder.write("tables/accuracy.csv", "variant,dtype,outcome,max_error_ulp\n" + rows);
  folder.write("tables/x_minus_max.csv", x_minus_max);
  folder.write("tables/loss.csv", loss);
  folder.write("tables/breaking.csv", breaking);
  folder.write("tables/accuracy.md", "# How wrong\n\ntext\n");
  return shell("$MAXTRICK guide --tables tables", folder.path());
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_recommends_what_the_table_shows_to_be_best) {
  const Folder folder;
  const Said said = guide(folder,
                          "softmax.max_trick.scalar,float32,ok,2\n"
                          "softmax.max_trick.scalar,float32,inaccurate,66\n"
                          "softmax.online.scalar,float32,ok,3\n"
                          "softmax.online.scalar,float32,ok,4.26\n"
                          "softmax.accurate.scalar,float32,ok,0.7\n"
                          "softmax.accurate.scalar,float32,ok,0.5\n"
                          "softmax.naive.scalar,float32,ok,0.5\n"
                          "softmax.naive.scalar,float32,nan,inf\n"
                          "softmax.onednn,float32,ok,0.1\n"
                          "softmax.onednn,float32,wrong,12345678\n");
  BOOST_TEST(said.code == 0);
  BOOST_TEST(
      contains(said.out,
               "| softmax | float32 | accurate | 2 of 2, 0.7 ULP | online | 2 of 2, 4.26 ULP "
               "| naive | 1 of 2, inf ULP, 1 nan |\n"),
      said.out);
}

// Two that do equally well in 16 bits are told apart by float32; and what is named is explained.
BOOST_AUTO_TEST_CASE(it_breaks_ties_by_float32) {
  const Folder folder;
  const Said said = guide(folder,
                          "softmax.exp_of_log.scalar,float32,ok,3\n"
                          "softmax.max_trick.scalar,float32,ok,2\n"
                          "softmax.exp_of_log.scalar,float16_in_float32,ok,0.5\n"
                          "softmax.max_trick.scalar,float16_in_float32,ok,0.5\n");
  BOOST_TEST(contains(said.out, "| softmax | float16_in_float32 | max_trick | 1 of 1, 0.5 ULP | "),
             said.out);
  BOOST_TEST(contains(said.out, "- softmax `max_trick`: exp(x - max) / sum exp(x - max)\n"));
}

// What breaks on some logits is not recommended, though it is right more often on these; a type
// without a row has no line.
BOOST_AUTO_TEST_CASE(it_recommends_nothing_that_finite_logits_break) {
  const Folder folder;
  const Said said = guide(folder,
                          "log_sum_exp.naive.scalar,float64,ok,0.5\n"
                          "log_sum_exp.shifted.scalar,float64,inaccurate,20\n");
  BOOST_TEST(
      contains(said.out, "| log_sum_exp | float64 | shifted | 0 of 1, 20 ULP | the same |  | "),
      said.out);
  BOOST_TEST(!contains(said.out, "| log_sum_exp | float32 |"));
}

BOOST_AUTO_TEST_CASE(it_links_the_tables_and_says_when_the_approximation_will_do) {
  const Folder folder;
  const Said said = guide(folder, "softmax.naive.scalar,float32,ok,0.5\n");
  BOOST_TEST(contains(said.out,
                      "| criterion, classes: | 2 | 10 |\n| --- | --- | --- |\n"
                      "| within-1-percent | 4.5 | 7 |\n| half-ulp | 15 | 16 |\n\n"
                      "- within-1-percent: one\n- half-ulp: half\n"),
             said.out);
  BOOST_TEST(!contains(said.out, "99"));
  BOOST_TEST(said.out.ends_with("- [How wrong](accuracy.md) ([CSV](accuracy.csv))\n"));
}

BOOST_AUTO_TEST_CASE(a_missing_table_is_named_with_what_makes_it) {
  const Folder folder;
  const Said said = shell_exits(2, "$MAXTRICK guide", folder.path());
  BOOST_TEST(said.out.empty());
  BOOST_TEST(said.err ==
             "maxtrick: no table results/accuracy.csv; make it: maxtrick run "
             "configs/accuracy.toml\n");
  folder.write("results/accuracy.csv", "variant,dtype\nx,y\n");
  const Said other = shell_exits(2, "$MAXTRICK guide", folder.path());
  BOOST_TEST(contains(other.err, "results/accuracy.csv"), other.err);
  BOOST_TEST(contains(other.err, "outcome"), other.err);
}

BOOST_AUTO_TEST_CASE(it_says_which_losses_learn) {
  const Folder folder;
  const Said said = guide(folder, "softmax.max_trick.scalar,float32,ok,2\n");
  BOOST_TEST(contains(said.out, "| naive | 1 of 2; 1 not_finite | 1 of 3; 2 nan |\n"), said.out);
  BOOST_TEST(contains(said.out, "| fused | 1 of 1 | 1 of 1 |\n"), said.out);
}

BOOST_AUTO_TEST_SUITE_END()
