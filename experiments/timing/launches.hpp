// All launches that a config asks for, one after the other.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "timing/comparison.hpp"

namespace maxtrick::timing {

class Launches {
 public:
  explicit Launches(Spec spec) : spec_(std::move(spec)) {}

  // A case is measured for as long as somebody holds it: what a filter leaves out is not.
  [[nodiscard]] std::shared_ptr<const Case> enter(const Case& one);

  // One for each launch. Called from any thread they wait for one another: nothing may run beside
  // what is timed. The first launches of all shapes come first, then the second: what slows the
  // machine down for a while slows one launch of many shapes, not all of one.
  [[nodiscard]] static std::vector<std::function<void()>> parts(
      const std::shared_ptr<Launches>& launches);

  // What was found where the case was measured, or the reason why there is nothing.
  struct Results {
    std::vector<Launched> launches = {};
    std::string failure = {};
  };
  [[nodiscard]] const Results& results(const Case& one) const;
  [[nodiscard]] const Spec& spec() const { return spec_; }

 private:
  // What is measured in one process: a shape's cases, beside oneDNN as it is or held to AVX2.
  struct Group {
    Shape shape;
    bool all_threads = false, avx2 = false;
    friend bool operator<(const Group& a, const Group& b) {
      return std::tie(a.shape, a.all_threads, a.avx2) < std::tie(b.shape, b.all_threads, b.avx2);
    }
  };
  static Group group_of(const Case& one);
  [[nodiscard]] Job job_of(const Group& group) const;
  void launch(const Group& group, std::size_t n);

  Spec spec_;
  std::vector<Group> groups_;  // in the order of the cases
  std::map<Group, std::vector<std::weak_ptr<const Case>>> cases_;
  std::map<Group, Results> results_;
  std::mutex one_at_a_time_;
};

}  // namespace maxtrick::timing
