// A plan whose kept parts (KeptParts) go on where a killed run was.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "suite/experiment.hpp"
#include "suite/journal.hpp"

namespace maxtrick::suite {

struct Resumed {
  std::size_t had = 0, all = 0;  // parts: taken from the folder; of the plan's kept parts
  std::vector<std::shared_ptr<Journal>> journals = {};

  // Once the table is where it belongs: no later run shall find the parts.
  void remove();
};

// Whether there is anything to keep.
[[nodiscard]] bool keeps_parts(const Plan& plan);

// Takes the results that are in `folder`, a file a KeptParts, and makes ordinary parts of the
// others, each of which keeps its result there. Throws std::system_error where that cannot be, with
// the plan as it was.
//
// Results are bound to the program as it is built and to the identity that the experiment gives:
// those of another are not seen. Two runs of the same at once both add to the file.
[[nodiscard]] Resumed resume(Plan& plan, const std::filesystem::path& folder);

}  // namespace maxtrick::suite
