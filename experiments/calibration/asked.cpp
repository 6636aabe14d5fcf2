#include "calibration/asked.hpp"

#include <fmt/format.h>

#include "inputs/selection.hpp"

namespace maxtrick::calibration {
namespace {

using inputs::Arm;

std::size_t read_part(config::Section& section, std::string_view key) {
  return section.count(key, 1, 1'000'000);
}

void require_parts(config::Section& section, const Asked& asked) {
  const inputs::NamedData& data = asked.task.data;
  if (data.is_known() && asked.fit + asked.held_out >= data.rows)
    section.reject("held_out",
                   fmt::format("{} + {} of {} examples leave none for the test", asked.fit,
                               asked.held_out, data.rows),
                   "fewer");
  else if (asked.task.options.batch > asked.fit)
    section.reject("fit",
                   fmt::format("{} examples for the training, but a batch of {}", asked.fit,
                               asked.task.options.batch),
                   "at least as many as 'batch'");
}

void read_elsewhere(config::Section& section, const std::vector<inputs::NamedData>& data,
                    Asked& asked) {
  if (!section.has("elsewhere")) return;
  const inputs::NamedData* other = inputs::read_one(section, "elsewhere", data);
  if (other == nullptr) return;
  const inputs::NamedData& own = asked.task.data;
  if (own.is_known() && other->is_known() &&
      (other->features != own.features || other->classes != own.classes))
    section.reject(
        "elsewhere", fmt::format("{} features and {} classes", other->features, other->classes),
        fmt::format("{} features and {} classes, as 'data' has", own.features, own.classes));
  asked.elsewhere = *other;
}

}  // namespace

std::vector<Asked> read_tasks(config::Section& config, const std::vector<inputs::NamedData>& data,
                              const std::vector<Arm>& arms, std::size_t bins) {
  const auto arm_names = inputs::names_of(arms, &Arm::name);
  std::vector<Asked> all;
  inputs::Names names("task");
  for (config::Section& section : config.tables("task")) {
    Asked asked{.task = inputs::read_task(section, data), .bins = bins};
    names.add(section, asked.task.name);
    for (const std::size_t i : inputs::read_choices(section, "arms", arm_names)) {
      asked.arms.push_back(arms[i]);
      inputs::require_classes(section, "arms", arms[i], asked.task);
      if (arms[i].name == of_bayes)
        section.reject("arms", fmt::format("an arm has the reserved name '{}'", of_bayes),
                       "another name, because this one denotes the best classifier");
    }
    asked.fit = read_part(section, "fit");
    asked.held_out = read_part(section, "held_out");
    require_parts(section, asked);
    asked.shown = inputs::read_counts(section, "shown", "epochs", 1,
                                      static_cast<std::int64_t>(asked.task.options.epochs));
    read_elsewhere(section, data, asked);
    all.push_back(std::move(asked));
  }
  return all;
}

std::string unavailable(const Asked& asked, const Arm* arm) {
  if (!asked.task.data.missing.empty()) return asked.task.data.missing;
  if (asked.elsewhere && !asked.elsewhere->missing.empty()) return asked.elsewhere->missing;
  const ops::Variant* softmax = arm == nullptr ? nullptr : arm->softmax;
  if (softmax == nullptr || softmax->unavailable.empty()) return "";
  return softmax->name() + ": " + softmax->unavailable;
}

}  // namespace maxtrick::calibration
