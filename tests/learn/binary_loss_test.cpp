// The losses of two classes with one column of logits: logistic regression.
#include "learn/loss.hpp"
#include "numerics/random.hpp"
#include "one_loss.hpp"
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"

BOOST_AUTO_TEST_SUITE(binary_loss_test)

namespace {

using namespace maxtrick;
using learn::Reduction;
using ops::GradientForm;
using tests::CrossEntropy;

template <class T>
struct Result {
  T loss, gradient;
};

template <class T>
Result<T> of(const std::string& arm, T logit, std::int32_t label,
             GradientForm form = GradientForm::chain) {
  CrossEntropy<T> loss(*ops::find_formulation(arm), nullptr, form);
  T value = 0, gradient = 0;
  loss({&logit, 1, 1}, {{&label, 1}}, Reduction::none, {&value, 1}, {&gradient, 1, 1});
  return {value, gradient};
}

// Returns the exact result for the two classes with the logits (0, logit).
double exact(ops::Op op, double logit, std::size_t c) {
  const std::vector<double> row{0, logit};
  return oracle::exact<double>(op, row)[c].value();
}

bool near(double a, double b, double allowed) { return std::abs(a - b) <= allowed; }

}  // namespace

BOOST_AUTO_TEST_CASE(they_are_the_losses_of_two_classes) {
  numerics::Random random(1);
  for (int i = 0; i < 2000; ++i) {
    const double z = random.uniform(-9, 9);
    for (const std::int32_t label : {0, 1}) {
      const double log_p = exact(ops::log_softmax, z, static_cast<std::size_t>(label));
      const double gradient = exact(ops::softmax, z, 1) - label;
      for (const std::string arm : {"bce", "bce_fused"}) {
        BOOST_TEST(near(of(arm, z, label).loss, -log_p, 2e-12), arm << z);
        for (const GradientForm form : {GradientForm::chain, GradientForm::difference})
          BOOST_TEST(near(of(arm, z, label, form).gradient, gradient, 2e-12), arm << z);
      }
      // Keras adds its epsilon to the clipped probability.
      const double guard = 1e-7;
      BOOST_TEST(near(of("bce_clip", z, label).loss, -std::log(std::exp(log_p) + guard), 2e-12));
      // 1 - p cancels, so the slope is accurate to u / (1e-4 * step).
      constexpr double step = 0x1p-17;
      const double slope =
          (of("bce_clip", z + step, label).loss - of("bce_clip", z - step, label).loss) /
          (2 * step);
      BOOST_TEST(near(of("bce_clip", z, label).gradient, slope, 3e-7));
      BOOST_TEST(
          near(of("bce_clip", z, label, GradientForm::difference).gradient, gradient, 2e-12));
    }
  }
}

// Smoothed labels: with one column, a label may be any weight between 0 and 1.
BOOST_AUTO_TEST_CASE(a_label_may_be_a_weight) {
  numerics::Random random(2);
  for (int i = 0; i < 300; ++i) {
    const double z = random.uniform(-5, 5), y = random.uniform(), no = 1 - y;
    const double expected = -y * exact(ops::log_softmax, z, 1) - no * exact(ops::log_softmax, z, 0);
    for (const std::string arm : {"bce", "bce_clip", "bce_fused"}) {
      CrossEntropy<double> loss(*ops::find_formulation(arm), nullptr);
      double value = 0, gradient = 0;
      loss({&z, 1, 1}, {{}, {&y, 1, 1}}, Reduction::none, {&value, 1}, {&gradient, 1, 1});
      const double allowed = arm == "bce_clip" ? 2e-5 : 1e-12;
      BOOST_TEST(near(value, expected, allowed), arm);
      BOOST_TEST(near(gradient, exact(ops::softmax, z, 1) - y, allowed), arm);
    }
  }
}

BOOST_AUTO_TEST_CASE(where_they_break) {
  // 1 / (1 + e^-17) rounds to 1 in float32. log(1 - p) is then log 0, and for the other label it is
  // multiplied by 0.
  BOOST_TEST(of("bce", 17.0F, 0).loss == INFINITY);
  BOOST_TEST(std::isnan(of("bce", 17.0F, 1).loss));
  BOOST_TEST(of("bce", -88.0F, 1).loss == 88.0F, boost::test_tools::tolerance(1e-6F));
  // e^89 is inf, so p is 0.
  BOOST_TEST(of("bce", -89.0F, 1).loss == INFINITY);
  BOOST_TEST(std::isnan(of("bce", -89.0F, 0).loss));
  BOOST_TEST(std::isnan(of("bce", -89.0F, 1).gradient));
  BOOST_TEST(of("bce", -89.0F, 1, GradientForm::difference).gradient == -1);

  // The clip leaves 1.19e-7 of 1 - p, and the epsilon that is added doubles it: keras#15249.
  BOOST_TEST(of("bce_clip", 1000.0F, 0).loss == 15.333239F);
  BOOST_TEST(of("bce_clip", -1000.0F, 1).loss == -std::log(2e-7F),
             boost::test_tools::tolerance(1e-7F));
  for (const float z : {17.0F, 1000.0F, -17.0F, -1000.0F})
    for (const std::int32_t label : {0, 1}) BOOST_TEST(of("bce_clip", z, label).gradient == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(bce_fused_keeps_its_digits, T, tests::FloatTypes) {
  const double u = std::numeric_limits<T>::epsilon() / 2;
  for (const double z : {-1000.0, -100.0, -50.0, -17.0, -1.0, 0.0, 0.5, 20.0, 80.0, 1000.0})
    for (const std::int32_t label : {0, 1}) {
      const auto got = of("bce_fused", T(z), label);
      const double loss = -exact(ops::log_softmax, z, static_cast<std::size_t>(label));
      const double size = exact(ops::softmax, z, static_cast<std::size_t>(1 - label));
      const double least = std::numeric_limits<T>::denorm_min();
      BOOST_TEST(near(got.loss, loss, 4 * u * loss + least), z << ' ' << label);
      BOOST_TEST(near(got.gradient, label ? -size : size, 4 * u * size + least), z << ' ' << label);
    }
}

BOOST_AUTO_TEST_SUITE_END()
