// The failures of each form of the loss, on networks constructed to show them.
#include "lab.hpp"

BOOST_AUTO_TEST_SUITE(training_failures_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::learn;
using namespace maxtrick::tests;
using numerics::Random;
using ops::DType;

const Examples& lab() {
  static const Examples examples(lab_data());
  return examples;
}

// The lab with a network whose output of class 0 starts 100 above the others.
struct Biased {
  explicit Biased(const MeanLoss& loss, std::size_t epochs = 2) : network(lab_network(random)) {
    const Layer& last = network.layers().back();
    network.parameters()[last.start + last.inputs] += 100;
    before = copied(network.parameters());
    history = train(network, lab(), loss, {.epochs = epochs, .optimiser = {.learning_rate = 0.01}},
                    random);
  }
  double accuracy() {
    const auto z = logits(network, lab());
    std::vector<double> wide(z.begin(), z.end());
    const auto classes = predictions({wide.data(), lab().rows, 4});
    double right = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) right += classes[i] == lab().labels[i];
    return right / static_cast<double>(classes.size());
  }

  Random random{0};
  Network<float> network;
  std::vector<float> before;
  History history;
};

// The loss and gradient of one row of logits whose right class is 1.
struct OneRow {
  OneRow(const MeanLoss& loss, std::vector<float> z) : gradient(z.size()) {
    const std::vector<std::int32_t> label{1};
    std::vector<float> losses(1);
    loss({z.data(), 1, z.size()}, label, losses, {gradient.data(), 1, z.size()});
    value = losses[0];
  }
  float value = 0;
  std::vector<float> gradient;
};

}  // namespace

BOOST_AUTO_TEST_CASE(naive_is_nan_from_the_first_step_on) {
  const Biased run(naive_loss());  // e^100 overflows
  BOOST_TEST(run.history.first_bad_step.value() == 1U);
  BOOST_TEST(run.history.bad_loss_steps == run.history.steps);
  // Only the weights behind relus that no example activates are not NaN.
  std::size_t nan = 0;
  for (const float w : run.network.parameters()) nan += std::isnan(w);
  BOOST_TEST(nan > run.before.size() / 2);
  for (const double loss : run.history.losses) BOOST_TEST(!std::isfinite(loss));
}

// e^-100 is subnormal: its logarithm is still finite, but 1 / p overflows.
BOOST_AUTO_TEST_CASE(log_of_the_max_trick_has_a_bad_gradient_first) {
  const Biased run(mean_loss("log_of_softmax", "softmax.max_trick.scalar"));
  BOOST_TEST(run.history.first_bad_step.value() == 1U);
  BOOST_TEST(run.history.bad_loss_steps > 0U);
}

BOOST_AUTO_TEST_CASE(clip_moves_nothing_and_reports_a_loss_that_hides_it) {
  Biased run(clip_loss());
  BOOST_TEST(copied(run.network.parameters()) == run.before, boost::test_tools::per_element());
  BOOST_TEST(!run.history.first_bad_step);
  BOOST_TEST(run.history.dead == 1500U);  // 3/4 of the examples, in the last epoch only
  BOOST_TEST(run.accuracy() == 0.25);
  // Each of these contributes -log 1e-7, although the true loss is about 100.
  for (const double loss : run.history.losses)
    BOOST_TEST(loss == 0.75 * -std::log(1e-7), boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(the_fused_forms_learn) {
  for (const std::string arm : {"fused", "fused_lse", "fused_log1p"}) {
    Biased run(mean_loss(arm), 5);
    BOOST_TEST(!run.history.first_bad_step);
    BOOST_TEST(run.history.dead == 0U);
    BOOST_TEST(run.history.losses.front() > 10);
    BOOST_TEST(run.accuracy() > 0.95, arm);
  }
}

// In float16, e^12 overflows 65504. The fused form does not compute it.
BOOST_AUTO_TEST_CASE(float16_overflows_at_a_gap_of_twelve) {
  const std::string naive = "softmax.naive.scalar";
  const auto naive_in = [&](DType dtype) { return mean_loss("log_of_softmax", naive, dtype); };
  BOOST_TEST(OneRow(naive_in(DType::float32), {12, 0}).value == 12.F,
             boost::test_tools::tolerance(1e-5F));
  const OneRow overflows(naive_in(DType::float16), {12, 0});
  BOOST_TEST(!std::isfinite(overflows.value));
  BOOST_TEST(std::isnan(overflows.gradient[0]));
  BOOST_TEST(OneRow(naive_in(DType::float16), {11, 0}).value == 11.F,
             boost::test_tools::tolerance(0.01F));
  BOOST_TEST(OneRow(naive_in(DType::float16_in_float32), {12, 0}).value == 12.F);
  BOOST_TEST(OneRow(naive_in(DType::bfloat16), {12, 0}).value == 12.F,
             boost::test_tools::tolerance(0.01F));
  const OneRow fused(mean_loss("fused", "", DType::float16), {12, 0});
  BOOST_TEST(fused.value == 12.F);
  BOOST_TEST(fused.gradient[0] == 1.F);
  BOOST_TEST(fused.gradient[1] == -1.F);
}

// The types have 11 and 8 bits, and the results have no more.
BOOST_AUTO_TEST_CASE(the_16_bit_types_round_logits_losses_and_gradients) {
  for (const DType dtype : {DType::float16, DType::float16_in_float32}) {
    const auto fused = mean_loss("fused", "", dtype);
    BOOST_TEST(OneRow(fused, {2049, 0}).value == 2048.F);
    BOOST_TEST(!std::isfinite(OneRow(fused, {70000, 0}).value));  // inf - inf
    const float loss = OneRow(fused, {0.3F, 0.1F}).value;
    BOOST_TEST(loss == static_cast<float>(numerics::Float16(loss)));
    for (const float g : OneRow(fused, {0.3F, 0.1F}).gradient)
      BOOST_TEST(g == static_cast<float>(numerics::Float16(g)));
  }
  BOOST_TEST(OneRow(mean_loss("fused", "", DType::bfloat16), {257, 0}).value == 256.F);
  BOOST_TEST(OneRow(mean_loss("fused"), {2049, 0}).value == 2049.F);
}

BOOST_AUTO_TEST_CASE(a_run_in_float16_trains) {
  Random random(0);
  auto network = lab_network(random);
  const History history = train(network, lab(), mean_loss("fused", "", DType::float16),
                                {.epochs = 3, .optimiser = {.learning_rate = 0.01}}, random);
  BOOST_TEST(!history.first_bad_step);
  BOOST_TEST(history.losses.back() < 0.1);
}

BOOST_AUTO_TEST_SUITE_END()
