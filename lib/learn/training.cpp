#include "learn/training.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "ops/derived.hpp"

namespace maxtrick::learn {
namespace {

using numerics::Rows;

bool on_wrong_side(std::span<const float> logits, std::int32_t label) {
  if (logits.size() == 1) return (logits[0] > 0) != (label == 1);
  return ops::argmax(logits) != static_cast<std::size_t>(label);
}

// The examples of one step, copied into contiguous memory.
struct Batch {
  Batch(const Examples& examples, std::size_t size)
      : most(size), X(size * (examples.features + 1), 1), labels(size), losses(size) {}

  void gather(const Examples& examples, std::span<const std::size_t> chosen) {
    rows = chosen.size();
    for (std::size_t j = 0; j < examples.features; ++j)
      for (std::size_t i = 0; i < rows; ++i)
        X[i + j * most] = examples.X[chosen[i] + j * examples.rows];
    for (std::size_t i = 0; i < rows; ++i) labels[i] = examples.labels[chosen[i]];
  }
  [[nodiscard]] Columns<const float> features() const { return {X.data(), most}; }

  std::size_t most, rows = 0;
  std::vector<float> X;
  std::vector<std::int32_t> labels;
  std::vector<float> losses;
};

bool all_finite(std::span<const float> numbers) {
  bool finite = true;
  for (const float x : numbers) finite &= std::abs(x) <= std::numeric_limits<float>::max();
  return finite;
}

// Counts the dead examples of a batch: misclassified examples whose gradient is 0, so that they do
// not change the weights.
std::size_t count_dead(const Batch& batch, Rows<const float> logits, Rows<const float> gradient) {
  std::size_t dead = 0;
  for (std::size_t i = 0; i < batch.rows; ++i) {
    const auto g = gradient.row(i);
    if (std::all_of(g.begin(), g.end(), [](float x) { return x == 0; }) &&
        on_wrong_side(logits.row(i), batch.labels[i]))
      ++dead;
  }
  return dead;
}

// The loss of logits that has this name.
ops::Compute<double> loss_of(std::string_view formulation) {
  return ops::with_softmax(*ops::find_formulation(formulation), nullptr).float64;
}

}  // namespace

Examples::Examples(const DataSet& data) : rows(data.rows), features(data.features), labels(data.y) {
  for (std::size_t j = 0; j < features; ++j)
    for (std::size_t i = 0; i < rows; ++i)
      X.push_back(static_cast<float>(data.X[i * features + j]));
  X.resize(rows * (features + 1), 1);
}

History train(Network<float>& network, const Examples& examples, const MeanLoss& loss,
              const TrainingOptions& options, numerics::Random& random,
              const std::function<void(std::size_t epoch)>& after_epoch) {
  Batch batch(examples, options.batch);
  Optimiser<float> optimiser(options.optimiser, network.parameters().size());
  std::vector<std::size_t> order(examples.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  History history;
  history.losses.reserve(options.epochs);
  for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
    for (std::size_t i = order.size() - 1; i > 0; --i)
      std::swap(order[i], order[random.below(i + 1)]);
    double sum = 0;
    for (std::size_t first = 0; first < order.size(); first += options.batch) {
      const std::size_t rows = std::min(options.batch, order.size() - first);
      batch.gather(examples, std::span(order).subspan(first, rows));
      const auto z = network.forward(batch.features(), rows);
      const auto gradient = network.logit_gradient();
      loss(z, std::span(batch.labels).first(rows), std::span(batch.losses).first(rows), gradient);
      network.backward(batch.features());
      optimiser.step(network.parameters(), network.gradients());

      ++history.steps;
      const double batch_sum = std::accumulate(
          batch.losses.begin(), batch.losses.begin() + static_cast<std::ptrdiff_t>(rows), 0.0);
      sum += batch_sum;
      if (!std::isfinite(batch_sum)) ++history.bad_loss_steps;
      if (!history.first_bad_step &&
          !(std::isfinite(batch_sum) && all_finite({gradient.data, rows * gradient.columns})))
        history.first_bad_step = history.steps;
      if (epoch + 1 == options.epochs)
        history.dead += count_dead(batch, z, {gradient.data, rows, gradient.columns});
    }
    history.losses.push_back(sum / static_cast<double>(examples.rows));
    if (after_epoch) after_epoch(epoch + 1);
  }
  return history;
}

Network<double> widened(const Network<float>& network, std::size_t most_rows) {
  std::vector<std::size_t> widths{network.layers().front().inputs};
  for (const Layer& layer : network.layers()) widths.push_back(layer.outputs);
  Network<double> wide(widths, most_rows);
  const auto narrow = network.parameters();
  std::copy(narrow.begin(), narrow.end(), wide.parameters().begin());
  return wide;
}

template <class T>
std::vector<T> logits(Network<T>& network, const Examples& examples) {
  const std::size_t most = network.most_rows();
  std::vector<T> X(most * (examples.features + 1), T(1)), all;
  all.reserve(examples.rows * network.outputs());
  for (std::size_t first = 0; first < examples.rows; first += most) {
    const std::size_t rows = std::min(most, examples.rows - first);
    for (std::size_t j = 0; j < examples.features; ++j)
      for (std::size_t i = 0; i < rows; ++i)
        X[i + j * most] = T{examples.X[first + i + j * examples.rows]};
    const auto z = network.forward({X.data(), most}, rows);
    all.insert(all.end(), z.data, z.data + rows * z.columns);
  }
  return all;
}

template std::vector<float> logits<float>(Network<float>&, const Examples&);
template std::vector<double> logits<double>(Network<double>&, const Examples&);

std::vector<std::int32_t> predictions(Rows<const double> logits) {
  std::vector<std::int32_t> classes;
  for (std::size_t i = 0; i < logits.rows; ++i) {
    const auto z = logits.row(i);
    classes.push_back(z.size() == 1 ? z[0] > 0 : static_cast<std::int32_t>(ops::argmax(z)));
  }
  return classes;
}

double exact_loss(Rows<const double> logits, std::span<const std::int32_t> labels) {
  static const auto one_column = loss_of("bce_fused"), several = loss_of("fused_log1p");
  std::vector<double> losses(logits.rows), gradient(logits.rows * logits.columns);
  return cross_entropy<double>(logits.columns == 1 ? one_column : several, logits, {labels},
                               Reduction::mean, losses,
                               {gradient.data(), logits.rows, logits.columns});
}

}  // namespace maxtrick::learn
