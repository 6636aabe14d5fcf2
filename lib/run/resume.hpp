// Checkpoints: makes a plan continue from the results of a run that was killed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "run/experiment.hpp"
#include "run/journal.hpp"

namespace maxtrick::run {

// Where and how checkpoints are kept.
struct Keeping {
  std::filesystem::path folder;  // the folder of the checkpoint files of this plan's config
  // Everything on which the rows depend, except for the program itself and the cases; for example
  // the config. Kept parts have an identity of their own (KeptParts).
  std::string identity;
  // Whether to use the results that are there. Otherwise the run computes everything, and still
  // adds to the file: a user who has forgotten --resume can kill the run and start it again with
  // --resume.
  bool take = false;
};

// The checkpoints of a plan, and how many results they had.
struct Resumed {
  std::size_t had = 0, all = 0;  // numbers of results: found in the folder; in the whole plan
  std::string counted = "rows";  // the name of what they are: rows, or the kept parts of the plan
  std::vector<std::shared_ptr<Journal>> journals = {};

  // Removes the checkpoint files. To be called once the table is stored, so that no later run uses
  // the results.
  void remove();
};

// Whether the results may be kept in a checkpoint. Times may not, since they are compared within
// one run.
[[nodiscard]] bool can_resume(const Plan& plan);

// Changes the plan so that each result is written to a checkpoint in the folder when it is
// computed: rows, or kept parts if a case has them. Kept parts become ordinary parts. Results that
// are found there and accepted are not computed again. There is one file for each identity of a
// KeptParts, and one for all rows. Throws std::system_error if a file cannot be opened, and leaves
// the plan unchanged then. Cases of the user's plug-ins are always computed.
//
// Results belong to the build of the program and to the identity; those of another build or
// identity are ignored. Two identical runs at the same time both append to the file.
[[nodiscard]] Resumed resume(Plan& plan, const Keeping& keeping);

}  // namespace maxtrick::run
