// Compares the network with plain loops, and its gradients with central differences.
#include "learn/network.hpp"

#include "one_loss.hpp"
#include "ops/registry.hpp"

BOOST_AUTO_TEST_SUITE(network_test)

namespace {

using namespace maxtrick;
using maxtrick::ops::find_formulation;
using maxtrick::ops::GradientForm;
using maxtrick::tests::CrossEntropy;
using namespace maxtrick::learn;
using numerics::Random;

using Widths = std::vector<std::size_t>;

// Examples in the form that forward() requires: features + 1 columns, of which the last is 1.
template <class T>
struct Batch {
  Batch(std::size_t n, std::size_t features, Random& random)
      : rows(n), X(n * (features + 1), T(1)) {
    for (std::size_t i = 0; i < n * features; ++i) X[i] = static_cast<T>(2 * random.normal());
  }
  [[nodiscard]] Columns<const T> read() const { return {X.data(), rows}; }

  std::size_t rows;
  std::vector<T> X;
};

// Returns a network whose weights and biases are random and not 0.
template <class T>
Network<T> drawn(const Widths& widths, std::size_t most_rows, Random& random) {
  Network<T> network(widths, most_rows);
  for (T& w : network.parameters()) w = static_cast<T>(random.uniform(-1, 1));
  return network;
}

// Computes the logits of example i by the formula, in double.
template <class T>
std::vector<double> plain(const Network<T>& network, const Batch<T>& batch, std::size_t i) {
  std::vector<double> x;
  for (std::size_t j = 0; j < network.layers().front().inputs; ++j)
    x.push_back(batch.X[i + j * batch.rows]);
  for (const Layer& layer : network.layers()) {
    const auto W = [&](std::size_t row, std::size_t column) {
      return double{network.parameters()[layer.start + row + column * (layer.inputs + 1)]};
    };
    std::vector<double> y(layer.outputs);
    for (std::size_t j = 0; j < layer.outputs; ++j) {
      y[j] = W(layer.inputs, j);
      for (std::size_t k = 0; k < layer.inputs; ++k) y[j] += x[k] * W(k, j);
      if (&layer != &network.layers().back()) y[j] = std::max(y[j], 0.0);
    }
    x = y;
  }
  return x;
}

template <class T>
void check_forward(double tolerance) {
  Random random(3);
  for (const Widths& widths : {Widths{2, 4}, Widths{3, 1}, Widths{1, 1}, Widths{2, 25, 15, 4},
                               Widths{5, 7, 1}, Widths{4, 1, 3}, Widths{3, 9, 8, 7, 6}})
    for (const std::size_t most : {1U, 7U, 32U}) {
      auto network = drawn<T>(widths, most, random);
      // Large and small batches alternate: the contents of an earlier batch must not affect a later
      // one.
      for (const std::size_t rows : {most, (most + 1) / 2, std::size_t{1}, most}) {
        const Batch<T> batch(rows, widths.front(), random);
        const auto z = network.forward(batch.read(), rows);
        BOOST_TEST(z.rows == rows);
        BOOST_TEST(z.columns == widths.back());
        for (std::size_t i = 0; i < rows; ++i) {
          const auto expected = plain(network, batch, i);
          for (std::size_t j = 0; j < z.columns; ++j)
            BOOST_TEST(std::abs(double{z.row(i)[j]} - expected[j]) <=
                       tolerance * (1 + std::abs(expected[j])));
        }
      }
    }
}

// A network with an arm with which it is trained, in float64.
struct Trainer {
  std::string arm, softmax;
  GradientForm form = GradientForm::chain;
  [[nodiscard]] CrossEntropy<double> loss() const {
    const auto* variant = softmax.empty() ? nullptr : ops::find_variant(softmax);
    return {*find_formulation(arm), variant, form};
  }
};

void check_gradients(const Trainer& trainer, const Widths& widths, std::size_t rows,
                     Random& random) {
  auto network = drawn<double>(widths, rows + 3, random);
  const Batch<double> batch(rows, widths.front(), random);
  std::vector<std::int32_t> labels(rows);
  for (auto& label : labels)
    label = static_cast<std::int32_t>(random.below(std::max<std::size_t>(widths.back(), 2)));
  CrossEntropy<double> loss = trainer.loss();
  std::vector<double> losses(rows);
  const auto value = [&] {
    const auto z = network.forward(batch.read(), rows);
    return loss(z, {labels}, Reduction::mean, losses, network.logit_gradient());
  };
  (void)value();
  network.backward(batch.read());
  const std::vector<double> gradients(network.gradients().begin(), network.gradients().end());
  double largest = 0;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    double& w = network.parameters()[i];
    const double before = w, h = 1e-5;
    w = before + h;
    const double above = value();
    w = before - h;
    const double below = value();
    w = before;
    BOOST_TEST(std::abs(gradients[i] - (above - below) / (2 * h)) < 1e-8,
               "parameter " << i << ": " << gradients[i] << " and " << (above - below) / (2 * h));
    largest = std::max(largest, std::abs(gradients[i]));
  }
  BOOST_TEST(largest > 1e-3);  // otherwise the test would show nothing
}

}  // namespace

BOOST_AUTO_TEST_CASE(forward_is_that_of_plain_loops) {
  check_forward<double>(1e-13);
  check_forward<float>(3e-5);
}

BOOST_AUTO_TEST_CASE(gradients_are_central_differences) {
  Random random(5);
  const std::string softmax = "softmax.max_trick.scalar";
  for (const Trainer& trainer : {Trainer{"fused", ""}, Trainer{"fused_log1p", ""},
                                 Trainer{"fused_lse", ""}, Trainer{"log_of_softmax", softmax},
                                 Trainer{"log_of_softmax", softmax, GradientForm::difference},
                                 Trainer{"eps", softmax}, Trainer{"clip", softmax}})
    for (const Widths& widths :
         {Widths{2, 4}, Widths{2, 6, 5, 4}, Widths{3, 1, 2}, Widths{1, 8, 3}})
      for (const std::size_t rows : {1U, 6U})
        BOOST_TEST_CONTEXT(trainer.arm << " of " << widths.size() << " widths, " << rows << " rows")
  check_gradients(trainer, widths, rows, random);
  for (const Trainer& trainer :
       {Trainer{"bce_fused", ""}, Trainer{"bce", ""}, Trainer{"bce_clip", ""}})
    for (const Widths& widths : {Widths{2, 1}, Widths{2, 6, 5, 1}})
      BOOST_TEST_CONTEXT(trainer.arm) check_gradients(trainer, widths, 6, random);
}

// A smaller batch follows a larger one; no gradient of the larger one may remain.
BOOST_AUTO_TEST_CASE(a_partial_batch_has_its_own_gradients) {
  const Widths widths{2, 5, 3};
  Random random(8);
  auto network = drawn<double>(widths, 9, random);
  Network<double> fresh(widths, 4);
  std::copy(network.parameters().begin(), network.parameters().end(), fresh.parameters().begin());
  const Batch<double> large(9, 2, random), small(4, 2, random);
  const auto gradients = [&](Network<double>& of, const Batch<double>& batch) {
    (void)of.forward(batch.read(), batch.rows);
    const auto g = of.logit_gradient();
    BOOST_TEST(g.rows == batch.rows);
    for (std::size_t i = 0; i < g.rows; ++i)
      for (std::size_t j = 0; j < g.columns; ++j) g.row(i)[j] = static_cast<double>(1 + i + 7 * j);
    of.backward(batch.read());
    return std::vector<double>(of.gradients().begin(), of.gradients().end());
  };
  (void)gradients(network, large);
  BOOST_TEST(gradients(network, small) == gradients(fresh, small),
             boost::test_tools::tolerance(1e-12) << boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(relu_passes_nan_on) {
  Random random(2);
  auto network = drawn<float>({2, 16, 8, 3}, 4, random);
  Batch<float> batch(4, 2, random);
  batch.X[1] = std::numeric_limits<float>::quiet_NaN();  // example 1, feature 0
  const auto z = network.forward(batch.read(), 4);
  for (std::size_t i = 0; i < 4; ++i)
    for (const float x : z.row(i)) BOOST_TEST(std::isnan(x) == (i == 1));
}

BOOST_AUTO_TEST_CASE(initial_weights_are_glorots_in_the_documented_order) {
  const Widths widths{2, 25, 15, 4};
  Network<float> network(widths, 1);
  for (float& w : network.parameters()) w = 9;
  Random random(11), again(11);
  for (int round = 0; round < 2; ++round) {  // the second round continues the random numbers
    network.initialise(random);
    for (const Layer& layer : network.layers()) {
      const double limit = std::sqrt(6.0 / static_cast<double>(layer.inputs + layer.outputs));
      const float* const W = network.parameters().data() + layer.start;
      for (std::size_t i = 0; i < layer.inputs; ++i)
        for (std::size_t j = 0; j < layer.outputs; ++j) {
          const double x = -limit + 2 * limit * again.uniform();
          BOOST_TEST(double{W[i + j * layer.rows()]} == x, boost::test_tools::tolerance(1e-6));
          BOOST_TEST(std::abs(double{W[i + j * layer.rows()]}) <= limit * (1 + 1e-7));
        }
      for (std::size_t j = 0; j < layer.outputs; ++j)
        BOOST_TEST(W[layer.inputs + j * layer.rows()] == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(initial_weights_have_the_mean_and_variance_of_the_uniform) {
  Network<double> network(Widths{300, 200}, 1);
  Random random(4);
  network.initialise(random);
  constexpr double n = 300 * 200, variance = 2.0 / (300 + 200);  // variance = limit^2 / 3
  double sum = 0, squares = 0;
  for (const double w : network.parameters()) sum += w, squares += w * w;
  // Both are within five standard errors; the standard error of the mean square is variance *
  // sqrt(4 / 5n).
  BOOST_TEST(std::abs(sum / n) < 5 * std::sqrt(variance / n));
  BOOST_TEST(std::abs(squares / n - variance) < 5 * variance * std::sqrt(0.8 / n));
}

BOOST_AUTO_TEST_CASE(layers_lie_one_behind_the_other) {
  const Network<float> network(Widths{2, 25, 15, 4}, 32);
  BOOST_TEST(network.parameters().size() == 3U * 25 + 26U * 15 + 16U * 4);
  BOOST_TEST(network.layers()[1].start == 75U);
  BOOST_TEST(network.layers()[2].start == 465U);
  BOOST_TEST(network.outputs() == 4U);
  BOOST_TEST(network.most_rows() == 32U);
}

BOOST_AUTO_TEST_SUITE_END()
