// What a config of the experiment `speed` asks for.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "timing/job.hpp"

namespace maxtrick::speed {

// One row: a kernel on a matrix.
struct Case {
  ops::Op op = timing::copy;
  timing::Item item = {};
  timing::Shape shape = {};
  bool all_threads = false;

  [[nodiscard]] std::string threads() const { return all_threads ? "all" : "1"; }
};

// A claim on every case that it matches: so many times as fast as a reference at least.
struct Claim {
  std::vector<std::string> variants = {};  // globs
  std::size_t least_classes = 1, most_classes = SIZE_MAX;
  std::vector<timing::Shape> shapes = {};  // empty: any
  std::vector<std::string> logits = {};
  bool all_threads = false;
  std::string reference = {};  // a variant, where '*' is what follows the op in the case's own;
                               // empty: oneDNN's of the case's op
  std::string reference_logits = {};  // empty: the case's
  double times = 1;
  bool at_most = false;  // at most so many times its time, rather than at least its speed

  [[nodiscard]] bool matches(const Case& one) const;
  [[nodiscard]] timing::Item reference_of(const Case& one) const;
  // "at least 2.4 times as fast as softmax.onednn"
  [[nodiscard]] std::string text(const Case& one) const;
};

struct Spec {
  std::vector<timing::Logits> logits;
  std::vector<Case> cases;
  std::vector<Claim> claims;
  std::size_t launches = 0;
  std::chrono::milliseconds limit{};  // of one launch
  double widest_interval = 0;         // from which anything is concluded, as a share
  timing::Job settings;               // repetitions, seed and the like; no items
};

// Reads
//   launches, repetitions, min_time_ms, launch_limit_s, seed, inaccurate_above_ulp, widest_interval
//   variants = [names or globs], as ops::chooses has it
//   [[logits]]  name, scale, masked = the share of -inf (0 where it is left out)
//   [[grid]]    shapes = ["4096x1000"], logits = [names], threads = ["1", "all"]: what is timed;
//               perhaps but_not = [globs], of the variants
//   [[claim]]   variants = [globs]; perhaps classes = [from, to], shapes, logits (["plain"]),
//               threads ("1"), reference, reference_logits; at_least_times or at_most_times
// Notes errors in the config: a claim that no case meets is one.
[[nodiscard]] Spec read_spec(config::Section& config);

// oneDNN's kernel of an op, as held in the process in which `kernel` is timed.
[[nodiscard]] std::string onednn_beside(ops::Op op, std::string_view kernel);

// "4096x1000"; nothing where it is not that.
[[nodiscard]] std::optional<timing::Shape> parse_shape(std::string_view text);

}  // namespace maxtrick::speed
