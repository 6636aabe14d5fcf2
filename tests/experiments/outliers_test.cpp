// Experiment outliers: the exact part is compared with closed forms and with the ops of the oracle,
// the training part with what must hold for any outlier; and its config is tested.
#include "learn/loss.hpp"
#include "numerics/real.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/softmax.hpp"
#include "ops/softmax_backward.hpp"
#include "oracle/oracle.hpp"
#include "outliers/gap.hpp"
#include "training_configs.hpp"

BOOST_AUTO_TEST_SUITE(outliers_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using outliers::Activation;
using outliers::Answer;
using outliers::Function;
using outliers::Others;

const Activation softmax{.name = "softmax"}, cap{.name = "cap", .soft_cap = 5},
    warm{.name = "warm", .temperature = 4}, sum_v1{.name = "sum_v1", .function = Function::sum_v1},
    sum_v2{.name = "sum_v2", .function = Function::sum_v2},
    with_margin{.name = "margin", .function = Function::sum_v2, .margin = 0.5};

Others equal(std::size_t classes, double logit = 1) { return {"equal", "H", {logit}, classes}; }
const Others slides{"slides", "H", {3, 0, 2}, 4};

// 1 / (1 + n e^-gap), rounded once from 400 bits.
double leader(double n, double gap) {
  numerics::Real e(400);
  mpfr_set_d(e, -gap, MPFR_RNDN);
  mpfr_exp(e, e, MPFR_RNDN);
  mpfr_mul_d(e, e, n, MPFR_RNDN);
  mpfr_add_ui(e, e, 1, MPFR_RNDN);
  mpfr_ui_div(e, 1, e, MPFR_RNDN);
  return mpfr_get_d(e, MPFR_RNDN);
}

const std::string activations = R"([[activation]]
name = "softmax"
function = "softmax"
[[activation]]
name = "cap"
function = "softmax"
soft_cap = 5
[[activation]]
name = "sum_v2"
function = "sum_v2"
margin = 0.1
)";
const std::string rows = R"(gaps = [0, 7]
[[row]]
name = "slides"
hazard = "H"
others = [3, 0, 2]
)";

std::string outlier(const std::string& part, const std::string& name, const std::string& distance,
                    const std::string& rest) {
  return "[[" + part + "]]\nname = \"" + name + "\"\nhazard = \"H of " + name +
         "\"\ndistance = " + distance + "\n" + rest + "\n";
}
std::string distant(const std::string& name, const std::string& distance,
                    const std::string& label) {
  return outlier("distant", name, distance, "examples = 1\nlabel = \"" + label + "\"");
}

std::string config(const std::string& all_outliers,
                   const std::string& chosen = "\"softmax\", \"cap\", \"sum_v2\"", int epochs = 3) {
  return head_of("outliers") + "seeds = 3\n" + activations + lab + "[[task]]\n" +
         task("lab", epochs, "activations = [" + chosen + "]\n") + all_outliers;
}

const Cells& row(const std::vector<Cells>& all, const std::string& activation,
                 const std::string& outlier) {
  return row_where(all, {{"activation", activation}, {"outlier", outlier}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_leader_of_softmax_has_its_closed_form) {
  for (const std::size_t classes : {2, 10, 1000})
    for (const double gap : {0., 0.5, 1., 7., 30., 100., 740.}) {
      const auto n = static_cast<double>(classes - 1);
      const Others others = equal(classes);
      const Answer found = exact_answer(softmax, others, gap);
      BOOST_TEST(found.leader == leader(n, gap));
      BOOST_TEST(exact_answer(warm, others, gap).leader == leader(n, gap / 4));
      // Softmax does not depend on what is added to all logits.
      BOOST_TEST(exact_answer(softmax, equal(classes, -8), gap).runner_up == found.runner_up);
      BOOST_TEST(found.loss_difference == gap);
      BOOST_TEST(exact_answer(warm, others, gap).loss_difference == gap / 4);
      const auto p = oracle::exact<double>(ops::softmax, std::span<const double>(others.row(gap)));
      BOOST_TEST(found.leader == p[0].rounded);
      BOOST_TEST(found.runner_up == p[1].rounded);
      if (gap == 0)
        BOOST_TEST(found.entropy == std::log(n + 1), boost::test_tools::tolerance(1e-15));
    }
}

// Every number that an op of the oracle has too, with the transform of the activation.
BOOST_AUTO_TEST_CASE(softmax_agrees_with_the_ops_of_the_oracle) {
  for (const Activation& activation : {softmax, cap, warm})
    for (const Others& others : {slides, equal(10)})
      for (const double gap : {0., 1., 7., 40.}) {
        const std::vector<double> x = others.row(gap);
        const std::size_t t = others.runner_up();
        const ops::RowTransform<double> transform{.temperature = activation.temperature,
                                                  .soft_cap = activation.soft_cap};
        const Answer found = exact_answer(activation, others, gap);
        const auto p = oracle::answer<double>(ops::softmax, {.logits = x, .transform = transform});
        BOOST_TEST(found.leader == p.result[0].rounded);
        BOOST_TEST(found.runner_up == p.result[t].rounded);
        const auto of_label = [&](std::size_t label) {
          return oracle::answer<double>(
              ops::cross_entropy,
              {.logits = x, .target = label, .transform = transform, .with_gradient = true});
        };
        const auto loss = of_label(t);
        BOOST_TEST(found.loss == loss.loss->rounded);
        BOOST_TEST(found.loss_of_leader == of_label(0).loss->rounded);
        BOOST_TEST(found.gradient_leader == loss.result[0].rounded);
        double squares = 0;
        for (const auto& g : loss.result) squares += g.rounded * g.rounded;
        BOOST_TEST(found.gradient_length == std::sqrt(squares),
                   boost::test_tools::tolerance(1e-14));
        std::vector<double> of_leader(x.size());
        of_leader[0] = 1;
        const auto derivative = oracle::answer<double>(
            ops::softmax_backward, {.logits = x, .transform = transform, .factors = of_leader});
        BOOST_TEST(found.sensitivity == derivative.result[0].rounded);
        double entropy = 0;
        for (const auto& one : p.result) entropy -= one.rounded * std::log(one.rounded);
        BOOST_TEST(found.entropy == entropy, boost::test_tools::tolerance(1e-12));
      }
}

BOOST_AUTO_TEST_CASE(sums_have_their_quotients) {
  const Answer v1 = exact_answer(sum_v1, slides, 7);  // 10, 3, 0, 2
  BOOST_TEST(v1.leader == 10. / 15);
  BOOST_TEST(v1.runner_up == 3. / 15);
  BOOST_TEST(v1.sensitivity == 5. / 225);
  BOOST_TEST(v1.loss == std::log(5), boost::test_tools::tolerance(1e-15));
  BOOST_TEST(v1.loss_difference == std::log(10. / 3), boost::test_tools::tolerance(1e-15));
  BOOST_TEST(v1.gradient_leader == 1. / 15);
  BOOST_TEST(v1.gradient_length == std::sqrt(3. / 225 + (1. / 15 - 1. / 3) * (1. / 15 - 1. / 3)),
             boost::test_tools::tolerance(1e-15));
  // The minimum of this row is 0, so that both sums are the same, but for the class of the minimum.
  const Answer v2 = exact_answer(sum_v2, slides, 7);
  BOOST_TEST(v2.leader == v1.leader);
  BOOST_TEST(v2.entropy == v1.entropy);
  BOOST_TEST(v2.gradient_length > v1.gradient_length);
  const Answer margin = exact_answer(with_margin, slides, 7);  // 10.5, 3.5, 0.5, 2.5 of 17
  BOOST_TEST(margin.leader == 10.5 / 17);
  BOOST_TEST(margin.runner_up == 3.5 / 17);
}

// Where the others are equal, sum_v2 gives the leader everything at any gap.
BOOST_AUTO_TEST_CASE(what_a_sum_cannot_tell) {
  const Answer hard = exact_answer(sum_v2, equal(10), 0.001);
  BOOST_TEST(hard.leader == 1);
  BOOST_TEST(hard.entropy == 0);
  BOOST_TEST(hard.sensitivity == 0);
  BOOST_TEST(hard.loss == INFINITY);
  BOOST_TEST(hard.gradient_length == INFINITY);
  const Answer none = exact_answer(sum_v2, equal(10), 0);
  BOOST_TEST(std::isnan(none.leader));
  BOOST_TEST(std::isnan(none.gradient_length));
  const Answer negative = exact_answer(sum_v1, equal(3, -1), 4);  // 3, -1, -1
  BOOST_TEST(negative.leader == 3);
  BOOST_TEST(negative.runner_up == -1);
  BOOST_TEST(std::isnan(negative.loss));
  BOOST_TEST(std::isnan(negative.entropy));
  BOOST_TEST(std::isnan(negative.loss_difference));
}

// The losses of training against the exact ones and against differences.
BOOST_AUTO_TEST_CASE(the_losses_of_training_are_the_exact_ones) {
  for (const Activation& activation : {softmax, cap, warm, sum_v1, sum_v2, with_margin}) {
    const auto compute = outliers::loss_of<double>(activation);
    const auto loss_at = [&](const std::vector<double>& x, std::vector<double>& gradient) {
      double loss = 0;
      const std::vector<std::int32_t> label{1};
      learn::cross_entropy<double>(compute, numerics::one_row(std::span<const double>(x)), {label},
                                   learn::Reduction::none, {&loss, 1},
                                   numerics::one_row(std::span<double>(gradient)));
      return loss;
    };
    const std::vector<double> x = slides.row(4);
    std::vector<double> gradient(x.size()), unused(x.size());
    const Answer exact = exact_answer(activation, slides, 4);
    BOOST_TEST(loss_at(x, gradient) == exact.loss, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(gradient[0] == exact.gradient_leader, boost::test_tools::tolerance(1e-14));
    double squares = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      std::vector<double> above = x, below = x;
      above[k] += 1e-5, below[k] -= 1e-5;
      const double slope = (loss_at(above, unused) - loss_at(below, unused)) / 2e-5;
      BOOST_TEST(std::abs(gradient[k] - slope) < 1e-8, activation.name << k);
      squares += gradient[k] * gradient[k];
    }
    BOOST_TEST(std::sqrt(squares) == exact.gradient_length, boost::test_tools::tolerance(1e-14));
  }
}

// The gap of the loss grows without end with softmax, and ends at twice the cap with a cap.
BOOST_AUTO_TEST_CASE(a_soft_cap_limits_loss_and_gradient) {
  BOOST_TEST(exact_answer(softmax, equal(2, 0), 500).loss == 500);
  const Answer capped = exact_answer(cap, equal(2, 0), 500);
  BOOST_TEST(capped.loss > 5);
  BOOST_TEST(capped.loss < 5.01);
  BOOST_TEST(capped.gradient_leader < 1e-80);
  BOOST_TEST(exact_answer(softmax, equal(2, 0), 500).gradient_length == std::sqrt(2.));
}

BOOST_AUTO_TEST_CASE(the_exact_part_needs_no_data) {
  const auto all = rows_of_run(head_of("outliers") + activations + rows);
  BOOST_REQUIRE(all.size() == 6U);
  for (const Cells& cells : all) {
    check_cells(cells, {{"part", "gap"},
                        {"setting", "slides"},
                        {"hazard", "H"},
                        {"seeds", ""},
                        {"accuracy_median", ""}});
    BOOST_TEST(cells.at("gradient_bound").empty() == (cells.at("activation") == "sum_v2"));
  }
  BOOST_TEST(number(row(all, "softmax", "7"), "loss_difference") == 7);
  BOOST_TEST(number(row(all, "softmax", "7"), "runner_up") < 0.001);
}

// An example that is changed by nothing changes nothing.
BOOST_AUTO_TEST_CASE(the_same_example_has_no_effect) {
  for (const Cells& cells : rows_of_run(config(distant("same", "1", "right")))) {
    check_cells(cells, {{"part", "distant"},
                        {"setting", "lab"},
                        {"seeds", "3"},
                        {"accuracy_change_q1", "0"},
                        {"accuracy_change_q3", "0"},
                        {"loss_change_q1", "0"},
                        {"loss_change_q3", "0"},
                        {"probability_change_q3", "0"},
                        {"loss_with_median", cells.at("loss_without_median")},
                        {"confidence_with_median", cells.at("confidence_without_median")},
                        {"leader", ""}});
    BOOST_TEST(number(cells, "share_before_q3") < 0.01);
  }
}

BOOST_AUTO_TEST_CASE(a_distant_example_has_a_larger_part) {
  const auto all =
      rows_of_run(config(distant("near", "1", "wrong") + distant("far", "10", "wrong") +
                         distant("farther", "100", "wrong")));
  for (const std::string activation : {"softmax", "cap", "sum_v2"}) {
    const Cells &near = row(all, activation, "near"), &far = row(all, activation, "far"),
                &farther = row(all, activation, "farther");
    // The gradient by the weights of the first layer has the features as factors.
    if (activation != "cap") {
      BOOST_TEST(number(far, "share_before_median") > 3 * number(near, "share_before_median"));
      BOOST_TEST(number(farther, "share_before_median") > number(far, "share_before_median"));
    }
    BOOST_TEST(number(farther, "confidence_without_median") >=
               number(near, "confidence_without_median"));
  }
  // Without biases, relu networks are linear in the distance, and so is the loss of a wrong label.
  const auto loss = [&](const std::string& activation, const std::string& name) {
    return number(row(all, activation, name), "loss_without_median");
  };
  BOOST_TEST(loss("softmax", "farther") > 8 * loss("softmax", "far"));
  BOOST_TEST(loss("softmax", "farther") < 12 * loss("softmax", "far"));
  BOOST_TEST(loss("cap", "farther") < 10.01);  // twice the cap
  BOOST_TEST(number(row(all, "softmax", "farther"), "confidence_without_median") == 1);
}

BOOST_AUTO_TEST_CASE(a_share_changes_that_many_labels) {
  const auto all = rows_of_run(config(outlier("mislabelled", "few", "1", "share = 0.005") +
                                          outlier("mislabelled", "ten", "1", "examples = 10") +
                                          outlier("mislabelled", "half", "1", "share = 0.5"),
                                      "\"softmax\""));
  // 0.005 of 2000 examples are 10.
  for (const auto& [column, cell] : row(all, "softmax", "few"))
    if (column != "outlier" && column != "hazard")
      BOOST_TEST(row(all, "softmax", "ten").at(column) == cell, column);
  BOOST_TEST(row(all, "softmax", "few").at("part") == "mislabelled");
  BOOST_TEST(number(row(all, "softmax", "half"), "share_before_median") > 0.4);
  BOOST_TEST(number(row(all, "softmax", "half"), "probability_change_median") >
             number(row(all, "softmax", "few"), "probability_change_median"));
}

BOOST_AUTO_TEST_CASE(jobs_change_no_byte) {
  check_jobs(config(distant("far", "10", "wrong"), "\"softmax\", \"sum_v2\"", 1));
}

BOOST_AUTO_TEST_CASE(config_errors) {
  const std::string good = config(rows + distant("far", "10", "wrong") +
                                  outlier("mislabelled", "share", "1", "share = 0.1"));
  const auto rejected = [&](const std::string& part, const std::string& instead,
                            const std::string& at, const std::string& message,
                            const std::string& expected) {
    check_rejected(replaced(good, part, instead), at, 0, message, expected);
  };
  rejected("function = \"softmax\"\n", "function = \"sum_v3\"\n", "\"sum_v3\"",
           "'sum_v3' is not a known value of 'function'", "one of: softmax, sum_v1, sum_v2");
  rejected("soft_cap = 5", "soft_cap = 0", "0\n", "key 'soft_cap' is 0", "a number from 0.001");
  rejected("soft_cap = 5", "temperature = -1", "-1", "key 'temperature' is -1",
           "a number from 0.001 to 1000");
  rejected("margin = 0.1", "margin = -3", "-3", "key 'margin' is -3", "a number from 1e-06");
  rejected("margin = 0.1", "soft_cap = 77", "77", "only softmax has 'soft_cap'", "no 'soft_cap'");
  rejected("margin = 0.1", "temperature = 77", "77", "only softmax has 'temperature'",
           "no 'temperature'");
  rejected("soft_cap = 5", "margin = 77", "77", "only a sum has 'margin'", "no 'margin'");
  rejected("name = \"cap\"", "name  = \"softmax\"", "\"softmax\"\nfunction = \"softmax\"\nsoft_cap",
           "duplicate activation 'softmax'", "another name");
  rejected("gaps = [0, 7]", "gaps = [0, -7]", "-7", "-7 is out of range",
           "a number from 0 to 1000");
  rejected("gaps = [0, 7]", "gaps = [7.5, 7.5]", "7.5]", "7.5 is listed twice", "each once");
  rejected("others = [3, 0, 2]", "others = [3, inf]", "inf", "a logit of inf",
           "a number from -1e+06 to 1e+06");
  rejected("others = [3, 0, 2]", "others = [3, 0, 2]\nclasses = 3", "3\n[[distant",
           "3 classes for 3 others", "at least one class more");
  rejected("others = [3, 0, 2]", "others = [3, 0, 2]\nclasses = 1", "1\n[[distant",
           "key 'classes' is 1", "an integer from 2 to 100000");
  rejected("label = \"wrong\"", "label = \"left\"", "\"left\"",
           "'left' is not a known value of 'label'", "one of: right, wrong");
  rejected("distance = 10", "distance = 0", "0\nexamples", "key 'distance' is 0",
           "a number from 1e-06 to 1e+09");
  rejected("examples = 1", "examples = 2000", "2000\nlabel", "key 'examples' is 2000",
           "an integer from 1 to 1999");
  rejected("share = 0.1", "share = 0.6", "0.6", "key 'share' is 0.6", "a number from 1e-06 to 0.5");
  rejected("share = 0.1", "examples = 3\nshare = 0.1", "0.1\n",
           "'share' and 'examples' are both given", "one of the two");
  rejected("name = \"share\"", "name = \"far\"", "\"far\"\nhazard = \"H of share\"",
           "duplicate outlier 'far'", "another name");
  rejected("activations = [\"softmax\"", "activations = [\"softmin\"", "\"softmin\"",
           "'softmin' is not a known value of 'activations'", "one of: softmax, cap, sum_v2");
  rejected("seeds = 3", "seeds = 0", "0\n", "key 'seeds' is 0", "an integer from 1");
  rejected("hazard = \"H of share\"", "hazards = \"H\"", "hazards", "unknown key 'hazards'",
           "one of");
}

BOOST_AUTO_TEST_SUITE_END()
