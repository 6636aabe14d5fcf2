#include "inputs/rebalancing.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace maxtrick::inputs {
namespace {

constexpr double largest_weight = 1e6;
// The focal loss that extends fused_log1p (variants/focal_fused.cpp).
constexpr std::string_view focal = "focal_loss.fused.scalar", extended = "fused_log1p";

void read_weights(config::Section& section, Rebalancing& rebalancing) {
  if (!section.is_array("class_weights")) {
    const std::vector<std::string> kinds{"balanced", "square_root"};
    rebalancing.exponent = section.choice("class_weights", kinds) == "square_root" ? 0.5 : 1;
    return;
  }
  rebalancing.weights = section.numbers("class_weights");
  for (std::size_t k = 0; k < rebalancing.weights.size(); ++k)
    if (const double w = rebalancing.weights[k]; !(w > 0 && w <= largest_weight))
      section.reject("class_weights", k, fmt::format("a class weight of {}", w),
                     fmt::format("numbers above 0, at most {:g}", largest_weight));
}

double sum_of(std::span<const std::size_t> counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
}

// The class weights for these counts; empty if there are none.
std::vector<double> class_weights(const Rebalancing& by, std::span<const std::size_t> counts) {
  if (by.exponent == 0 || !by.weights.empty()) return by.weights;
  std::vector<double> weights;
  double sum = 0;
  for (const std::size_t count : counts) {
    const auto n = static_cast<double>(count);
    weights.push_back(count == 0 ? 0 : std::pow(n, -by.exponent));
    sum += n * weights.back();
  }
  for (double& w : weights) w *= sum_of(counts) / sum;
  return weights;
}

}  // namespace

void read_rebalancing(config::Section& section, Arm& arm) {
  Rebalancing& by = arm.rebalancing;
  if (section.has("class_weights")) read_weights(section, by);
  if (section.has("gamma")) by.gamma = section.number("gamma", {0, 100});
  if (section.has("tau")) by.tau = section.number("tau", {-100, 100});
  if (arm.formulation == nullptr) return;
  for (const char* key : {"class_weights", "tau"})
    if (arm.formulation->binary() && section.has(key))
      section.reject(key, fmt::format("the loss '{}' has only one logit", arm.formulation->name),
                     fmt::format("no {}, or a loss with a logit for each class", key));
  if (by.gamma && arm.formulation->name != extended)
    section.reject("gamma", fmt::format("the loss '{}' has no focal form", arm.formulation->name),
                   fmt::format("loss = \"{}\"", extended));
}

learn::LossArguments Rebalancing::arguments(std::span<const std::size_t> counts) const {
  learn::LossArguments arguments{.class_weights = class_weights(*this, counts),
                                 .parameter = gamma.value_or(0)};
  if (tau == 0) return arguments;
  for (const std::size_t count : counts)
    arguments.bias.push_back(tau * std::log(static_cast<double>(count) / sum_of(counts)));
  return arguments;
}

std::vector<double> Rebalancing::aimed_log_prior(std::span<const std::size_t> counts) const {
  const std::vector<double> of_classes = class_weights(*this, counts);
  std::vector<double> prior;
  for (std::size_t k = 0; k < counts.size(); ++k)
    prior.push_back((1 - tau) * std::log(static_cast<double>(counts[k]) / sum_of(counts)) +
                    (of_classes.empty() ? 0 : std::log(of_classes[k])));
  return prior;
}

ops::Variant Arm::training_loss() const {
  return rebalancing.gamma ? *ops::find_variant(focal) : loss();
}

std::vector<std::size_t> class_counts(const learn::DataSet& data) {
  std::vector<std::size_t> counts(data.classes);
  for (const std::int32_t label : data.y) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

}  // namespace maxtrick::inputs
