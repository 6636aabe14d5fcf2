// What a config of the experiment `speed` requests.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "timing/job.hpp"

namespace maxtrick::speed {

// One row of the table: a kernel on an array of logits.
struct Case {
  ops::Op op = timing::copy;
  timing::Item item = {};
  std::vector<std::string> but_not = {};  // kernels that its grid leaves out, libraries among them

  [[nodiscard]] std::string threads() const { return item.all_threads ? "all" : "1"; }
};

// Returns the item of memcpy that moves the numbers of the case.
[[nodiscard]] timing::Item copy_beside(const Case& one);

// A claim about every case that it matches, or a goal for them: the kernel is at least `times`
// times as fast as a reference. A claim states what holds on every machine that was measured, and a
// miss is a failure. A goal is what the kernels are to reach.
struct Claim {
  std::vector<std::string> variants = {};  // globs
  std::size_t least_classes = 1, most_classes = SIZE_MAX;
  std::vector<timing::Shape> shapes = {};  // empty: any whose classes are along the last axis
  std::vector<ops::DType> dtypes = {ops::DType::float32};
  std::vector<std::string> logits = {};
  bool all_threads = false;
  // A variant, in which a leading '*' stands for the case's op, and any other for the rest of the
  // case's variant after its op; "best": whichever library is the fastest; empty: oneDNN's variant
  // of the case's op.
  std::string reference = {};
  // What the reference is timed on, if it is not what the case is timed on. If one of these is set
  // and `reference` is empty, the case is compared with its own variant.
  std::string reference_logits = {};
  std::optional<timing::Shape> reference_shape = {};
  bool reference_last_axis = false;  // the shape of the case, with its classes along the last axis
  std::optional<ops::DType> reference_dtype = {};
  bool reference_one_thread = false;
  double times = 1;
  bool at_most = false;  // limits the time to `times` times the reference's

  [[nodiscard]] bool matches(const Case& one) const;
  // The items of which the fastest one is the reference: one item, or those of all libraries.
  [[nodiscard]] std::vector<timing::Item> references_of(const Case& one) const;
  // "at least 2.4 times as fast as softmax.onednn"
  [[nodiscard]] std::string text(const Case& one) const;
};

struct Spec {
  std::vector<timing::Logits> logits;
  std::vector<Case> cases;
  std::vector<Claim> claims, goals;
  std::size_t launches = 0;
  std::chrono::milliseconds limit{};        // of one launch
  std::optional<double> highest_load = {};  // as in run::Plan
  double widest_interval = 0;               // a wider one is marked; as a share of the estimate
  timing::Job settings;                     // repetitions, seed and the like; no items
};

// Reads
//   launches, repetitions, min_time_ms, launch_limit_s, seed, inaccurate_above_ulp, widest_interval
//   optionally highest_load: how many CPUs other programs may use while claims are judged
//   variants = [names or globs], as in ops::chooses
//   [[logits]]  name, scale, masked = the share of -inf (0 if absent)
//   [[grid]]    what is timed: shapes = ["4096x1000"], logits = [names], threads = ["1", "all"];
//               a shape with another axis than the last is "1x3072x1024@1" (timing/shape.hpp);
//               optionally dtypes (["float32"]); only = [globs], the variants to take; but_not =
//               [globs], the variants to leave out. Plug-ins take part in every grid
//   [[claim]]   variants = [globs]; optionally classes = [from, to], shapes, dtypes (["float32"]),
//               logits (["plain"]), threads ("1"), reference, reference_logits, reference_shape (a
//               shape or "last axis"), reference_dtype, reference_threads ("1"); at_least_times or
//               at_most_times. The variants and the reference may be of two plug-ins. A shape whose
//               classes are not along the last axis must be named
//   [[goal]]    the same keys as a claim
// Errors are noted in the config; these include a claim or a goal that matches no case.
[[nodiscard]] Spec read_spec(config::Section& config);

// Returns the kernels of libraries that a case is compared with: all that can run here. A kernel
// that is limited to AVX2 is compared with oneDNN alone, because no other library can be limited.
[[nodiscard]] std::vector<timing::Item> libraries_beside(const Case& one);

}  // namespace maxtrick::speed
