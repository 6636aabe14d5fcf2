// What one launch measures, and what it found: the two sides of the pipe between the program and
// the process that it starts for it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "timing/sample.hpp"

namespace maxtrick::timing {

// The logits of a matrix: scale z, z standard normal; the share `masked` of the entries is -inf.
struct Logits {
  std::string name;
  double scale = 1;
  double masked = 0;
};

// One thing to time: a kernel on logits by their name. memcpy, to which they are all alike, has "".
struct Item {
  std::string kernel, logits;
  friend bool operator<(const Item& a, const Item& b) {
    return std::tie(a.kernel, a.logits) < std::tie(b.kernel, b.logits);
  }
};

struct Job {
  Shape shape;
  unsigned threads = 1;  // for the kernels that take any number
  std::vector<Logits> logits;
  std::vector<Item> items;
  std::vector<std::string> plugins = {};  // files that offer kernels besides
  std::size_t repetitions = 0;
  double min_seconds = 0;  // of one repetition
  double inaccurate_above_ulp = 0;
  std::uint64_t seed = 0;
};

// Of one item.
struct Measured {
  std::string outcome;  // oracle::Outcome, of a sample of rows
  double max_error_ulp = 0;
  std::string implementation = {};
  std::vector<double> seconds = {};  // one a repetition; none where the result is wrong
};

[[nodiscard]] std::string to_json(const Job& job);
[[nodiscard]] Job job_from_json(const std::string& text);
// One for each item, in their order.
[[nodiscard]] std::string to_json(const std::vector<Measured>& measured);
[[nodiscard]] std::vector<Measured> measured_from_json(const std::string& text);

[[nodiscard]] std::string benchmark_library();  // what measures, with its version

// Measures all of the job's items in this process: each is checked against the oracle, and those
// whose results may be timed are, in turns. `list` is where the kernels are looked up; `begins` is
// told the place of an item before it is called, outside what is timed, and nothing at the end.
// Throws std::invalid_argument for an item that is not there.
using Begins = std::function<void(std::optional<std::size_t> item)>;
[[nodiscard]] std::vector<Measured> measure(
    const Job& job, const std::vector<ops::Variant>& list = timed_variants(),
    const Begins& begins = [](auto) {});

// The item's results on the job's matrix, checked as measure() does it, and nothing timed.
[[nodiscard]] Checked check(const Job& job, const ops::Variant& kernel, const Item& item);
// What measure() says of what is not timed.
[[nodiscard]] Measured untimed(const Checked& checked);

}  // namespace maxtrick::timing
