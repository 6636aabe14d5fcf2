#include "inputs/data_set.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "inputs/data_files.hpp"
#include "inputs/data_generators.hpp"
#include "inputs/selection.hpp"
#include "suite/files.hpp"
#include "suite/matrix.hpp"

namespace maxtrick::inputs {
namespace {

// Deferred: made by the first who asks.
template <class Make>
std::shared_future<learn::DataSet> on_demand(Make make) {
  return std::async(std::launch::deferred, std::move(make)).share();
}

// `shape` is how the line that a user reads gives it; the digest is of the numbers alone, as
// hashlib.sha256(X.tobytes()) has it.
suite::ExportedFile npy_file(std::string name, const suite::Matrix& matrix, suite::NumberType type,
                             const std::string& shape) {
  constexpr std::size_t width = 8;  // of float64 and int64
  std::string bytes = suite::to_npy(matrix, type);
  const std::string digest =
      suite::sha256(std::string_view(bytes).substr(bytes.size() - width * matrix.values.size()));
  return {std::move(name), std::move(bytes),
          fmt::format("{}, sha256 of the data {}", shape, digest)};
}

std::vector<suite::ExportedFile> npy_files(const learn::DataSet& data) {
  const suite::Matrix X{data.rows, data.features, data.X, false, {}};
  const suite::Matrix y{1, data.rows, {data.y.begin(), data.y.end()}, true, {}};
  return {npy_file("X.npy", X, suite::NumberType::float64,
                   fmt::format("{} x {}", data.rows, data.features)),
          npy_file("y.npy", y, suite::NumberType::int64, fmt::format("{}", data.rows))};
}

}  // namespace

NamedData read_data_set(suite::Section& section) {
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

suite::Export exported(const NamedData& data) {
  return {data.name, data.missing, [data] { return npy_files(data.data()); }};
}

}  // namespace maxtrick::inputs
