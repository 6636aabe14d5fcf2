// The training loop: the order of the examples, the batches, and what the history records.
#include "learn/training.hpp"

#include "lab.hpp"

BOOST_AUTO_TEST_SUITE(training_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::learn;
using namespace maxtrick::tests;
using numerics::Random;
using numerics::Rows;

constexpr float inf = std::numeric_limits<float>::infinity();

// Returns examples whose labels are their numbers, so that a loss sees which examples a batch
// contains.
Examples numbered(std::size_t rows, std::size_t features = 2) {
  DataSet data{rows, features, 2, std::vector<double>(rows * features), {}};
  std::iota(data.X.begin(), data.X.end(), 0.0);
  for (std::size_t i = 0; i < rows; ++i) data.y.push_back(static_cast<std::int32_t>(i));
  return Examples(data);
}

// Computes the documented order of an epoch from the order of the preceding epoch.
void shuffle(std::vector<std::int32_t>& order, Random& random) {
  for (std::size_t i = order.size() - 1; i > 0; --i)
    std::swap(order[i], order[random.below(i + 1)]);
}

TrainingOptions options(std::size_t epochs, std::size_t batch, double rate = 0) {
  return {epochs, batch, {.method = Method::sgd, .learning_rate = rate}};
}

struct Run {
  History history;
  std::vector<float> parameters;
};
Run train_lab(std::uint64_t seed, const MeanLoss& loss) {
  static const Examples examples(lab_data(300));
  Random random(seed);
  auto network = lab_network(random);
  Run run{train(network, examples, loss, {.epochs = 3}, random), {}};
  run.parameters = copied(network.parameters());
  return run;
}

bool same(const Run& a, const Run& b) {
  return a.parameters == b.parameters && a.history.losses == b.history.losses;
}

}  // namespace

BOOST_AUTO_TEST_CASE(examples_are_kept_feature_by_feature_with_a_one_behind) {
  const Examples examples(DataSet{2, 3, 2, {1, 2, 3, 4, 5, 0.1}, {1, 0}});
  BOOST_TEST(examples.X == (std::vector<float>{1, 4, 2, 5, 3, 0.1F, 1, 1}),
             boost::test_tools::per_element());
  BOOST_TEST(examples.labels == (std::vector<std::int32_t>{1, 0}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_epoch_takes_each_example_once_in_the_documented_order) {
  const Examples examples = numbered(70);
  Network<float> network(std::vector<std::size_t>{2, 1}, 32);
  network.parameters()[0] = 1;  // the logit is the first feature, 2 x number
  std::vector<std::int32_t> seen, expected, order(70);
  std::vector<std::size_t> batches;
  const MeanLoss spy = [&](Rows<const float> z, std::span<const std::int32_t> labels,
                           std::span<float> losses, Rows<float> gradient) {
    batches.push_back(z.rows);
    BOOST_TEST(labels.size() == z.rows);
    BOOST_TEST(losses.size() == z.rows);
    BOOST_TEST(gradient.rows == z.rows);
    for (std::size_t i = 0; i < z.rows; ++i) {
      seen.push_back(labels[i]);
      BOOST_TEST(z.row(i)[0] == static_cast<float>(2 * labels[i]));
      losses[i] = static_cast<float>(labels[i]);
      gradient.row(i)[0] = 0;
    }
  };
  Random random(12), again(12);
  const History history = train(network, examples, spy, options(3, 32), random);
  std::iota(order.begin(), order.end(), 0);
  for (int epoch = 0; epoch < 3; ++epoch) {
    shuffle(order, again);
    expected.insert(expected.end(), order.begin(), order.end());
  }
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
  BOOST_TEST(batches == (std::vector<std::size_t>{32, 32, 6, 32, 32, 6, 32, 32, 6}),
             boost::test_tools::per_element());
  BOOST_TEST(history.steps == 9U);
  // The mean is over the examples; the mean of the batches' means would be different.
  for (const double loss : history.losses) BOOST_TEST(loss == 34.5);
  BOOST_TEST(random.below(1000) == again.below(1000));
}

BOOST_AUTO_TEST_CASE(the_lab_takes_63_steps_an_epoch) {
  const Examples examples(lab_data());
  Random random(0);
  auto network = lab_network(random);
  const History history = train(network, examples, mean_loss("fused"), {.epochs = 2}, random);
  BOOST_TEST(history.steps == 126U);
  BOOST_TEST(history.losses.size() == 2U);
  BOOST_TEST(history.losses[1] < history.losses[0]);
  BOOST_TEST(!history.first_bad_step);
  BOOST_TEST(history.bad_loss_steps == 0U);
}

// What is called after an epoch sees the network of that epoch, and does not change the training.
BOOST_AUTO_TEST_CASE(an_epoch_can_be_looked_at) {
  const Examples examples(lab_data(100));
  const auto parameters_after = [&](std::size_t epochs,
                                    const std::function<void(std::size_t)>& after_epoch = {}) {
    Random random(0);
    auto network = lab_network(random);
    (void)train(network, examples, mean_loss("fused"), {.epochs = epochs}, random, after_epoch);
    return std::vector<float>(network.parameters().begin(), network.parameters().end());
  };
  Random random(0);
  auto network = lab_network(random);
  std::vector<std::size_t> epochs;
  (void)train(network, examples, mean_loss("fused"), {.epochs = 3}, random, [&](std::size_t epoch) {
    epochs.push_back(epoch);
    const auto now = network.parameters();
    BOOST_TEST(std::vector<float>(now.begin(), now.end()) == parameters_after(epoch));
  });
  BOOST_TEST(epochs == (std::vector<std::size_t>{1, 2, 3}), boost::test_tools::per_element());
}

// Softmax regression by plain loops in double. The loss of each step is computed before the step.
BOOST_AUTO_TEST_CASE(losses_are_those_that_were_trained_on) {
  const DataSet data = lab_data(100);
  const Examples examples(data);
  Network<float> network(std::vector<std::size_t>{2, 4}, 32);
  Random random(3), again(3);
  network.initialise(random);
  const std::vector<float> start = copied(network.parameters());
  std::vector<double> w(start.begin(), start.end());
  const double rate = 0.5;
  const History history =
      train(network, examples, mean_loss("fused"), options(2, 32, rate), random);

  for (std::size_t i = 0; i < 8; ++i) (void)again.uniform();  // the weights
  std::vector<std::int32_t> order(100);
  std::iota(order.begin(), order.end(), 0);
  for (const double got : history.losses) {
    shuffle(order, again);
    double sum = 0;
    for (std::size_t first = 0; first < 100; first += 32) {
      const std::size_t rows = std::min<std::size_t>(32, 100 - first);
      std::vector<double> gradient(w.size());
      for (std::size_t i = first; i < first + rows; ++i) {
        const auto row = static_cast<std::size_t>(order[i]);
        const double x[] = {data.X[2 * row], data.X[2 * row + 1], 1};
        double e[4], total = 0;
        for (std::size_t c = 0; c < 4; ++c)
          total += e[c] = std::exp(x[0] * w[3 * c] + x[1] * w[3 * c + 1] + w[3 * c + 2]);
        const auto label = static_cast<std::size_t>(data.y[row]);
        sum -= std::log(e[label] / total);
        for (std::size_t c = 0; c < 4; ++c)
          for (std::size_t j = 0; j < 3; ++j)
            gradient[3 * c + j] +=
                (e[c] / total - (c == label ? 1 : 0)) * x[j] / static_cast<double>(rows);
      }
      for (std::size_t k = 0; k < w.size(); ++k) w[k] -= rate * gradient[k];
    }
    BOOST_TEST(got == sum / 100, boost::test_tools::tolerance(1e-5));
  }
  for (std::size_t k = 0; k < w.size(); ++k)
    BOOST_TEST(double{network.parameters()[k]} == w[k], boost::test_tools::tolerance(1e-4));
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_bits_whatever_other_threads_do) {
  const Run alone = train_lab(5, mean_loss("fused"));
  BOOST_TEST(same(train_lab(5, mean_loss("fused")), alone));
  BOOST_TEST(!same(train_lab(6, mean_loss("fused")), alone));
  std::vector<Run> runs(6);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < runs.size(); ++i)
      threads.emplace_back([&, i] { runs[i] = train_lab(5 + i % 2, mean_loss("fused")); });
  }
  for (std::size_t i = 0; i < runs.size(); ++i) BOOST_TEST(same(runs[i], alone) == (i % 2 == 0));
}

// Losses that fail at certain steps; an epoch has 10 steps.
BOOST_AUTO_TEST_CASE(what_goes_wrong_is_noted) {
  const auto history = [](std::vector<std::size_t> bad_losses, std::size_t bad_gradient) {
    std::size_t step = 0;
    const MeanLoss loss = [&](Rows<const float> z, std::span<const std::int32_t>,
                              std::span<float> losses, Rows<float> gradient) {
      ++step;
      for (std::size_t i = 0; i < z.rows; ++i) {
        losses[i] = 1;
        for (float& g : gradient.row(i)) g = 0;
      }
      for (const std::size_t bad : bad_losses)
        if (step == bad) losses[z.rows - 1] = step % 2 ? inf : NAN;
      if (step == bad_gradient) gradient.row(z.rows - 1)[1] = -inf;
    };
    Network<float> network(std::vector<std::size_t>{2, 2}, 5);
    Random random(0);
    return train(network, numbered(48), loss, options(2, 5), random);
  };
  const History none = history({}, 0);
  BOOST_TEST(!none.first_bad_step);
  BOOST_TEST(none.bad_loss_steps == 0U);
  const History losses = history({7, 8, 13}, 0);
  BOOST_TEST(losses.first_bad_step.value() == 7U);
  BOOST_TEST(losses.bad_loss_steps == 3U);
  BOOST_TEST(!std::isfinite(losses.losses[0]));
  BOOST_TEST(losses.losses[1] == inf);
  const History gradient = history({13}, 10);  // the last batch of its epoch, which is the smallest
  BOOST_TEST(gradient.first_bad_step.value() == 10U);
  BOOST_TEST(gradient.bad_loss_steps == 1U);
}

// An example is dead if it is misclassified and its whole gradient is 0, in the last epoch.
BOOST_AUTO_TEST_CASE(the_dead_are_counted_in_the_last_epoch) {
  DataSet data{50, 1, 3, std::vector<double>(50, 1), {}};
  for (int i = 0; i < 50; ++i) data.y.push_back(i % 3);  // 17, 17 and 16
  const auto dead = [&](std::size_t outputs, std::size_t class_of_logits, std::int32_t alive) {
    Network<float> network(std::vector<std::size_t>{1, outputs}, 8);
    network.parameters()[2 * class_of_logits] = 1;
    const MeanLoss loss = [=](Rows<const float> z, std::span<const std::int32_t> labels,
                              std::span<float> losses, Rows<float> gradient) {
      for (std::size_t i = 0; i < z.rows; ++i) {
        losses[i] = 0;
        for (float& g : gradient.row(i)) g = 0;
        // The smallest positive float in one entry. It is too small to change a weight.
        if (labels[i] == alive) gradient.row(i)[z.columns - 1] = 0x1p-149F;
      }
    };
    Random random(1);
    return train(network, Examples(data), loss, options(2, 8), random).dead;
  };
  BOOST_TEST(dead(3, 1, -1) == 33U);  // all except those of class 1
  BOOST_TEST(dead(3, 2, -1) == 34U);
  BOOST_TEST(dead(3, 1, 0) == 16U);   // those of class 0 have a gradient
  BOOST_TEST(dead(1, 0, -1) == 33U);  // one logit, above 0: class 1
}

BOOST_AUTO_TEST_SUITE_END()
