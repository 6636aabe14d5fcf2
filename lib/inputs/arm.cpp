#include "inputs/arm.hpp"

#include <fmt/format.h>

#include <deque>
#include <span>

#include "inputs/rebalancing.hpp"
#include "inputs/selection.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/softmax.hpp"

namespace maxtrick::inputs {
namespace {

using ops::DType;
using ops::Formulation;
using ops::LossInput;
using ops::Variant;

const Formulation* read_loss(config::Section& section) {
  return read_one(section, "loss", ops::formulations());
}

const Variant* read_softmax(config::Section& section, const std::vector<DType>& dtypes) {
  std::vector<std::string> names;
  for (const Variant& variant : ops::variants())
    if (variant.op == ops::softmax) names.push_back(variant.name());
  const Variant* variant = ops::find_variant(section.choice("softmax", names));
  if (!variant || variant->op != ops::softmax) return nullptr;
  for (const DType dtype : dtypes)
    if (!variant->has(dtype))
      section.reject("softmax",
                     fmt::format("'{}' is not available in {}", variant->name(), name(dtype)),
                     "a softmax that is available in every type of 'dtypes'");
  return variant;
}

Arm read_arm(config::Section& section, const std::vector<DType>& dtypes) {
  Arm one{.name = read_name(section, "name"), .formulation = read_loss(section)};
  const bool has_softmax = section.has("softmax"), has_guard = section.has("guard");
  if (has_softmax) one.softmax = read_softmax(section, dtypes);
  if (section.has("gradient")) {
    const std::vector<std::string> forms{"chain", "difference"};
    if (section.choice("gradient", forms) == "difference")
      one.gradient = ops::GradientForm::difference;
  }
  // Above 1/2 the range of a clip would be empty.
  if (has_guard) one.guard = section.number("guard", {1e-300, 0.5});
  if (!one.formulation) return one;
  if (one.formulation->input == LossInput::probabilities && !has_softmax)
    section.reject("softmax",
                   fmt::format("the loss '{}' is computed from probabilities and needs a softmax",
                               one.formulation->name),
                   "a softmax, such as softmax = \"softmax.max_trick.scalar\"");
  if (one.formulation->binary() && has_softmax)
    section.reject("softmax",
                   fmt::format("the loss '{}' has only one logit", one.formulation->name),
                   "no softmax");
  if (has_guard && one.formulation->guard == 0)
    section.reject("guard", fmt::format("the loss '{}' has no epsilon", one.formulation->name),
                   "no guard");
  if (!has_guard) one.guard = one.formulation->guard;
  return one;
}

// `also` reads further keys of an arm.
template <class Also>
std::vector<Arm> read_all(config::Section& config, const std::vector<DType>& dtypes, Also also) {
  std::vector<Arm> arms;
  Names names("arm");
  for (config::Section& section : config.tables("arm")) {
    arms.push_back(read_arm(section, dtypes));
    also(section, arms.back());
    names.add(section, arms.back().name);
  }
  return arms;
}

// The loss of a plug-in as a formula of logits that computes its own gradient.
template <class T>
ops::RowLosses<T> row_losses(const Variant& kernel) {
  const ops::Compute<T>& compute = kernel.compute<T>();
  if (!compute) return {};
  return [compute, op = kernel.op](numerics::Rows<const T> logits, const ops::Targets<T>& targets,
                                   T, std::span<T> losses, numerics::Rows<T> gradient) {
    compute(only_arguments_of<T>(
        op, {.logits = logits, .result = gradient, .targets = targets, .losses = losses}));
  };
}

const std::deque<Formulation>& plugin_formulations() {
  static const std::deque<Formulation> all = [] {
    std::deque<Formulation> made;
    for (const Variant& kernel : ops::variants())
      if (!kernel.plugin.empty() && kernel.formulation.empty() &&
          (kernel.op == ops::cross_entropy || kernel.op == ops::cross_entropy_gradient))
        made.push_back({.name = kernel.name(),
                        .summary = kernel.summary,
                        .source = kernel.source,
                        .input = LossInput::logits,
                        .float32 = row_losses<float>(kernel),
                        .float64 = row_losses<double>(kernel),
                        .float16 = row_losses<numerics::Float16>(kernel),
                        .bfloat16 = row_losses<numerics::BFloat16>(kernel)});
    return made;
  }();
  return all;
}

}  // namespace

std::vector<Arm> plugin_arms() {
  std::vector<Arm> arms;
  for (const Formulation& one : plugin_formulations())
    arms.push_back({.name = one.name, .formulation = &one, .kernel = ops::find_variant(one.name)});
  return arms;
}

std::vector<Arm> read_arms(config::Section& config, const std::vector<DType>& dtypes) {
  return read_all(config, dtypes, [](config::Section&, Arm&) {});
}

std::vector<Arm> read_training_arms(config::Section& config) {
  return read_all(config, {}, read_rebalancing);
}

}  // namespace maxtrick::inputs
