// The exact part of the experiment outliers, compared with closed forms and with the ops of the
// oracle.
#include "learn/loss.hpp"
#include "numerics/real.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"
#include "ops/softmax_backward.hpp"
#include "oracle/oracle.hpp"
#include "outliers/gap.hpp"
#include "test.hpp"

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

}  // namespace

BOOST_AUTO_TEST_CASE(the_leader_of_softmax_has_its_closed_form) {
  for (const std::size_t classes : {2U, 10U, 1000U})
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
          oracle::Question<double> question{.logits = x, .transform = transform};
          question.coefficients = ops::Target<double>(label);  // so that there is a gradient
          question.with_gradient = true;
          return oracle::answer<double>(ops::cross_entropy, question);
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
        const auto logs =
            oracle::answer<double>(ops::log_softmax, {.logits = x, .transform = transform});
        for (std::size_t k = 0; k < x.size(); ++k)
          entropy -= p.result[k].rounded * logs.result[k].rounded;
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

BOOST_AUTO_TEST_SUITE_END()
