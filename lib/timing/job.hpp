// The request and the result of one launch, which go between the program and the process that it
// starts.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "run/experiment.hpp"
#include "timing/sample.hpp"

namespace maxtrick::timing {

// The logits of a matrix: `scale` z, z standard normal. The fraction `masked` of the entries is
// -inf.
struct Logits {
  std::string name;
  double scale = 1;
  double masked = 0;
};

// What is timed: a kernel on an array of logits.
struct Item {
  std::string kernel;
  std::string logits;  // their name; empty for memcpy, whose time does not depend on the logits
  Shape shape = {};
  // The type of the logits and the results. Numbers of 16 bits are computed in float32.
  ops::DType dtype = ops::DType::float32;
  bool all_threads = false;  // otherwise one

  bool operator==(const Item&) const = default;
  friend bool operator<(const Item& a, const Item& b) {
    return std::tie(a.kernel, a.logits, a.shape, a.dtype, a.all_threads) <
           std::tie(b.kernel, b.logits, b.shape, b.dtype, b.all_threads);
  }
};

// What one launch measures.
struct Job {
  unsigned threads = 1;  // how many all threads are
  std::vector<Logits> logits;
  std::vector<Item> items;
  std::vector<std::string> plugins = {};  // files of plug-ins with further kernels
  std::size_t repetitions = 0;
  double min_seconds = 0;  // the minimum time of one repetition
  double inaccurate_above_ulp = 0;
  std::uint64_t seed = 0;
};

// The result for one item.
struct Measured {
  std::string outcome = {};  // oracle::Outcome of a sample of rows
  double max_error_ulp = 0;
  std::string implementation = {};
  std::vector<double> seconds = {};  // one time for each repetition; empty if the result is wrong
  std::string unsupported = {};      // why the library cannot compute the item; empty if it can
};

[[nodiscard]] std::string to_json(const Job& job);
[[nodiscard]] Job job_from_json(const std::string& text);
// There is one result for each item, in their order.
[[nodiscard]] std::string to_json(const std::vector<Measured>& measured);
[[nodiscard]] std::vector<Measured> measured_from_json(const std::string& text);
// The failure that measure() has thrown. From this text, measured_from_json() throws it again.
[[nodiscard]] std::string to_json(const run::CaseFailed& failed);

[[nodiscard]] std::string benchmark_library();  // the benchmark library, with its version

// Measures all items of the job in this process. Items may differ in everything. Each is compared with the oracle first. Then those
// whose results may be timed are timed in interleaved order. `list` holds the kernels that items
// may name. `begins` is called with the index of an item before that item is called, outside the
// timed code, and with no value at the end. Throws std::invalid_argument for an item that does not
// exist, and run::CaseFailed for one of a plug-in that could not be computed, or that broke a rule of plug-ins.
using Begins = std::function<void(std::optional<std::size_t> item)>;
[[nodiscard]] std::vector<Measured> measure(
    const Job& job, const std::vector<ops::Variant>& list = timed_variants(),
    const Begins& begins = [](auto) {});

// Checks the results of the item, as measure() does, without timing them.
[[nodiscard]] Checked check(const Job& job, const ops::Variant& kernel, const Item& item);
// The result of measure() for an item that is not timed.
[[nodiscard]] Measured untimed(const Checked& checked);

}  // namespace maxtrick::timing
