// How an arm treats classes of unequal size: how it is read, what its loss is given, and the losses and gradients
// that training then has.
#include "inputs/rebalancing.hpp"

#include "config_errors.hpp"
#include "inputs/trained.hpp"
#include "learn/loss.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/focal_loss.hpp"
#include "oracle/oracle.hpp"
#include "random_rows.hpp"

BOOST_AUTO_TEST_SUITE(rebalancing_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using inputs::Arm;
using inputs::Rebalancing;

const std::vector<std::size_t> counts{100, 10, 1};

std::string arm_with(const std::string& keys, const std::string& loss = "fused_log1p") {
  return "[[arm]]\nname = \"a\"\nloss = \"" + loss + "\"\n" + keys;
}

Arm read(const std::string& keys) {
  return read_config(arm_with(keys), inputs::read_training_arms).at(0);
}

struct Batch {
  std::vector<float> losses, gradient;
};

const std::vector<float> rows{0.5F, -1, 2, 1.25F, 3, -2, 0, 0.25F, -0.75F, 4, -3, 1};
const std::vector<std::int32_t> labels{0, 1, 2, 2};

// The losses and the gradient of a batch of four rows, as training computes them.
Batch batch(const Arm& arm, ops::DType dtype = ops::DType::float32) {
  Batch result{std::vector<float>(4), std::vector<float>(12)};
  const auto loss = learn::mean_loss(arm.training_loss(), dtype, arm.rebalancing.arguments(counts));
  loss({rows.data(), 4, 3}, labels, result.losses, {result.gradient.data(), 4, 3});
  return result;
}

void check_same(const Batch& a, const Batch& b) {
  BOOST_TEST(a.losses == b.losses, boost::test_tools::per_element());
  BOOST_TEST(a.gradient == b.gradient, boost::test_tools::per_element());
}

// Checks a batch against the exact answers.
void check_exact(const Arm& arm, const std::vector<double>& weights,
                 const std::vector<double>& bias) {
  const Batch got = batch(arm);
  const std::vector<float> w(weights.begin(), weights.end()), b(bias.begin(), bias.end());
  for (std::size_t i = 0; i < 4; ++i) {
    oracle::Question<float> question{.logits = std::span(rows).subspan(3 * i, 3)};
    ops::Target<float> target(static_cast<std::size_t>(labels[i]));
    target.class_weights = w;
    question.coefficients = target;
    question.transform.bias = b;
    question.with_gradient = true;
    question.gradient_scale = 0.25;
    if (arm.rebalancing.gamma) question.parameter = static_cast<float>(*arm.rebalancing.gamma);
    const auto exact = oracle::answer<float>(
        arm.rebalancing.gamma ? ops::Op(ops::focal_loss) : ops::Op(ops::cross_entropy), question);
    // Logits, weights and bias are rounded to float32, and the sum of a logit and its bias is rounded again.
    const double size = weights.empty() ? 1 : weights[static_cast<std::size_t>(labels[i])];
    BOOST_TEST(std::abs(got.losses[i] - exact.loss->value()) <= 4e-6 * size);
    for (std::size_t k = 0; k < 3; ++k)
      BOOST_TEST(std::abs(got.gradient[3 * i + k] - exact.result[k].value()) <= 1e-6 * size);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(keys_of_an_arm) {
  BOOST_TEST(!read("").rebalancing.has_weights());
  BOOST_TEST(!read("").rebalancing.gamma.has_value());
  BOOST_TEST(read("").rebalancing.tau == 0);
  BOOST_TEST(read("class_weights = \"balanced\"").rebalancing.exponent == 1);
  BOOST_TEST(read("class_weights = \"square_root\"").rebalancing.exponent == 0.5);
  BOOST_TEST(read("class_weights = [1, 2.5]").rebalancing.weights == (std::vector{1.0, 2.5}),
             boost::test_tools::per_element());
  BOOST_TEST(read("gamma = 2").rebalancing.gamma.value() == 2);
  BOOST_TEST(read("tau = -0.5").rebalancing.tau == -0.5);
}

BOOST_AUTO_TEST_CASE(keys_that_are_wrong) {
  const auto rejected = [](const std::string& keys, const Reported& expected,
                           const std::string& loss = "fused_log1p") {
    check_errors(arm_with(keys, loss), inputs::read_training_arms, {expected});
  };
  rejected("class_weights = \"balancd\"\n",
           {4, 17, "'balancd' is not a known value of 'class_weights'",
            "one of: balanced, square_root; did you mean 'balanced'?"});
  rejected("class_weights = [1, 0]\n",
           {4, 21, "a class weight of 0", "numbers above 0, at most 1e+06"});
  rejected("class_weights = [1, nan]\n",
           {4, 21, "a class weight of nan", "numbers above 0, at most 1e+06"});
  rejected("gamma = -1\n", {4, 9, "key 'gamma' is -1", "a number from 0 to 100"});
  rejected("tau = 1000\n", {4, 7, "key 'tau' is 1000", "a number from -100 to 100"});
  rejected("gamma = 2\n", {4, 9, "the loss 'fused' has no focal form", "loss = \"fused_log1p\""},
           "fused");
  rejected("tau = 1\n",
           {4, 7, "the loss 'bce_fused' has only one logit",
            "no tau, or a loss with a logit for each class"},
           "bce_fused");
  rejected("class_weights = [1, 2]\n",
           {4, 17, "the loss 'bce_fused' has only one logit",
            "no class_weights, or a loss with a logit for each class"},
           "bce_fused");
  // Experiments that do not train have none of the keys.
  const auto others = [](Section& root) { return inputs::read_arms(root); };
  BOOST_TEST(errors(arm_with("tau = 1\n"), others).find("unknown key 'tau'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(weights_of_counts) {
  const auto weights = [](const Rebalancing& by) { return by.arguments(counts).class_weights; };
  BOOST_TEST(weights({}).empty());
  const auto balanced = weights({.exponent = 1}), root = weights({.exponent = 0.5});
  double mean = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const auto n = static_cast<double>(counts[k]);
    BOOST_TEST(std::abs(balanced[k] - 111 / (3 * n)) <= 1e-13 * balanced[k]);
    BOOST_TEST(std::abs(root[k] / root[2] - std::sqrt(1 / n)) <= 1e-15);
    mean += n * root[k] / 111;
  }
  BOOST_TEST(std::abs(mean - 1) <= 1e-15);
  BOOST_TEST(weights({.weights = {1, 2, 3}}) == (std::vector<double>{1, 2, 3}),
             boost::test_tools::per_element());
  // A class without examples.
  const std::vector<std::size_t> lacking{3, 0};
  BOOST_TEST(Rebalancing{.exponent = 1}.arguments(lacking).class_weights[1] == 0);
  BOOST_TEST(Rebalancing{.tau = 1}.arguments(lacking).bias[1] == -inf<double>);
}

BOOST_AUTO_TEST_CASE(prior_that_a_loss_aims_at) {
  const auto check = [](const Rebalancing& by, const std::vector<double>& shares) {
    const auto prior = by.aimed_log_prior(counts);
    for (std::size_t k = 1; k < 3; ++k)
      BOOST_TEST(std::abs(prior[k] - prior[0] - std::log(shares[k] / shares[0])) <= 1e-13);
  };
  check({}, {100, 10, 1});
  check({.exponent = 1}, {1, 1, 1});
  check({.tau = 1}, {1, 1, 1});
  check({.exponent = 0.5}, {10, std::sqrt(10.0), 1});
  check({.tau = 0.5}, {10, std::sqrt(10.0), 1});
  check({.weights = {1, 10, 100}}, {1, 1, 1});
  check({.gamma = 2}, {100, 10, 1});
}

BOOST_AUTO_TEST_CASE(without_effect_the_bits_are_those_of_plain_loss) {
  for (const ops::DType dtype : ops::all_dtypes) {
    const Batch plain = batch(read(""), dtype);
    check_same(batch(read("class_weights = [1, 1, 1]"), dtype), plain);
    check_same(batch(read("gamma = 0"), dtype), plain);
    check_same(batch(read("tau = 0"), dtype), plain);
  }
}

BOOST_AUTO_TEST_CASE(losses_and_gradients_are_the_oracles) {
  std::vector<double> balanced, bias;
  for (const std::size_t n : counts) {
    balanced.push_back(111 / (3 * static_cast<double>(n)));
    bias.push_back(std::log(static_cast<double>(n) / 111));
  }
  check_exact(read(""), {}, {});
  check_exact(read("class_weights = \"balanced\""), balanced, {});
  check_exact(read("tau = 1"), {}, bias);
  check_exact(read("gamma = 2"), {}, {});
  check_exact(read("gamma = 0.5\nclass_weights = \"balanced\"\ntau = 1"), balanced, bias);
}

// Points of two classes at one place, 30 of the first and 10 of the second: the logits at the minimum are the
// logarithms of the prior that the loss aims at.
BOOST_AUTO_TEST_CASE(training_ends_at_the_prior_that_it_aims_at) {
  learn::DataSet data{40, 1, 2, std::vector<double>(40), std::vector<std::int32_t>(40)};
  for (std::size_t i = 0; i < 10; ++i) data.y[4 * i] = 1;
  inputs::NamedData named{.name = "data"};
  named.rows = 40, named.classes = 2;
  named.made = std::async(std::launch::deferred, [data] { return data; }).share();
  for (const auto& [keys, odds] : {std::pair<std::string, double>{"", 3},
                                   {"class_weights = \"balanced\"", 1},
                                   {"class_weights = \"square_root\"", std::sqrt(3)},
                                   {"tau = 1", 1},
                                   {"tau = 0.5", std::sqrt(3)},
                                   {"class_weights = [2, 1]", 6}}) {
    inputs::Setup setup{.task = {.name = "t", .data = named, .hidden = {}, .options = {}},
                        .arm = read(keys)};
    setup.task.options = {.epochs = 500, .batch = 40};
    setup.task.options.optimiser = {.method = learn::Method::sgd, .learning_rate = 0.5};
    const auto logits = inputs::train_once(setup, 1).after.first_logits;
    BOOST_TEST(std::abs(logits[0] - logits[1] - std::log(odds)) <= 1e-4, keys);
  }
}

BOOST_AUTO_TEST_SUITE_END()
