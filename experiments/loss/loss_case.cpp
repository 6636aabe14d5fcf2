#include "loss/loss_case.hpp"

#include <fmt/format.h>

#include <cmath>

#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "io/number.hpp"
#include "learn/target.hpp"

namespace maxtrick::loss {
namespace {

using ops::DType;

inputs::LabelledLogits read_examples(config::Section& section, DType dtype) {
  inputs::LabelledLogits examples;
  const auto rows = section.matrix("logits");
  const auto labels = section.numbers("labels");
  for (const auto& row : rows) {
    examples.classes = row.size();
    examples.logits.insert(examples.logits.end(), row.begin(), row.end());
  }
  for (const double x : examples.logits)
    if (!std::isfinite(x)) section.reject("logits", "a logit that is not finite", "finite logits");
  inputs::require_representable(section, "logits", examples.logits, {dtype});
  if (labels.size() != rows.size()) {
    section.reject("labels", fmt::format("{} labels for {} rows", labels.size(), rows.size()),
                   "one a row");
    return {};
  }
  try {
    examples.labels = learn::class_indices(labels, examples.classes == 1 ? 2 : examples.classes);
  } catch (const learn::LabelError& error) {
    section.reject("labels", error.what(), "the true class of each row");
  }
  return examples;
}

void read_printed(config::Section& section, const std::vector<inputs::Arm>& arms, LossCase& one) {
  if (!section.has("printed")) return;
  config::Section printed = section.table("printed");
  for (const inputs::Arm& arm : arms) {
    if (!printed.has(arm.name)) continue;
    const std::string text = printed.text(arm.name);
    if (!io::parse_number(text))
      printed.reject(arm.name, fmt::format("'{}' is not a number", text),
                     "a number as it was printed, such as \"0.6931\"");
    if (arm.formulation && arm.formulation->binary() != (one.examples.classes == 1))
      printed.reject(arm.name, fmt::format("'{}' does not apply to these logits", arm.name),
                     "a loss of one logit for one column, of more for more");
    one.printed[arm.name] = text;
  }
}

}  // namespace

std::vector<LossCase> read_loss_cases(config::Section& config, const std::vector<DType>& dtypes,
                                      const std::vector<std::string>& targets,
                                      const std::vector<inputs::Arm>& arms) {
  std::vector<std::string> dtype_names;
  for (const DType dtype : dtypes) dtype_names.emplace_back(name(dtype));
  std::vector<LossCase> cases;
  inputs::Names names("case");
  for (config::Section& section : config.tables("case")) {
    LossCase one{.name = inputs::read_name(section, "name"),
                 .hazard = section.text("hazard"),
                 .source = section.text("source"),
                 .targets = section.choice("targets", targets),
                 .examples = {},
                 .printed = {}};
    names.add(section, one.name);
    if (one.name == "gap") section.reject("name", "'gap' is what drawn rows are called", "another");
    one.dtype = ops::parse_dtype(section.choice("dtype", dtype_names)).value_or(one.dtype);
    if (section.has("guard")) one.guard = section.number("guard", {1e-300, 0.5});
    one.examples = read_examples(section, one.dtype);
    read_printed(section, arms, one);
    cases.push_back(std::move(one));
  }
  return cases;
}

}  // namespace maxtrick::loss
