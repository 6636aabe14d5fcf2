#include "outliers/effect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "inputs/selection.hpp"
#include "learn/training.hpp"

namespace maxtrick::outliers {
namespace {

using learn::Examples;
using learn::Network;
using numerics::Rows;

std::vector<std::size_t> chosen(const Outlier& outlier, std::size_t seed, std::size_t rows) {
  std::vector<std::size_t> all(outlier.count(rows));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = (seed * all.size() + i) % rows;
  return all;
}

// The data with the outliers in their places.
Examples with_outliers(Examples examples, const Outlier& outlier,
                       const std::vector<std::size_t>& places, std::size_t classes) {
  for (const std::size_t i : places) {
    for (std::size_t j = 0; j < examples.features; ++j)
      examples.X[i + j * examples.rows] *= static_cast<float>(outlier.distance);
    if (outlier.wrong)
      examples.labels[i] = (examples.labels[i] + 1) % static_cast<std::int32_t>(classes);
  }
  return examples;
}

// The results of a trained network in float64.
class Evaluation {
 public:
  Evaluation(const Network<float>& network, const ops::Compute<double>& loss)
      : loss_(loss), wide_(learn::widened(network, at_a_time)), one_(learn::widened(network, 1)) {}

  // The losses of the examples.
  [[nodiscard]] std::vector<double> losses(const Examples& examples) {
    return losses(logits(examples), examples.labels);
  }
  // The losses if the class with the largest logit were the label.
  [[nodiscard]] std::vector<double> losses_of_predictions(const Examples& examples) {
    const std::vector<double> z = logits(examples);
    return losses(z, learn::predictions(rows(z)));
  }
  [[nodiscard]] double accuracy(const Examples& examples) {
    const std::vector<double> z = logits(examples);
    const std::vector<std::int32_t> classes = learn::predictions(rows(z));
    double right = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) right += classes[i] == examples.labels[i];
    return right / static_cast<double>(classes.size());
  }

  // The lengths of the gradient of one example's loss.
  struct Lengths {
    double weights, logits;  // with respect to all weights, and to the logits
  };
  [[nodiscard]] Lengths gradient(const Examples& examples, std::size_t i) {
    std::vector<double> x(examples.features + 1, 1);
    for (std::size_t j = 0; j < examples.features; ++j)
      x[j] = double{examples.X[i + j * examples.rows]};
    const learn::Columns<const double> input{x.data(), 1};
    const Rows<const double> z = one_.forward(input, 1);
    double loss = 0;
    const Rows<double> gradient = one_.logit_gradient();
    learn::cross_entropy<double>(loss_, z, {std::span(examples.labels).subspan(i, 1)},
                                 learn::Reduction::none, {&loss, 1}, gradient);
    const double of_logits = length(gradient.row(0));
    one_.backward(input);
    return {length(one_.gradients()), of_logits};
  }

 private:
  static constexpr std::size_t at_a_time = 256;  // so that the intermediate results stay in a cache

  static double length(std::span<const double> x) {
    return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
  }
  [[nodiscard]] std::vector<double> logits(const Examples& examples) {
    return learn::logits(wide_, examples);
  }
  [[nodiscard]] Rows<const double> rows(const std::vector<double>& z) const {
    return {z.data(), z.size() / wide_.outputs(), wide_.outputs()};
  }
  [[nodiscard]] std::vector<double> losses(const std::vector<double>& z,
                                           const std::vector<std::int32_t>& labels) const {
    const Rows<const double> all = rows(z);
    std::vector<double> losses(all.rows), gradient(z.size());
    learn::cross_entropy<double>(loss_, all, {labels}, learn::Reduction::none, losses,
                                 {gradient.data(), all.rows, all.columns});
    return losses;
  }

  const ops::Compute<double>& loss_;
  Network<double> wide_, one_;
};

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}
// The mean of the numbers at these places, each after `change`.
template <class Change>
double mean_at(const std::vector<double>& values, const std::vector<std::size_t>& places,
               Change change) {
  double sum = 0;
  for (const std::size_t i : places) sum += change(values[i]);
  return sum / static_cast<double>(places.size());
}
double unchanged(double x) { return x; }
double probability(double loss) { return std::exp(-loss); }

std::vector<double> gradient_lengths(Evaluation& network, const Examples& examples) {
  std::vector<double> all;
  for (std::size_t i = 0; i < examples.rows; ++i)
    all.push_back(network.gradient(examples, i).weights);
  return all;
}

// The sum of the lengths of the outliers' gradients divided by that of all. `lengths` are those of
// the data without outliers.
double share(Evaluation& network, const Examples& examples, std::vector<double> lengths,
             const std::vector<std::size_t>& places) {
  double of_outliers = 0;
  for (const std::size_t i : places) {
    lengths[i] = network.gradient(examples, i).weights;
    of_outliers += lengths[i];
  }
  return of_outliers / std::accumulate(lengths.begin(), lengths.end(), 0.0);
}

// The networks of one seed.
class OneSeed {
 public:
  OneSeed(const inputs::Task& task, const Activation& activation, std::size_t seed)
      : task_(task),
        seed_(seed),
        clean_(task.data.data()),
        loss_(loss_of<double>(activation)),
        mean_loss_([compute = loss_of<float>(activation)](
                       Rows<const float> logits, std::span<const std::int32_t> labels,
                       std::span<float> losses, Rows<float> gradient) {
          learn::cross_entropy<float>(compute, logits, {labels}, learn::Reduction::mean, losses,
                                      gradient);
        }),
        start_(untrained(), loss_),
        without_(trained(clean_), loss_),
        lengths_at_start_(gradient_lengths(start_, clean_)),
        losses_without_(without_.losses(clean_)),
        accuracy_without_(without_.accuracy(clean_)) {}

  [[nodiscard]] Effect of(const Outlier& outlier) {
    const std::vector<std::size_t> places = chosen(outlier, seed_, clean_.rows);
    const Examples examples = with_outliers(clean_, outlier, places, task_.data.classes);
    Evaluation with(trained(examples), loss_);
    Effect effect{};
    effect.share_before = share(start_, examples, lengths_at_start_, places);
    effect.share_after = share(with, examples, gradient_lengths(with, clean_), places);
    for (Evaluation* network : {&with, &without_})
      for (const std::size_t i : places)
        effect.logit_gradient =
            std::max(effect.logit_gradient, network->gradient(examples, i).logits);
    effect.loss_without = mean_at(without_.losses(examples), places, unchanged);
    effect.loss_with = mean_at(with.losses(examples), places, unchanged);
    effect.confidence_without =
        mean_at(without_.losses_of_predictions(examples), places, probability);
    effect.confidence_with = mean_at(with.losses_of_predictions(examples), places, probability);
    const std::vector<double> losses = with.losses(clean_);
    effect.accuracy = with.accuracy(clean_);
    effect.accuracy_change = effect.accuracy - accuracy_without_;
    effect.loss = mean(losses);
    effect.loss_change = effect.loss - mean(losses_without_);
    std::vector<double> changes;
    for (std::size_t i = 0; i < losses.size(); ++i)
      if (std::find(places.begin(), places.end(), i) == places.end())
        changes.push_back(std::abs(probability(losses[i]) - probability(losses_without_[i])));
    effect.probability_change = mean(changes);
    return effect;
  }

 private:
  [[nodiscard]] Network<float> untrained() {
    random_ = numerics::Random(seed_);
    Network<float> network(task_.widths(false), task_.options.batch);
    network.initialise(random_);
    return network;
  }
  [[nodiscard]] Network<float> trained(const Examples& examples) {
    Network<float> network = untrained();
    (void)learn::train(network, examples, mean_loss_, task_.options, random_);
    return network;
  }

  const inputs::Task& task_;
  std::size_t seed_;
  Examples clean_;
  ops::Compute<double> loss_;
  learn::MeanLoss mean_loss_;
  numerics::Random random_{0};
  Evaluation start_, without_;
  std::vector<double> lengths_at_start_, losses_without_;
  double accuracy_without_;
};

Outlier read_outlier(config::Section& section, bool distant, std::size_t most) {
  Outlier one{.name = inputs::read_name(section, "name"),
              .hazard = section.text("hazard"),
              .distant = distant};
  if (distant) {
    const std::vector<std::string> labels{"right", "wrong"};
    one.wrong = section.choice("label", labels) != "right";
  }
  one.distance = section.number("distance", {1e-6, 1e9});
  if (section.has("chaotic")) one.chaotic = section.flag("chaotic");
  if (section.has("share")) {
    one.share = section.number("share", {1e-6, 0.5});
    if (section.has("examples"))
      section.reject("share", "'share' and 'examples' are both given", "one of the two");
  } else {
    one.examples = section.count("examples", 1, static_cast<std::int64_t>(most));
  }
  return one;
}

}  // namespace

std::size_t Outlier::count(std::size_t rows) const {
  if (share == 0) return examples;
  const double number = std::floor(share * static_cast<double>(rows));
  return std::max(std::size_t{1}, static_cast<std::size_t>(number));
}

std::vector<Outlier> read_outliers(config::Section& config, std::size_t most) {
  std::vector<Outlier> all;
  inputs::Names names("outlier");
  for (const bool distant : {false, true}) {
    const std::string key = distant ? "distant" : "mislabelled";
    if (distant && !all.empty() && !config.has(key)) break;
    if (!distant && !config.has(key)) continue;
    for (config::Section& section : config.tables(key)) {
      all.push_back(read_outlier(section, distant, most));
      names.add(section, all.back().name);
    }
  }
  return all;
}

Trainings::Trainings(inputs::Task task, Activation activation, std::vector<Outlier> outliers,
                     std::size_t seeds)
    : task_(std::move(task)),
      activation_(std::move(activation)),
      outliers_(std::move(outliers)),
      seeds_(seeds) {}

run::Parts Trainings::parts() {
  const std::size_t size = unavailable().empty() ? seeds_ : 0;
  return std::make_shared<const run::PartList>(
      run::PartList{size, [self = shared_from_this()](std::size_t seed) { self->make(seed); }});
}

void Trainings::make(std::size_t seed) {
  std::call_once(sized_, [this] { all_.resize(seeds_); });
  OneSeed one(task_, activation_, seed);
  for (const Outlier& outlier : outliers_) all_[seed].push_back(one.of(outlier));
}

std::vector<Effect> Trainings::effects(std::size_t outlier) const {
  std::vector<Effect> of_seeds;
  for (const std::vector<Effect>& seed : all_) of_seeds.push_back(seed[outlier]);
  return of_seeds;
}

}  // namespace maxtrick::outliers
