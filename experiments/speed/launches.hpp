// The launches in which the cases of a config are timed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "run/experiment.hpp"
#include "speed/comparison.hpp"
#include "timing/launch.hpp"

namespace maxtrick::speed {

// All launches that a config requests. They run one after the other.
class Launches {
 public:
  explicit Launches(Spec spec) : spec_(std::move(spec)) {}

  // Registers a case. The case is measured only while somebody holds the returned pointer, so that
  // cases that a filter removes are not measured.
  [[nodiscard]] std::shared_ptr<const Case> enter(const Case& one);

  // Returns one part for each launch. The parts may run on any thread and wait for one another,
  // because nothing may run at the same time as a timed kernel. The first launches of all shapes
  // precede the second ones. A temporary slowdown of the machine then affects one launch of many
  // shapes instead of all launches of one shape.
  [[nodiscard]] static run::Parts parts(const std::shared_ptr<Launches>& launches);

  // The check of a plug-in's kernel, which is called in a separate process before the launches.
  // Only a kernel with correct results is called in a launch, since a faulty one could do anything
  // to the process.
  struct Apart {
    timing::Checked checked = {};  // on the case's own logits
    bool right = false;  // on these logits, and on special rows, which the table does not report
    std::string failure = {};
  };
  // The results of a case's measurement, or the reason why there are none.
  struct Results {
    std::vector<Launched> launches = {};
    std::string failure = {};
    std::map<timing::Item, Apart> apart = {};
  };
  [[nodiscard]] const Results& results(const Case& one) const;
  [[nodiscard]] const Spec& spec() const { return spec_; }

 private:
  // The cases that are measured in one process: those of one shape and type, beside oneDNN that is
  // either unrestricted or limited to AVX2. Cases that need plug-ins, for themselves or for what they are
  // compared with, have their own processes, because a plug-in may crash them.
  struct Group {
    timing::Shape shape;
    ops::DType dtype = ops::DType::float32;
    bool all_threads = false, avx2 = false;
    std::set<std::string> plugins = {};  // their files
    friend bool operator<(const Group& a, const Group& b) {
      return std::tie(a.shape, a.dtype, a.all_threads, a.avx2, a.plugins) <
             std::tie(b.shape, b.dtype, b.all_threads, b.avx2, b.plugins);
    }
  };
  // Returns the case's own item, and what it is compared with: libraries, memcpy, and the references
  // of its claims and goals.
  [[nodiscard]] std::vector<timing::Item> items_of(const Case& one) const;
  [[nodiscard]] Group group_of(const Case& one) const;
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
