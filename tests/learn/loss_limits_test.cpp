// The limits at which each loss fails, and the losses that have none.
#include "one_loss.hpp"
#include "ops/log_softmax.hpp"
#include "random_rows.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(loss_limits_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

}  // namespace

// p < 1e-7 holds from a gap of log(1e7 - 1) = 16.118 on.
BOOST_AUTO_TEST_CASE_TEMPLATE(clip_stops_learning, T, FloatTypes) {
  BOOST_TEST(!all_zero(sparse<T>("clip", {T(-16.11), 0}, 0).gradient));
  BOOST_TEST(!all_zero(one_hot<T>("clip", {T(-16.11), 0}, 0).gradient));
  for (const double gap : {-16.125, -50.0, -110.0}) {
    BOOST_TEST(all_zero(one_hot<T>("clip", {T(gap), 0}, 0).gradient));
    BOOST_TEST(all_zero(one_hot<T>("clip", {T(gap), 0, T(-0.5), -1}, 0).gradient));
  }
  // The sparse form also stops where the leading probability is beyond the clip. In float32, 1 -
  // 1e-7 is 1 - 2^-23, and the next larger probability that 1 / (1 + e) can give is 1.
  for (const double gap : {-16.75, -50.0, -110.0, 16.75, 50.0}) {
    BOOST_TEST(all_zero(sparse<T>("clip", {T(gap), 0}, 0).gradient));
    BOOST_TEST(all_zero(one_hot<T>("clip", {T(gap), 0}, 0).gradient));
  }
  // If the other classes are not clipped, the second softmax gives each of them the same derivative
  // c / p / sum c. The Jacobian then leaves only p_t and rounding errors.
  for (const double gap : {-17.0, -30.0}) {
    const std::vector<T> row{T(gap), 0, T(-0.5), -1};
    const auto got = sparse<T>("clip", row, 0);
    const T p = std::exp(T(gap));
    for (const T g : got.gradient)
      BOOST_TEST(std::abs(g) <= p + 4 * std::numeric_limits<T>::epsilon());
    BOOST_TEST(got.gradient[0] < 0);
    BOOST_TEST(got.gradient[0] >= -p);
    // The true derivative is -1 there, which y - t gives.
    BOOST_TEST(sparse<T>("clip", row, 0, GradientForm::difference).gradient[0] == -1,
               boost::test_tools::tolerance(T(1e-6)));
  }
}

// TensorFlow's derivative of a clip is 0 for x < low or x > high. At the limits themselves it is 1.
BOOST_AUTO_TEST_CASE(the_clip_passes_at_its_limits) {
  const Formulation& clip = *find_formulation("clip");
  const float low = 1e-7F, high = 1 - low;
  const std::int32_t label = 0;
  const auto derivative = [&](float p) {
    const std::vector<float> row{p, 0.25F};
    std::vector<float> loss(1), d(2);
    clip.float32({row.data(), 1, 2}, {{&label, 1}}, low, loss, {d.data(), 1, 2});
    return d[0];
  };
  for (const float limit : {low, high}) BOOST_TEST(derivative(limit) != 0);
  BOOST_TEST(derivative(std::nextafter(low, 0.0F)) == 0);
  BOOST_TEST(derivative(std::nextafter(high, 2.0F)) == 0);
}

BOOST_AUTO_TEST_CASE(a_small_epsilon_is_a_floor_and_no_ceiling) {
  // 1e-9 is below half an ULP of p.
  for (const float gap : {0.0F, 5.0F, 20.0F}) {
    const auto eps = sparse<float>("eps", {gap, 0}, 0);
    const auto plain = sparse<float>("log_of_softmax", {gap, 0}, 0);
    BOOST_TEST(eps.loss == plain.loss);
    BOOST_TEST(eps.gradient == plain.gradient, boost::test_tools::per_element());
  }
  BOOST_TEST(sparse<float>("eps", {-200, 0}, 0).loss == 20.723266F);  // -log 1e-9
  BOOST_TEST(all_zero(sparse<float>("eps", {-200, 0}, 0).gradient));
}

BOOST_AUTO_TEST_CASE(the_naive_chain_breaks) {
  const auto naive = [](std::vector<float> row, GradientForm form) {
    return sparse<float>("log_of_softmax", row, 0, form, "naive");
  };
  // e^-110 is 0, which gives log 0, and 0 * 1/0 in the chain rule.
  BOOST_TEST(naive({-110, 0}, GradientForm::chain).loss == INFINITY);
  BOOST_TEST(std::isnan(naive({-110, 0}, GradientForm::chain).gradient[0]));
  BOOST_TEST(naive({-110, 0}, GradientForm::difference).gradient[0] == -1);
  // 1 / p overflows before p underflows.
  BOOST_TEST(naive({-90, 0}, GradientForm::chain).loss == 90, boost::test_tools::tolerance(1e-3F));
  BOOST_TEST(!std::isfinite(naive({-90, 0}, GradientForm::chain).gradient[0]));
  BOOST_TEST(std::abs(naive({-88, 0}, GradientForm::chain).gradient[0] + 1) < 1e-4F);
  // e^110 is inf, so everything is NaN.
  for (const GradientForm form : {GradientForm::chain, GradientForm::difference}) {
    BOOST_TEST(std::isnan(naive({110, 0}, form).loss));
    BOOST_TEST(std::isnan(naive({110, 0}, form).gradient[0]));
  }
  // A one-hot target, as users write it, gives 0 * log 0.
  BOOST_TEST(std::isnan(one_hot<float>("log_of_softmax", {110, 0}, 0).loss));
  BOOST_TEST(sparse<float>("log_of_softmax", {110, 0}, 0).loss == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(fused_log1p_keeps_its_digits, T, FloatTypes) {
  numerics::Random random(6);
  for (std::size_t i = 0; i < 1000; ++i) {
    auto row = random_row<T>(random, i, i % 2 ? 80 : 1e4, 50);
    if (row.size() < 2) row.push_back(0);
    const auto label = static_cast<std::int32_t>(random.below(row.size()));
    const auto exact = oracle::exact<T>(ops::log_softmax, std::span<const T>(row));
    const double loss = -exact[static_cast<std::size_t>(label)].value();
    const auto got = sparse<T>("fused_log1p", row, label);
    const double u = std::numeric_limits<T>::epsilon() / 2;
    // The rounding error of x - max is at most u * 2 max |x|; n terms are added.
    const double allowed = (100 + 4 * (std::abs(row[0]) + 1e4)) * u;
    const double least = std::numeric_limits<T>::min();
    if (loss > least * 1e3 && i % 2)
      BOOST_TEST(std::abs(got.loss - loss) <= 600 * u * loss, loss << ' ' << got.loss);
    else
      BOOST_TEST(std::abs(got.loss - loss) <= allowed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
