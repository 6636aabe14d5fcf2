// A training run of the experiments: the changes that are made before it starts, and the results
// that it reports.
#include "inputs/trained.hpp"

#include "lab.hpp"

BOOST_AUTO_TEST_SUITE(trained_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::inputs;
using namespace maxtrick::tests;

inputs::NamedData named(learn::DataSet data) {
  inputs::NamedData one{.name = "data"};
  one.rows = data.rows;
  one.features = data.features;
  one.classes = data.classes;
  one.made = std::async(std::launch::deferred, [data = std::move(data)] { return data; }).share();
  return one;
}

inputs::Arm arm(const std::string& loss, const std::string& softmax = "") {
  const ops::Formulation* found = ops::find_formulation(loss);
  return {.name = loss,
          .formulation = found,
          .softmax = softmax.empty() ? nullptr : ops::find_variant(softmax),
          .guard = found->guard};
}

// Returns the setup for the lab or for the given data. Unless a learning rate is given, it uses
// plain gradient descent with steps so small that the network stays as it starts.
Setup setup(const inputs::Arm& one, learn::DataSet data = lab_data(400),
            std::vector<std::size_t> hidden = {25, 15}) {
  return {
      .task = {.name = "task",
               .data = named(std::move(data)),
               .hidden = std::move(hidden),
               .options = {.epochs = 1,
                           .optimiser = {.method = learn::Method::sgd, .learning_rate = 1e-12}}},
      .arm = one};
}
Setup learning(Setup setup, std::size_t epochs, double rate = 0.01) {
  setup.task.options = {.epochs = epochs, .optimiser = {.learning_rate = rate}};
  return setup;
}

// Returns n points at the origin, all of class 0 of 4. For these, a network without hidden layers
// outputs its biases, which are 0 except for what Start adds.
learn::DataSet at_the_origin(std::size_t n) {
  return {n, 1, 4, std::vector<double>(n), std::vector<std::int32_t>(n)};
}

// Trains such a network, whose output `biased` is 1000 above the others, on labels of which a share
// has been replaced. The mean training loss, in thousands, is the share of the labels that are not
// `biased`.
double share_of_others(double noise, std::size_t biased, std::uint64_t seed) {
  Setup one = setup(arm("fused"), at_the_origin(3000), {});
  one.start = {.label_noise = noise, .bias = 1000, .biased = biased};
  return train_once(one, seed).history.losses[0] / 1000;
}

// Whether `got` is within five standard errors of a share of 3000.
bool near(double got, double share) {
  return std::abs(got - share) <= 5 * std::sqrt(share * (1 - share) / 3000);
}

}  // namespace

BOOST_AUTO_TEST_CASE(label_noise_replaces_its_share_by_the_others_alike) {
  BOOST_TEST(share_of_others(0, 0, 1) == 0);
  for (const double noise : {0.05, 0.2, 0.7}) {
    BOOST_TEST(near(share_of_others(noise, 0, 1), noise));
    for (const std::size_t other : {1U, 2U, 3U})
      BOOST_TEST(near(1 - share_of_others(noise, other, 1), noise / 3));
  }
  BOOST_TEST(share_of_others(1, 0, 1) == 1);  // a label is never replaced by itself
  BOOST_TEST(share_of_others(0.2, 0, 1) != share_of_others(0.2, 0, 2));
}

// The evaluation uses the right labels: class 0 is right, whatever labels the training used.
BOOST_AUTO_TEST_CASE(noise_is_in_the_training_labels_only) {
  Setup one = setup(arm("fused"), at_the_origin(100), {});
  one.start = {.label_noise = 1, .bias = 1000};
  const Trained run = train_once(one, 1);
  BOOST_TEST(run.history.losses[0] == 1000);
  BOOST_TEST(run.start_loss == 0);
  BOOST_TEST(run.after.accuracy == 1);
  // With a single class there is no other label to replace it.
  Setup alone = setup(arm("fused"), {5, 1, 1, std::vector<double>(5), std::vector<int>(5)}, {});
  alone.start.label_noise = 1;
  BOOST_TEST(train_once(alone, 1).after.accuracy == 1);
}

BOOST_AUTO_TEST_CASE(misled_networks_start_sure_of_the_next_class) {
  Setup one = setup(arm("fused"));
  one.start.misled_epochs = 80;
  const Trained misled = train_once(one, 3);
  std::size_t next = 0;
  const auto labels = lab_data(400).y;
  for (std::size_t i = 0; i < labels.size(); ++i)
    next += misled.after.predictions[i] == (labels[i] + 1) % 4;
  BOOST_TEST(next > 380U);
  BOOST_TEST(misled.start_loss > 3);
  one.start.misled_epochs = 0;
  BOOST_TEST(train_once(one, 3).start_loss < 3);
  // With one output, the next of the two classes is the other one.
  learn::DataSet two = learn::make_blobs(
      {.samples = 200, .centres = learn::GivenCentres{{-3, 0}, {3, 0}}, .seed = 1});
  Setup binary = setup(arm("bce_fused"), two, {8});
  binary.start.misled_epochs = 80;
  BOOST_TEST(train_once(binary, 3).after.accuracy < 0.1);
}

BOOST_AUTO_TEST_CASE(the_last_layer_is_scaled_after_that_and_then_biased) {
  Setup one = setup(arm("fused"));
  const Trained plain = train_once(one, 3);
  one.start.last_layer_scale = -8;
  const Trained scaled = train_once(one, 3);
  BOOST_TEST(scaled.after.logits.low == -8 * plain.after.logits.high,
             boost::test_tools::tolerance(1e-6));
  one.start.bias = 50;
  one.start.biased = 2;
  const Trained biased = train_once(one, 3);
  BOOST_TEST(biased.after.logits.high > 40);
  for (const std::int32_t predicted : biased.after.predictions) BOOST_TEST(predicted == 2);
}

BOOST_AUTO_TEST_CASE(features_are_scaled) {
  Setup one = setup(arm("fused"), lab_data(400), {});  // a linear network whose biases are 0
  const Trained plain = train_once(one, 3);
  one.start.feature_scale = 100;
  const Trained scaled = train_once(one, 3);
  BOOST_TEST(scaled.after.logits.high == 100 * plain.after.logits.high,
             boost::test_tools::tolerance(1e-6));
  BOOST_TEST(scaled.after.predictions == plain.after.predictions, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_arm_starts_alike_and_sees_the_same_order) {
  Start start{.label_noise = 0.1, .misled_epochs = 2, .last_layer_scale = 2};
  Setup one = setup(arm("fused")), other = setup(arm("log_of_softmax", "softmax.max_trick.scalar"));
  one.start = other.start = start;
  const Trained a = train_once(one, 4), b = train_once(other, 4);
  BOOST_TEST(a.start_loss == b.start_loss);
  BOOST_TEST(a.history.losses[0] == b.history.losses[0], boost::test_tools::tolerance(1e-5));
  const Trained c = train_once(learning(one, 3, 0.001), 4),
                d = train_once(learning(other, 3, 0.001), 4);
  for (std::size_t epoch = 0; epoch < 3; ++epoch)
    BOOST_TEST(c.history.losses[epoch] == d.history.losses[epoch],
               boost::test_tools::tolerance(1e-3));
  BOOST_TEST(c.parameters != a.parameters);
}

BOOST_AUTO_TEST_CASE(nan_is_told_as_it_is) {
  Setup one = learning(setup(arm("log_of_softmax", "softmax.naive.scalar")), 1);
  one.start.bias = 100;
  const Trained run = train_once(one, 0);
  BOOST_TEST(std::isfinite(run.start_loss));
  BOOST_TEST(run.start_loss > 50);
  BOOST_TEST(run.history.first_bad_step.value() == 1U);
  BOOST_TEST(std::isnan(run.after.exact_loss));
  BOOST_TEST(run.after.accuracy == 0.25);  // the first NaN counts as the largest: class 0
  for (const double x : {run.after.logits.low, run.after.logits.high, run.after.probabilities.low,
                         run.after.probabilities.high})
    BOOST_TEST(std::isnan(x));
}

BOOST_AUTO_TEST_CASE(evaluation_by_hand) {
  const std::vector<double> z{0, std::log(3.0), std::log(4.0), 0};
  const std::vector<std::int32_t> labels{1, 1};
  const Evaluation two = evaluate({z.data(), 2, 2}, labels);
  const auto near = boost::test_tools::tolerance(1e-15);
  BOOST_TEST(two.exact_loss == (std::log(4 / 3.0) + std::log(5.0)) / 2, near);
  BOOST_TEST(two.accuracy == 0.5);
  BOOST_TEST(two.logits.low == 0);
  BOOST_TEST(two.logits.high == std::log(4.0));
  BOOST_TEST(two.probabilities.low == 0.2, near);
  BOOST_TEST(two.probabilities.high == 0.8, near);
  const std::vector<std::int32_t> four{0, 1, 1, 1};
  const Evaluation binary = evaluate({z.data(), 4, 1}, four);
  BOOST_TEST(binary.accuracy == 0.75);  // the logit 0 counts as class 0
  BOOST_TEST(binary.probabilities.low == 0.5);
  BOOST_TEST(binary.probabilities.high == 0.8, near);
}

BOOST_AUTO_TEST_CASE(runs_have_a_part_for_each_seed) {
  const auto runs = std::make_shared<Runs>(learning(setup(arm("fused")), 2), 5);
  const auto parts = runs->parts();
  BOOST_REQUIRE(parts->size == 5U);
  for (std::size_t i = 5; i-- > 0;) parts->run(i);
  std::vector<double> losses;
  for (std::size_t seed = 0; seed < 5; ++seed) {
    BOOST_TEST(runs->all()[seed].parameters == train_once(runs->setup(), seed).parameters);
    losses.push_back(runs->all()[seed].after.exact_loss);
  }
  std::sort(losses.begin(), losses.end());
  const auto loss = [](const Trained& run) { return run.after.exact_loss; };
  BOOST_TEST(losses[0] < losses[4]);
  BOOST_TEST(runs->quantile(0, loss) == losses[0]);
  BOOST_TEST(runs->quantile(0.25, loss) == losses[1]);
  BOOST_TEST(runs->quantile(1, loss) == losses[4]);
}

BOOST_AUTO_TEST_CASE(runs_that_cannot_be_made_say_why_and_have_no_part) {
  BOOST_TEST(Runs(setup(arm("fused")), 2).unavailable() == "");
  Setup one = setup(arm("fused"));
  one.task.data.missing = "X.npy: ask for it";
  const auto missing = std::make_shared<Runs>(one, 2);
  BOOST_TEST(missing->unavailable() == "X.npy: ask for it");
  BOOST_TEST(missing->parts()->size == 0U);
  ops::Variant softmax = *ops::find_variant("softmax.naive.scalar");
  softmax.unavailable = "this CPU lacks it";
  Setup other = setup(arm("log_of_softmax"));
  other.arm.softmax = &softmax;
  const auto lacking = std::make_shared<Runs>(other, 2);
  BOOST_TEST(lacking->unavailable() == "softmax.naive.scalar: this CPU lacks it");
  BOOST_TEST(lacking->parts()->size == 0U);
}

BOOST_AUTO_TEST_CASE(the_smallest_recall_is_that_of_one_class) {
  const std::vector<double> logits{1, 0, 0, 0, 1, 0, 1, 0, 0, 2, 1, 0};  // predicts 0 1 0 0
  const std::vector<std::int32_t> labels{0, 1, 1, 0}, without_1{0, 0, 2, 0};
  BOOST_TEST(evaluate({logits.data(), 4, 3}, labels).smallest_recall == 0.5);
  // A class without examples has no recall.
  BOOST_TEST(evaluate({logits.data(), 4, 3}, without_1).smallest_recall == 0);
  const std::vector<double> binary{1, -1, 2};
  BOOST_TEST(evaluate({binary.data(), 3, 1}, std::vector<std::int32_t>{1, 0, 1}).smallest_recall ==
             1);
}

BOOST_AUTO_TEST_CASE(quantities_are_named_and_read) {
  Trained run{};
  run.history.losses = {3, 2};
  run.after = {.exact_loss = 0.5,
               .accuracy = 0.75,
               .smallest_recall = 0.25,
               .logits = {-4, 4},
               .probabilities = {0.1, 0.9},
               .predictions = {1, 0, 2},
               .first_logits = {},
               .first_probabilities = {}};
  const std::vector<std::pair<std::string, double>> expected{
      {"loss_1", 3},        {"loss_2", 2},          {"exact_loss", 0.5},    {"accuracy", 0.75},
      {"largest_logit", 4}, {"smallest_logit", -4}, {"first_categories", 1}};
  const auto all = quantities(2, {1, 2});
  BOOST_REQUIRE(all.size() == expected.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    BOOST_TEST(all[i].name == expected[i].first);
    BOOST_TEST(all[i].of(run) == expected[i].second);
  }
  BOOST_TEST(quantities(2, {}).size() == expected.size() - 1);
  BOOST_TEST(recalls().at(0).of(run) == 0.25);
  const auto extremes = probability_extremes();
  BOOST_REQUIRE(extremes.size() == 2U);
  BOOST_TEST(extremes[0].of(run) == 0.9);
  BOOST_TEST(extremes[1].of(run) == 0.1);
}

BOOST_AUTO_TEST_SUITE_END()
