#include "inputs/data_set.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "inputs/data_files.hpp"
#include "inputs/data_generators.hpp"
#include "inputs/npy_file.hpp"
#include "inputs/selection.hpp"

namespace maxtrick::inputs {
namespace {

// Deferred: made by the first who asks.
template <class Make>
std::shared_future<learn::DataSet> on_demand(Make make) {
  return std::async(std::launch::deferred, std::move(make)).share();
}

std::vector<run::ExportedFile> npy_files(const learn::DataSet& data) {
  const io::Matrix X{data.rows, data.features, data.X, false, {}};
  const io::Matrix y{1, data.rows, {data.y.begin(), data.y.end()}, true, {}};
  return {npy_file("X.npy", X, io::NumberType::float64),
          npy_file("y.npy", y, io::NumberType::int64)};
}

}  // namespace

NamedData read_data_set(config::Section& section) {
  NamedData data{.name = read_name(section, "name")};
  if (data.name.starts_with('.'))
    section.reject("name", fmt::format("'{}' starts with a dot", data.name),
                   "a name that a folder can have");
  if (!section.has("path")) {
    const Generated generated = read_generated(section);
    data.rows = generated.rows;
    data.features = generated.features;
    data.classes = generated.classes;
    data.made = on_demand(generated.make);
    if (generated.bayes)
      data.bayes = [made = data.made, bayes = generated.bayes] { return bayes(made.get()); };
    data.best = generated.best;
    return data;
  }
  learn::DataSet read = read_data_files(section, data.missing);
  data.rows = read.rows;
  data.features = read.features;
  data.classes = read.classes;
  data.made = on_demand([read = std::move(read), missing = data.missing]() mutable {
    if (!missing.empty()) throw std::runtime_error(missing);
    return std::move(read);
  });
  return data;
}

run::Export exported(const NamedData& data) {
  return {data.name, data.missing, [data] { return npy_files(data.data()); }};
}

}  // namespace maxtrick::inputs
