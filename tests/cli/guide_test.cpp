// `maxtrick guide` writes a page that agrees with the tables, and writes none if a table is
// missing.
#include <nlohmann/json.hpp>

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

// The temperatures of the last epoch count, and the best classifier has no epoch but 0.
const std::string calibration =
    "task,arm,epoch,examples,temperature,quantity,median\n"
    "lab,fused,5,held_out,fitted,temperature,0.25\nlab,fused,10,held_out,fitted,temperature,0.75\n"
    "lab,fused,10,test,1,ece,0.0625\nlab,fused,10,test,fitted,ece,0.03125\n"
    "lab,fused,10,test,1,nll,0.5\nlab,fused,10,test,fitted,nll,0.375\n"
    "lab,fused,10,elsewhere,fitted,ece,0.125\nlab,bayes,0,test,1,ece,0.015625\n"
    "few,naive,9,test,1,ece,0.0200001\nfew,fused,9,test,1,ece,0.0200002\n"
    "few,clip,9,test,1,ece,0.03\n";
const std::string imbalance =
    "task,arm,test,logits,recall_2_median,rare_precision,accuracy_median,nll_median,"
    "macro_recall_median\n"
    "linear,plain,imbalanced,trained,0.25,0.75,0.875,0.125,0.5\n"
    "linear,plain,imbalanced,shifted,0.1,0.2,0.3,0.1875,0.4\n"
    "linear,plain,balanced,trained,0.1,0.2,0.3,0.4,0.625\n"
    "linear,plain,balanced,shifted,0.1,0.2,0.3,0.4,0.6875\n"
    "linear,bayes,imbalanced,trained,0.5,0.25,0.9375,0.0625,0.5\n";

// Writes tables/NAME.csv and its manifest.
void write_table(const Workdir& folder, const std::string& name, const std::string& csv) {
  folder.write("tables/" + name + ".csv", csv);
  nlohmann::json manifest{{"config", {{"text", ""}, {"sha256", maxtrick::io::sha256("")}}}};
  manifest["sha256"][name + ".csv"] = maxtrick::io::sha256(csv);
  if (folder.has("tables/" + name + ".md"))
    manifest["sha256"][name + ".md"] = maxtrick::io::sha256(folder.read("tables/" + name + ".md"));
  folder.write("tables/" + name + ".manifest.json", manifest.dump());
}

// Runs the guide on tables of which that of the accuracy has these rows
// "variant,dtype,outcome,max_error_ulp".
Said guide(const Workdir& folder, const std::string& rows) {
  folder.write("tables/accuracy.md", "# How wrong\n\ntext\n");
  write_table(folder, "accuracy", "variant,dtype,outcome,max_error_ulp\n" + rows);
  write_table(folder, "x_minus_max", x_minus_max);
  write_table(folder, "loss", loss);
  write_table(folder, "breaking", breaking);
  write_table(folder, "calibration", calibration);
  write_table(folder, "imbalance", imbalance);
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

BOOST_AUTO_TEST_CASE(it_says_which_temperature_and_which_weights) {
  const Workdir folder;
  guide(folder, "softmax.accurate.scalar,float32,ok,0.7\n")
      .out_has("| lab | fused | 0.75 | 0.0625 | 0.0312 | 0.5 | 0.375 |  | 0.125 |\n")
      .out_has("| lab | bayes |  | 0.0156 |  |  |  |  |  |\n")
      .out_has("| few | naive, fused |  | 0.02 |  |  |  |  |  |\n| few | clip |  | 0.03 |")
      .out_has("| linear | plain | 0.25 | 0.75 | 0.875 | 0.125 | 0.188 | 0.625 | 0.688 |\n")
      .out_has("| linear | bayes | 0.5 | 0.25 | 0.938 | 0.0625 |  |  |  |\n");
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
  write_table(folder, "accuracy", "variant,dtype\nx,y\n");
  folder.exits(2, "$MAXTRICK guide --tables tables")
      .err_has("tables/accuracy.csv")
      .err_has("outcome");
}

// `maxtrick check` refuses these tables too.
BOOST_AUTO_TEST_CASE(a_table_that_is_not_the_one_of_its_manifest_is_refused) {
  const std::string rows = "softmax.naive.scalar,float32,ok,0.5\n";
  const auto refused = [&](const std::string& edit, const std::string& file,
                           const std::string& why) {
    const Workdir folder;
    BOOST_TEST(guide(folder, rows).code == 0);
    folder.exits(0, edit);
    folder.exits(2, "timeout 20 $MAXTRICK guide --tables tables")
        .out_is("")
        .err_has("maxtrick: tables/" + file + why);
  };
  const std::string altered = ": not the file that its manifest describes";
  refused("sed -i s/0.5/0.4/ tables/accuracy.csv", "accuracy.csv", altered);
  refused("sed -i s/learns/nan/ tables/breaking.csv", "breaking.csv", altered);
  refused("sed -i s/How/So/ tables/accuracy.md", "accuracy.md", altered);
  refused("rm tables/loss.manifest.json", "loss.manifest.json", ": no such file");
  refused("echo 1 >tables/loss.manifest.json", "loss.manifest.json", ": not the manifest");
  refused(R"(sed -i 's/"text":""/"text":"x"/' tables/loss.manifest.json)", "loss.manifest.json",
          ": the text of its config does not have the digest beside it");
  refused("rm tables/loss.csv && mkfifo tables/loss.csv", "loss.csv",
          " cannot be a file of the table loss: a pipe");
}

// Other documents in the folder are no tables.
BOOST_AUTO_TEST_CASE(a_page_that_is_no_table_is_not_linked) {
  const Workdir folder;
  folder.write("tables/notes.md", "# Notes\n");
  guide(folder, "softmax.naive.scalar,float32,ok,0.5\n")
      .out_has("[How wrong](accuracy.md)")
      .out_lacks("Notes");
}

BOOST_AUTO_TEST_CASE(it_says_which_losses_learn) {
  const Workdir folder;
  guide(folder, "softmax.max_trick.scalar,float32,ok,2\n")
      .out_has("| naive | 1 of 2; 1 not_finite | 1 of 3; 2 nan |\n")
      .out_has("| fused | 1 of 1 | 1 of 1 |\n");
}

BOOST_AUTO_TEST_SUITE_END()
