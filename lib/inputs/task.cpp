#include "inputs/task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "learn/blas.hpp"
#include "text/quoted.hpp"

namespace maxtrick::inputs {
namespace {

std::size_t read_size(config::Section& section, std::string_view key, std::int64_t most) {
  return section.count(key, 1, most);
}

std::vector<std::size_t> read_hidden(config::Section& section) {
  constexpr double widest = 4096;
  std::vector<std::size_t> hidden;
  if (!section.has("hidden")) return hidden;
  const auto widths = section.numbers("hidden");
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] >= 1 && widths[i] <= widest && widths[i] == std::floor(widths[i]))
      hidden.push_back(static_cast<std::size_t>(widths[i]));
    else
      section.reject("hidden", i, fmt::format("a layer of {} units", widths[i]),
                     fmt::format("a whole number from 1 to {}", widest));
  }
  return hidden;
}

void require_sizes(config::Section& section, const Task& task) {
  constexpr std::size_t most_logits = 10'000'000;
  const NamedData& data = task.data;
  if (data.is_known() && task.options.batch > data.rows)
    section.reject(
        "batch",
        fmt::format("a batch of {} examples, but there are {}", task.options.batch, data.rows),
        "at most all examples");
  if (data.rows * data.classes > most_logits)
    section.reject("data", fmt::format("{} examples with {} classes", data.rows, data.classes),
                   fmt::format("examples times classes of at most {}", most_logits));
}

}  // namespace

std::vector<NamedData> read_data_sets(config::Section& config) {
  std::vector<NamedData> all;
  Names names("data set");
  for (config::Section& section : config.tables("data")) {
    all.push_back(read_data_set(section));
    names.add(section, all.back().name);
  }
  return all;
}

std::vector<std::size_t> Task::widths(bool binary) const {
  std::vector<std::size_t> all{data.features};
  all.insert(all.end(), hidden.begin(), hidden.end());
  all.push_back(binary ? 1 : data.classes);
  return all;
}

Task read_task(config::Section& section, const std::vector<NamedData>& data) {
  Task task{.name = read_name(section, "name"), .data = {}, .hidden = {}, .options = {}};
  if (const NamedData* one = read_one(section, "data", data)) task.data = *one;
  task.hidden = read_hidden(section);
  task.options.epochs = read_size(section, "epochs", 100'000);
  task.options.batch = read_size(section, "batch", 1'000'000);
  const std::vector<std::string> methods{"adam", "sgd"};
  if (section.choice("optimiser", methods) == "sgd")
    task.options.optimiser.method = learn::Method::sgd;
  task.options.optimiser.learning_rate = section.number("learning_rate", {1e-12, 1e6});
  require_sizes(section, task);
  return task;
}

void require_classes(config::Section& section, std::string_view key, const Arm& arm,
                     const Task& task) {
  if (arm.formulation == nullptr || !task.data.is_known()) return;
  const std::size_t weights = arm.rebalancing.weights.size();
  if (weights != 0 && weights != task.data.classes)
    section.reject(key,
                   fmt::format("{} has {} class weights, but the data have {} classes",
                               text::quoted(arm.name), weights, task.data.classes),
                   "one weight for each class");
  if (!arm.formulation->binary() || task.data.classes == 2) return;
  section.reject(key,
                 fmt::format("{} is a binary loss, but the data have {} classes",
                             text::quoted(arm.name), task.data.classes),
                 "another arm");
}

run::Plan begin_plan(std::vector<table::Column> columns, const std::vector<NamedData>& data,
                     const std::vector<Arm>& arms) {
  run::Plan plan;
  plan.table.columns = std::move(columns);
  plan.part = "runs";
  for (const NamedData& one : data) plan.data.push_back(exported(one));
  plan.libraries = {learn::blas_library()};
  plan.isas = {"scalar"};
  for (const Arm& arm : arms)
    if (arm.softmax != nullptr) name_in_manifest(plan, *arm.softmax);
  return plan;
}

std::size_t read_seeds(config::Section& section) { return read_size(section, "seeds", 100'000); }

}  // namespace maxtrick::inputs
