// Training runs whose calibration is measured at several epochs.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "calibration/asked.hpp"
#include "calibration/measure.hpp"
#include "learn/temperature.hpp"
#include "run/experiment.hpp"

namespace maxtrick::calibration {

// The examples of a run. A permutation of all examples (for i from the last down to 1, swaps i with
// Random(2^63 + seed).below(i + 1)) starts with those for the training, then come the held-out ones,
// then those for the test. The three sets are disjoint, and each seed has others. Every arm has the
// same.
struct Split {
  std::vector<std::size_t> fit, held_out, test;  // indices of examples
};
[[nodiscard]] Split draw(const Asked& asked, std::uint64_t seed);

// With the logits as they are, and divided by the fitted temperature.
struct BeforeAfter {
  Measured before, after;
};

struct Shown {
  learn::Temperature temperature = {};  // fitted to the held-out examples
  BeforeAfter test = {};
  std::optional<BeforeAfter> elsewhere = {};  // after the last of the shown epochs
};

// A run of one seed.
using Run = std::vector<Shown>;  // by shown epoch

// Trains the network with the loss of the arm.
[[nodiscard]] Run train(const Asked& asked, const inputs::Arm& arm, std::uint64_t seed);
// The Bayes classifier on the same examples, as the only epoch.
[[nodiscard]] Run bayes(const Asked& asked, std::uint64_t seed);

// The runs of seeds 0, 1, ... Each is a part of a run::Case.
class Runs : public std::enable_shared_from_this<Runs> {
 public:
  // If `unavailable` is not empty, the runs cannot be made here, for this reason.
  Runs(std::string unavailable, std::size_t seeds, std::function<Run(std::uint64_t)> make)
      : unavailable_(std::move(unavailable)), make_(std::move(make)), seeds_(seeds) {}

  [[nodiscard]] const std::string& unavailable() const { return unavailable_; }
  [[nodiscard]] run::Parts parts();
  // To be called after the parts have run. Throws run::CaseFailed if one has failed.
  [[nodiscard]] const std::vector<Run>& all() const;

 private:
  void make(std::size_t seed);

  std::string unavailable_;
  std::function<Run(std::uint64_t)> make_;
  std::size_t seeds_;
  std::vector<Run> all_;  // has its size from the first part on
  std::once_flag sized_;
  std::mutex failing_;
  std::string failure_;
};

}  // namespace maxtrick::calibration
