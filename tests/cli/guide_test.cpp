// `maxtrick guide` writes a page that agrees with the tables, and writes none if a table is
// missing.
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

// Runs the guide on a table with these rows "variant,dtype,outcome,max_error_ulp".
Said guide(const Workdir& folder, const std::string& rows) {
  folder.write("tables/accuracy.csv", "variant,dtype,outcome,max_error_ulp\n" + rows);
  folder.write("tables/x_minus_max.csv", x_minus_max);
  folder.write("tables/loss.csv", loss);
  folder.write("tables/breaking.csv", breaking);
  folder.write("tables/accuracy.md", "# How wrong\n\ntext\n");
  return folder.run("$MAXTRICK guide --tables tables");
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_recommends_what_the_table_shows_to_be_best) {
  const Workdir folder;
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
  said.out_has(
      "| softmax | float32 | accurate | 2 of 2, 0.7 ULP | online | 2 of 2, 4.26 ULP "
      "| naive | 1 of 2, inf ULP, 1 nan |\n");
}

// Two variants that are equally accurate in 16 bits are distinguished by their accuracy in float32.
// Each recommended variant is explained.
BOOST_AUTO_TEST_CASE(it_breaks_ties_by_float32) {
  const Workdir folder;
  guide(folder,
        "softmax.exp_of_log.scalar,float32,ok,3\n"
        "softmax.max_trick.scalar,float32,ok,2\n"
        "softmax.exp_of_log.scalar,float16_in_float32,ok,0.5\n"
        "softmax.max_trick.scalar,float16_in_float32,ok,0.5\n")
      .out_has("| softmax | float16_in_float32 | max_trick | 1 of 1, 0.5 ULP | ")
      .out_has("- softmax `max_trick`: exp(x - max) / sum exp(x - max)\n");
}

// A variant that fails on some finite logits is not recommended, even if it has more correct rows
// here. A type without rows has no line.
BOOST_AUTO_TEST_CASE(it_recommends_nothing_that_finite_logits_break) {
  const Workdir folder;
  guide(folder,
        "log_sum_exp.naive.scalar,float64,ok,0.5\n"
        "log_sum_exp.shifted.scalar,float64,inaccurate,20\n")
      .out_has("| log_sum_exp | float64 | shifted | 0 of 1, 20 ULP | the same |  | ")
      .out_lacks("| log_sum_exp | float32 |");
}

BOOST_AUTO_TEST_CASE(it_links_the_tables_and_says_when_the_approximation_will_do) {
  const Workdir folder;
  const Said said = guide(folder, "softmax.naive.scalar,float32,ok,0.5\n");
  said.out_has(
      "| criterion, classes: | 2 | 10 |\n| --- | --- | --- |\n"
      "| within-1-percent | 4.5 | 7 |\n| half-ulp | 15 | 16 |\n\n"
      "- within-1-percent: one\n- half-ulp: half\n");
  said.out_lacks("99");
  BOOST_TEST(said.out.ends_with("- [How wrong](accuracy.md) ([CSV](accuracy.csv))\n"));
}

BOOST_AUTO_TEST_CASE(a_missing_table_is_named_with_what_makes_it) {
  const Workdir folder;
  folder.exits(2, "$MAXTRICK guide")
      .out_is("")
      .err_is(
          "maxtrick: the table results/accuracy.csv is missing; make it: maxtrick run "
          "configs/accuracy.toml\n");
  folder.write("results/accuracy.csv", "variant,dtype\nx,y\n");
  folder.exits(2, "$MAXTRICK guide").err_has("results/accuracy.csv").err_has("outcome");
}

BOOST_AUTO_TEST_CASE(it_says_which_losses_learn) {
  const Workdir folder;
  guide(folder, "softmax.max_trick.scalar,float32,ok,2\n")
      .out_has("| naive | 1 of 2; 1 not_finite | 1 of 3; 2 nan |\n")
      .out_has("| fused | 1 of 1 | 1 of 1 |\n");
}

BOOST_AUTO_TEST_SUITE_END()
