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

#include "speed/comparison.hpp"
#include "timing/launch.hpp"

namespace maxtrick::speed {

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

  // Of a kernel of a plug-in, called apart from the launches: only what is right there is called in
  // one, since it could do anything to the process.
  struct Apart {
    timing::Checked checked = {};  // on the case's own logits
    bool right = false;  // on them, and on special rows, which no row of the table tells of
    std::string failure = {};
  };
  // What was found where the case was measured, or the reason why there is nothing.
  struct Results {
    std::vector<Launched> launches = {};
    std::string failure = {};
    std::map<timing::Item, Apart> apart = {};
  };
  [[nodiscard]] const Results& results(const Case& one) const;
  [[nodiscard]] const Spec& spec() const { return spec_; }

 private:
  // What is measured in one process: a shape's cases, beside oneDNN as it is or held to AVX2. Those
  // of a plug-in have processes of their own, which it may break.
  struct Group {
    timing::Shape shape;
    bool all_threads = false, avx2 = false;
    std::string plugin = {};
    friend bool operator<(const Group& a, const Group& b) {
      return std::tie(a.shape, a.all_threads, a.avx2, a.plugin) <
             std::tie(b.shape, b.all_threads, b.avx2, b.plugin);
    }
  };
  static Group group_of(const Case& one);
  [[nodiscard]] timing::Job job_of(const Group& group) const;
  void launch(const Group& group, std::size_t n);
  [[nodiscard]] std::vector<timing::Item> take_wrong_ones(timing::Job& job, Results& results) const;
  [[nodiscard]] static bool take_failed_one(timing::Job& job, Results& results,
                                            const timing::Failed& failed,
                                            const std::string& launch);

  Spec spec_;
  std::vector<Group> groups_;  // in the order of the cases
  std::map<Group, std::vector<std::weak_ptr<const Case>>> cases_;
  std::map<Group, Results> results_;
  std::mutex one_at_a_time_;
};

}  // namespace maxtrick::speed
