#include "breaking/condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace maxtrick::breaking {
namespace {

double optional_number(config::Section& section, std::string_view key, double otherwise,
                       config::Range range) {
  return section.has(key) ? section.number(key, range) : otherwise;
}

std::size_t optional_count(config::Section& section, std::string_view key, std::size_t otherwise,
                           std::size_t most) {
  if (!section.has(key)) return otherwise;
  return static_cast<std::size_t>(section.integer(key, 0, static_cast<std::int64_t>(most)));
}

}  // namespace

inputs::Setup read_condition(config::Section& section, const inputs::Task& task,
                             const std::vector<inputs::Arm>& arms) {
  inputs::Setup setup{.task = task, .arm = {}};
  auto& rate = setup.task.options.optimiser.learning_rate;
  rate = optional_number(section, "learning_rate", rate, {1e-12, 1e6});
  inputs::Start& start = setup.start;
  start.feature_scale = optional_number(section, "feature_scale", 1, {1e-30, 1e30});
  start.label_noise = optional_number(section, "label_noise", 0, {0, 1});
  start.bias = optional_number(section, "bias", 0, {-1e30, 1e30});
  const bool binary = std::any_of(arms.begin(), arms.end(), [](const inputs::Arm& one) {
    return one.formulation != nullptr && one.formulation->binary();
  });
  start.biased = optional_count(section, "biased", 0, binary ? 0 : task.data.classes - 1);
  start.misled_epochs = optional_count(section, "misled_epochs", 0, 100'000);
  start.last_layer_scale = optional_number(section, "last_layer_scale", 1, {-1e30, 1e30});
  if (section.has("dtype")) {
    std::vector<std::string> names;
    for (const auto dtype : ops::all_dtypes)
      if (dtype != ops::DType::float64) names.emplace_back(name(dtype));
    if (const auto dtype = ops::parse_dtype(section.choice("dtype", names))) setup.dtype = *dtype;
    for (const auto& one : arms)
      if (one.softmax != nullptr && !one.softmax->has(setup.dtype))
        section.reject("dtype",
                       fmt::format("'{}' has no {}", one.softmax->name(), name(setup.dtype)),
                       "a type that the softmax of every arm has");
  }
  return setup;
}

}  // namespace maxtrick::breaking
