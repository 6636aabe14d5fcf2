#include "training/model_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "inputs/data_set.hpp"
#include "inputs/selection.hpp"

namespace maxtrick::training {
namespace {

using io::Matrix;
using io::NumberType;
using learn::Layer;

// A layer's parameters are column-major, the biases the last row.
Matrix weights(std::span<const float> layer, const Layer& shape) {
  Matrix W{shape.inputs, shape.outputs, {}, false, {}};
  for (std::size_t i = 0; i < shape.inputs; ++i)
    for (std::size_t j = 0; j < shape.outputs; ++j)
      W.values.push_back(double{layer[i + j * shape.rows()]});
  return W;
}

Matrix biases(std::span<const float> layer, const Layer& shape) {
  Matrix b{1, shape.outputs, {}, true, {}};
  for (std::size_t j = 0; j < shape.outputs; ++j)
    b.values.push_back(double{layer[shape.inputs + j * shape.rows()]});
  return b;
}

std::vector<run::ExportedFile> model_files(const inputs::Setup& setup, std::uint64_t seed) {
  inputs::Prepared run = prepare(setup, seed);
  (void)inputs::train(run, setup);
  std::vector<run::ExportedFile> files;
  const std::span<const float> parameters = run.network.parameters();
  for (const Layer& layer : run.network.layers()) {
    const auto own = parameters.subspan(layer.start, layer.rows() * layer.outputs);
    const std::size_t n = files.size() / 2 + 1;
    files.push_back(inputs::npy_file(fmt::format("weights_{}.npy", n), weights(own, layer),
                                     NumberType::float32));
    files.push_back(
        inputs::npy_file(fmt::format("biases_{}.npy", n), biases(own, layer), NumberType::float32));
  }
  const std::vector<float> z = learn::logits(run.network, run.examples);
  const std::vector<std::int32_t>& y = setup.task.data.data().y;
  files.push_back(inputs::npy_file(
      "logits.npy", {run.examples.rows, run.network.outputs(), {z.begin(), z.end()}, false, {}},
      NumberType::float32));
  files.push_back(inputs::npy_file("labels.npy", {1, y.size(), {y.begin(), y.end()}, true, {}},
                                   NumberType::int64));
  return files;
}

// Each once, in order.
void add_name(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

run::Export exported(const inputs::Setup& setup, std::uint64_t seed) {
  return {fmt::format("{}-{}-{}", setup.task.name, setup.arm.name, seed), setup.task.data.missing,
          [setup, seed] { return model_files(setup, seed); }};
}

std::vector<run::Export> read_exports(config::Section& config,
                                      const std::vector<inputs::Setup>& setups, std::size_t seeds) {
  std::vector<run::Export> all;
  if (!config.has("export")) return all;
  std::vector<std::string> tasks;
  for (const inputs::Setup& setup : setups) add_name(tasks, setup.task.name);
  inputs::Names names("export");
  for (config::Section& section : config.tables("export")) {
    const std::string task = section.choice("task", tasks);
    std::vector<std::string> arms;
    for (const inputs::Setup& setup : setups)
      if (task.empty() || setup.task.name == task) add_name(arms, setup.arm.name);
    const std::string arm = section.choice("arm", arms);
    const auto seed = section.integer("seed", 0, static_cast<std::int64_t>(seeds) - 1);
    for (const inputs::Setup& setup : setups) {
      if (setup.task.name != task || setup.arm.name != arm) continue;
      all.push_back(exported(setup, static_cast<std::uint64_t>(seed)));
      names.add(section, all.back().name, "seed");
      break;
    }
  }
  return all;
}

}  // namespace maxtrick::training
