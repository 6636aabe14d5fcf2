// Experiment `loss`: the vanishing gradient of the clip, the frozen loss, NaN, and the figures of
// issues.
#include "config_runs.hpp"
#include "inputs/labelled_logits.hpp"
#include "loss/exact_loss.hpp"

BOOST_AUTO_TEST_SUITE(loss_experiment_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string head = head_of("loss");
const std::string both = "targets = [\"sparse\", \"one_hot\"]\n";
const std::string two_types = "dtypes = [\"float32\", \"float64\"]\n";

std::string arm(const std::string& name, const std::string& rest = "") {
  const bool logits = name.starts_with("fused") || name.starts_with("bce");
  return "[[arm]]\nname = \"" + name + "\"\nloss = \"" + name + "\"\n" +
         (logits ? "" : "softmax = \"softmax.max_trick.scalar\"\n") + rest;
}

std::string grid(const std::string& gaps, const std::string& classes, int examples = 6) {
  return "gaps = [" + gaps + "]\nclasses = [" + classes +
         "]\nexamples = " + std::to_string(examples) +
         "\nmax_logits = 20000\nseed = 1\nview = [{dtype = \"float32\", classes = 2, targets = "
         "\"sparse\"}]\n";
}

std::string example(const std::string& rest, const std::string& logits = "[[1, 0]]",
                    const std::string& labels = "[0]") {
  return "[[case]]\nname = \"c\"\nhazard = \"H\"\nsource = \"S\"\ndtype = \"float32\"\ntargets = "
         "\"sparse\"\nlogits = " +
         logits + "\nlabels = " + labels + "\n" + rest;
}

const std::string naive =
    "[[arm]]\nname = \"naive\"\nloss = \"log_of_softmax\"\nsoftmax = \"softmax.naive.scalar\"\n";

// Returns the row of one arm, gap and type.
Cells row_of(const std::vector<Cells>& rows, const std::string& arm, const std::string& gap,
             const std::string& dtype = "float32", const std::string& targets = "sparse",
             const std::string& classes = "2") {
  return row_where(
      rows,
      {{"arm", arm}, {"gap", gap}, {"dtype", dtype}, {"targets", targets}, {"classes", classes}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_cliff_of_the_clip) {
  const auto rows = rows_of_run(head + two_types + both +
                                grid("17.5, 16.11, -16.11, -16.12, -17.5, -50", "2, 1000") +
                                arm("clip") + arm("fused_log1p"));
  for (const std::string dtype : {"float32", "float64"})
    for (const std::string targets : {"sparse", "one_hot"}) {
      const auto clip = [&](const std::string& gap, const std::string& classes = "2") {
        return row_of(rows, "clip", gap, dtype, targets, classes);
      };
      check_cells(clip("-16.11"), {{"outcome", "ok"}, {"still_gradients", "0"}});
      for (const std::string gap : {"-16.12", "-17.5", "-50"}) {
        check_cells(clip(gap), {{"still_gradients", "1"}, {"lost_gradients", "1"}});
        BOOST_TEST(number(clip(gap), "mean_loss") == 16.118, boost::test_tools::tolerance(1e-4));
        BOOST_TEST(clip(gap).at("gradient_relative_error") == "1");
        // y - t is accurate with the same probabilities.
        BOOST_TEST(number(clip(gap), "difference_error_u") < 4);
      }
      // With 1000 classes the log-sum-exp is larger by log 632 = 6.4.
      BOOST_TEST(clip("-16.11", "1000").at("still_gradients") == "1");
      BOOST_TEST(clip("17.5").at("still_gradients") == "1");
    }
  BOOST_TEST(number(row_of(rows, "clip", "17.5", "float32", "one_hot"), "mean_loss") == 1.1921e-7,
             boost::test_tools::tolerance(1e-4));
  for (const Cells& row : rows)
    if (row.at("arm") == "fused_log1p") {
      check_cells(row, {{"outcome", "ok"}, {"difference_error_u", ""}});
      BOOST_TEST(number(row, "mean_loss") == number(row, "exact_loss"),
                 boost::test_tools::tolerance(1e-5));
    }
}

BOOST_AUTO_TEST_CASE(where_the_naive_form_turns_nan) {
  const auto rows = rows_of_run(head + "dtypes = [\"float32\"]\n" + both +
                                grid("110, 89, 88, -88, -89, -100, -105", "2, 10") + naive +
                                arm("bce") + arm("bce_fused"));
  const auto share = [&](const std::string& column, const std::string& gap,
                         const std::string& name = "naive") {
    return number(row_of(rows, name, gap), column);
  };
  for (const std::string gap : {"110", "89"}) {
    BOOST_TEST(row_of(rows, "naive", gap).at("mean_loss") == "nan");
    for (const std::string column : {"infinite_losses", "infinite_gradients", "lost_losses"})
      BOOST_TEST(share(column, gap) == 1);
  }
  BOOST_TEST(row_of(rows, "naive", "88").at("outcome") == "both_lost");
  BOOST_TEST(row_of(rows, "naive", "-88").at("outcome") == "ok");
  // The gradient becomes infinite first, then the loss; y - t stays finite.
  BOOST_TEST(share("infinite_gradients", "-89") == 1);
  BOOST_TEST(share("infinite_losses", "-100") == 0);
  BOOST_TEST(row_of(rows, "naive", "-105").at("mean_loss") == "inf");
  for (const std::string gap : {"-89", "-100", "-105"})
    BOOST_TEST(share("difference_error_u", gap) < 2);
  // Half of the labels are class 0.
  BOOST_TEST(share("infinite_losses", "88", "bce") == 0.5);
  for (const std::string gap : {"110", "-105"})
    BOOST_TEST(row_of(rows, "bce_fused", gap).at("outcome") == "ok");
  // The losses of one column occur with two classes only.
  for (const Cells& row : rows)
    if (row.at("arm").starts_with("bce")) BOOST_TEST(row.at("classes") == "2");
}

BOOST_AUTO_TEST_CASE(a_case_says_whether_what_was_printed_comes_again) {
  const auto rows = rows_of_run(
      head + two_types + both + arm("clip") + arm("fused") + arm("bce_clip", "guard = 0.01\n") +
      "[[case]]\nname = \"keras-7563\"\nhazard = \"H\"\nsource = \"S\"\ndtype = \"float64\"\n"
      "targets = \"one_hot\"\nlogits = [[300, 100, 100], [-100, 200, 500]]\nlabels = [0, 1]\n"
      "guard = 1.0000000116860974e-07\nprinted = { clip = \"8.05904786964\", fused = \"150\" }\n" +
      example("printed = { fused = \"0.3133\", clip = \"0.3132\" }\n"));
  BOOST_TEST(rows.size() == 4U);
  check_cells(rows[0], {{"agrees", "yes"}, {"gap", "-300"}});
  BOOST_TEST(number(rows[0], "exact_loss") == 150);
  BOOST_TEST(rows[1].at("agrees") == "yes");
  BOOST_TEST(rows[2].at("agrees") == "yes");  // 0.31326, truncated
  BOOST_TEST(rows[3].at("agrees") == "yes");
  const auto wrong = rows_of_run(head + two_types + both + arm("fused") +
                                 example("printed = { fused = \"0.3134\" }\n"));
  BOOST_TEST(wrong[0].at("agrees") == "no");
}

// Every figure that the committed table quotes from an issue is reproduced, and the losses that are
// documented as accurate everywhere are accurate.
BOOST_AUTO_TEST_CASE(the_committed_table) {
  const auto rows = committed_rows("loss");
  std::set<std::string> sources;
  for (const Cells& row : rows) {
    if (!row.at("printed").empty()) {
      BOOST_TEST(row.at("agrees") == "yes", row.at("case"));
      sources.insert(row.at("source"));
    }
    if (row.at("drawn") == "yes" &&
        (row.at("arm") == "fused_log1p" || row.at("arm") == "bce_fused"))
      BOOST_TEST(row.at("outcome") == "ok", row.at("gap"));
  }
  for (const std::string source :
       {"keras#7563", "keras#17634", "keras#377", "keras#15249", "tensorflow#39411",
        "tensorflow#31930", "bonlime/keras-deeplab-v3-plus#129", "pytorch#11752", "mlx PR#4188",
        "pytorch#113708", "scipy#18295", "dotnet/machinelearning#3648"})
    BOOST_TEST(sources.contains(source), source);
}

BOOST_AUTO_TEST_CASE(examples_of_a_gap) {
  for (const std::size_t classes : {2U, 3U, 50U}) {
    const auto examples = inputs::gap_examples(classes, 40, -3, 7);
    BOOST_TEST(examples.rows() == 40U);
    BOOST_TEST(inputs::smallest_gap(examples) == -3);
    std::set<std::int32_t> places(examples.labels.begin(), examples.labels.end());
    BOOST_TEST(places.size() > 1U);
    for (std::size_t i = 0; i < 40; ++i) {
      const auto row = std::span(examples.logits).subspan(i * classes, classes);
      const auto label = static_cast<std::size_t>(examples.labels[i]);
      double largest = -2;
      for (std::size_t c = 0; c < classes; ++c)
        if (c != label) {
          BOOST_TEST(row[c] >= -1);
          BOOST_TEST(std::floor(64 * row[c]) == 64 * row[c]);
          largest = std::max(largest, row[c]);
        }
      BOOST_TEST(largest == 0);
      BOOST_TEST(row[label] == -3);
    }
  }
  const auto column = inputs::gap_examples(1, 4, 5, 7);
  const std::vector<double> logits{-5, 5, -5, 5};
  BOOST_TEST(column.logits == logits, boost::test_tools::per_element());
  BOOST_TEST(inputs::smallest_gap(column) == 5);
}

// Compares with closed forms that have no cancellation.
BOOST_AUTO_TEST_CASE(exact_losses_are_the_closed_forms) {
  for (const double z : {-200.0, -30.0, -1.0, 0.0, 2.5, 30.0, 200.0}) {
    const double p = 1 / (1 + std::exp(-z)), q = 1 / (1 + std::exp(z));
    const double loss = std::max(-z, 0.0) + std::log1p(std::exp(-std::abs(z)));
    const auto near = boost::test_tools::tolerance(1e-14);
    const auto two = loss::exact_losses({2, {z, 0}, {0}})[0];
    BOOST_TEST(two.loss.high == loss, near);
    BOOST_TEST(two.gradient[0].high == -q, near);
    BOOST_TEST(two.gradient[1].high == q, near);
    BOOST_TEST(two.largest == q, near);
    const auto one = loss::exact_losses({1, {z, z}, {1, 0}});
    BOOST_TEST(one[0].loss.high == loss, near);
    BOOST_TEST(one[0].gradient.size() == 1U);
    BOOST_TEST(one[0].gradient[0].high == -q, near);
    BOOST_TEST(one[1].gradient[0].high == p, near);
  }
}

// Coefficients that name one class are labels, whatever computes them. Class weights scale loss and
// gradient, and the divisor replaces the number of rows.
BOOST_AUTO_TEST_CASE(coefficients_and_divisor) {
  const std::string start = head + two_types + both + arm("clip") + arm("fused") + arm("eps");
  const auto with = [&](const std::string& rest) {
    return rows_of_run(start +
                       "[[case]]\nname = \"c\"\nhazard = \"H\"\nsource = \"S\"\ndtype = "
                       "\"float32\"\ntargets = \"one_hot\"\nlogits = [[1, 0, -2], [0, 3, 1]]\n" +
                       rest);
  };
  const auto labels = with("labels = [1, 0]\n");
  BOOST_TEST_REQUIRE(labels.size() == 3U);
  BOOST_TEST((with("coefficients = [[0, 1, 0], [1, 0, 0]]\n") == labels));
  const auto weighted = with("coefficients = [[0, 2, 0], [4, 0, 0]]\ndivisor = 6\n");
  const auto rows = with("coefficients = [[0, 2, 0], [4, 0, 0]]\n");
  const double a = 1 + std::log(1 + std::exp(-1) + std::exp(-3));
  const double b = 3 + std::log(1 + std::exp(-3) + std::exp(-2));
  for (std::size_t i = 0; i < 3; ++i) {
    check_cells(weighted[i], {{"outcome", "ok"}, {"examples", "2"}, {"gap", "-3"}});
    for (const std::string column : {"exact_loss", "mean_loss"}) {
      BOOST_TEST(number(weighted[i], column) == (2 * a + 4 * b) / 6,
                 boost::test_tools::tolerance(1e-6));
      BOOST_TEST(number(rows[i], column) == (2 * a + 4 * b) / 2,
                 boost::test_tools::tolerance(1e-6));
    }
  }
  // Without a target there is neither a loss nor a gradient, but p - t is p.
  for (const Cells& none : with("coefficients = [[0, 0, 0], [0, 0, 0]]\n")) {
    check_cells(none, {{"outcome", "ok"}, {"mean_loss", "0"}, {"gradient_error_u", "0"}});
    if (none.at("arm") != "fused") BOOST_TEST(number(none, "difference_error_u") > 1e6);
  }
}

BOOST_AUTO_TEST_CASE(exact_losses_of_coefficients) {
  const auto labelled = loss::exact_losses({3, {1, 0, -2}, {1}});
  const auto same = loss::exact_losses({3, {1, 0, -2}, {1}, {0, 1, 0}});
  const auto twice = loss::exact_losses({3, {1, 0, -2}, {1}, {0, 2, 0}});
  BOOST_TEST(same[0].loss.high == labelled[0].loss.high);
  BOOST_TEST(twice[0].loss.high == 2 * labelled[0].loss.high);
  BOOST_TEST(same[0].largest == labelled[0].largest);
  for (std::size_t k = 0; k < 3; ++k) {
    BOOST_TEST(same[0].gradient[k].high == labelled[0].gradient[k].high);
    BOOST_TEST(twice[0].gradient[k].high == 2 * labelled[0].gradient[k].high);
  }
}

BOOST_AUTO_TEST_CASE(jobs_change_no_byte) {
  check_jobs(head + two_types + both + grid("20, 1, -20", "2, 30") + arm("clip") + arm("eps") +
             arm("bce") + example(""));
}

BOOST_AUTO_TEST_CASE(config_errors) {
  const auto rejected = [](const std::string& text, const std::string& place,
                           const std::string& message) {
    check_rejected(head + text, {"t.toml:" + place, message});
  };
  const std::string start = two_types + both;
  rejected(start + example("") + "[[arm]]\nname = \"a\"\nloss = \"clp\"\n", "16:8",
           "did you mean 'clip'?");
  rejected(start + example("") + "[[arm]]\nname = \"a\"\nloss = \"clip\"\n", "14:1",
           "the loss 'clip' is computed from probabilities and needs a softmax");
  rejected(start + example("") + arm("clip") + arm("clip"), "19:8", "duplicate arm 'clip'");
  rejected(start + example("") + arm("bce", "softmax = \"softmax.naive.scalar\"\n"), "17:11",
           "the loss 'bce' has only one logit");
  rejected(two_types + "targets = [\"sparce\"]\n" + grid("1", "2") + arm("fused"), "5:12",
           "'sparce' is not a known value of 'targets'");
  rejected(start + example("") + arm("fused", "softmax = \"log_softmax.shifted.scalar\"\n"),
           "17:11", "log_softmax.shifted.scalar");
  rejected(start + example("") + arm("fused", "softmax = \"softmax.onednn\"\n"), "17:11",
           "'softmax.onednn' is not available in float64");
  rejected(start + example("") + arm("fused", "guard = 1e-7\n"), "17:9",
           "the loss 'fused' has no epsilon");
  for (const std::string guard : {"0", "0.6", "-1"})
    rejected(start + example("") + arm("clip", "guard = " + guard + "\n"), "18:9", "0.5");
  rejected(start + example("") + arm("clip", "gradient = \"chan\"\n"), "18:12",
           "did you mean 'chain'?");
  rejected(start + arm("fused"), "1:1", "neither 'gaps' nor a [[case]] is given");
  rejected("dtypes = [\"float16_in_float32\"]\n" + both + example("") + arm("fused"), "4:11",
           "the losses are not available in float16_in_float32");
  rejected(start + arm("fused") + example("", "[[1, 0]]", "[2]"), "16:10",
           "row 0: label 2 is not a class; expected 0 to 1");
  rejected(start + arm("fused") + example("", "[[1, 0]]", "[0, 1]"), "16:10",
           "2 labels for 1 rows");
  rejected(start + arm("fused") + example("") + "[[case]]\nname = \"gap\"\n", "18:8",
           "the name 'gap' is reserved for rows drawn at random");
  rejected(start + arm("fused") + example("", "[[inf, 0]]"), "15:10", "not finite");
  rejected(start + arm("fused") + example("printed = { fused = \"x\" }\n"), "17:21",
           "'x' is not a number");
  rejected(start + arm("fused") + example("printed = { fsed = \"1\" }\n"), "17:13", "fsed");
  rejected(start + arm("bce") + example("printed = { bce = \"1\" }\n"), "17:19", "does not apply");
  const auto case_of = [](const std::string& logits, const std::string& coefficients,
                          const std::string& targets = "one_hot") {
    return "[[case]]\nname = \"c\"\nhazard = \"H\"\nsource = \"S\"\ndtype = \"float32\"\ntargets = "
           "\"" +
           targets + "\"\nlogits = " + logits + "\ncoefficients = " + coefficients + "\n";
  };
  const std::string fused = start + arm("fused");
  rejected(fused + case_of("[[1, 0]]", "[[1]]"), "16:16", "1 x 1 coefficients for 1 x 2 logits");
  rejected(fused + case_of("[[1, 0]]", "[[1, 0], [0, 1]]"), "16:16", "2 x 2 coefficients");
  rejected(fused + case_of("[[1, 0]]", "[[1, nan]]"), "16:16", "a coefficient is not finite");
  rejected(fused + case_of("[[1]]", "[[1]]"), "16:16", "two classes in one column have a label");
  rejected(fused + case_of("[[1, 0]]", "[[1, 0]]", "sparse"), "14:11",
           "coefficients for targets that are classes");
  rejected(fused + case_of("[[1, 0]]", "[[1, 0]]") + "labels = [0]\n", "17:1",
           "unknown key 'labels'");
  rejected(fused + case_of("[[1, 0]]", "[[1, 0]]") + "divisor = 0\n", "17:11",
           "key 'divisor' is 0");
  rejected(start + grid("1001", "2") + arm("fused"), "6:9", "1001 is out of range");
  rejected(start + grid("1", "4") + arm("fused"), "11:39", "2 is not one of 'classes'");
}

BOOST_AUTO_TEST_SUITE_END()
