#include "training/training_tasks.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "inputs/selection.hpp"
#include "io/number.hpp"

namespace maxtrick::training {
namespace {

std::vector<std::int32_t> read_first_categories(config::Section& section,
                                                const inputs::Task& task) {
  constexpr std::size_t most_classes = std::numeric_limits<std::int32_t>::max();
  if (!section.has("first_categories")) return {};
  const auto first = section.numbers("first_categories");
  const bool known = task.data.is_known();
  if (known && first.size() > task.data.rows)
    section.reject("first_categories",
                   fmt::format("{} classes of {} examples", first.size(), task.data.rows),
                   "one an example at most");
  try {
    return learn::class_indices(first, known ? task.data.classes : most_classes);
  } catch (const learn::LabelError& error) {
    section.reject("first_categories", error.what(), "classes of the data");
    return {};
  }
}

void read_losses(config::Section& section, const AskedTask* asked, PrintedRun& one) {
  const auto losses = section.texts("loss");
  for (std::size_t i = 0; i < losses.size(); ++i) {
    one.values[fmt::format("loss_{}", i + 1)] = losses[i];
    if (!std::isfinite(io::parse_number(losses[i]).value_or(NAN)))
      section.reject("loss", i, fmt::format("'{}' is not a number", losses[i]),
                     "a loss as it was printed");
  }
  if (asked != nullptr && losses.size() > asked->task.options.epochs)
    section.reject("loss", asked->task.options.epochs,
                   fmt::format("{} losses of {} epochs", losses.size(), asked->task.options.epochs),
                   "one an epoch at most");
}

}  // namespace

std::vector<AskedTask> read_tasks(config::Section& config,
                                  const std::vector<inputs::NamedData>& data,
                                  const std::vector<inputs::Arm>& arms) {
  std::vector<std::string> arm_names;
  for (const auto& arm : arms) arm_names.push_back(arm.name);
  std::vector<AskedTask> all;
  inputs::Names names("task");
  for (config::Section& section : config.tables("task")) {
    AskedTask asked{read_task(section, data), {}, {}};
    names.add(section, asked.task.name);
    asked.first_categories = read_first_categories(section, asked.task);
    for (const std::size_t i : inputs::read_choices(section, "arms", arm_names)) {
      asked.arms.push_back(arms[i]);
      require_classes(section, "arms", arms[i], asked.task);
      if (arms[i].name == bayes)
        section.reject("arms", fmt::format("an arm called '{}'", bayes),
                       "another name: it is that of the best classifier");
    }
    all.push_back(std::move(asked));
  }
  return all;
}

std::vector<PrintedRun> read_printed_runs(config::Section& config,
                                          const std::vector<AskedTask>& tasks) {
  std::vector<PrintedRun> all;
  if (!config.has("published")) return all;
  std::vector<std::string> names;
  for (const AskedTask& asked : tasks) names.push_back(asked.task.name);
  inputs::Names runs("published run");
  for (config::Section& section : config.tables("published")) {
    PrintedRun one{section.choice("task", names), {}, section.text("source"), {}};
    const AskedTask* asked = nullptr;
    for (const AskedTask& other : tasks)
      if (other.task.name == one.task) asked = &other;
    std::vector<std::string> arms;
    if (asked != nullptr)
      for (const auto& arm : asked->arms) arms.push_back(arm.name);
    one.arm = asked ? section.choice("arm", arms) : section.text("arm");
    runs.add(section, one.task + '/' + one.arm, "arm");
    read_losses(section, asked, one);
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace maxtrick::training
