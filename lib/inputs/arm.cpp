#include "inputs/arm.hpp"

#include <fmt/format.h>

#include "inputs/selection.hpp"
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

}  // namespace

std::vector<Arm> read_arms(config::Section& config, const std::vector<DType>& dtypes) {
  std::vector<Arm> arms;
  Names names("arm");
  for (config::Section& section : config.tables("arm")) {
    arms.push_back(read_arm(section, dtypes));
    names.add(section, arms.back().name);
  }
  return arms;
}

}  // namespace maxtrick::inputs
