// A plan that goes on where a run that was killed was.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "run/experiment.hpp"
#include "run/journal.hpp"

namespace maxtrick::run {

struct Keeping {
  std::filesystem::path folder;  // of the files of this plan's config
  // All that the rows depend on besides the program itself and the cases: the config, say. Kept
  // parts have an identity of their own (KeptParts).
  std::string identity;
  // What is there; else the run starts anew, and adds to it: whoever has forgotten to ask for it
  // kills the run and does.
  bool take = false;
};

struct Resumed {
  std::size_t had = 0, all = 0;  // results: in the folder; of the plan
  std::string counted = "rows";  // what these are: rows, or the plan's kept parts
  std::vector<std::shared_ptr<Journal>> journals = {};

  // Once the table is where it belongs: no later run shall find the results.
  void remove();
};

// Whether results may outlive the run: times may not, which are compared within one run.
[[nodiscard]] bool can_resume(const Plan& plan);

// Makes a plan of which each result is kept in the folder as it comes: rows, or kept parts where a
// case has them, which become ordinary parts. Of what is there, results that are taken are not
// computed again. A file for each identity of a KeptParts, and one for all rows. Throws
// std::system_error where that cannot be, with the plan as it was. Cases of what a user brought
// along are computed anew.
//
// Results are bound to the program as it is built and to the identity: those of another are not
// seen. Two runs of the same at once both add to the file.
[[nodiscard]] Resumed resume(Plan& plan, const Keeping& keeping);

}  // namespace maxtrick::run
