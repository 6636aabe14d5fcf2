// What an experiment is to the suite: a plan of independent cases made from a config.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.hpp"
#include "table/table.hpp"

namespace maxtrick::run {

// A case that cannot run here, and why. What the config asks for only where it is there does not
// leave a run incomplete.
struct Skip {
  std::string reason;
  bool optional = false;
  bool failed = false;  // it was tried: see CaseFailed
};

// Thrown where a case is run: what it computes with failed, and the other cases can do without. The
// case is skipped for that reason, and is missing.
struct CaseFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What cases share and summarise, each part on any thread: the training runs of many seeds, say.
using Parts = std::shared_ptr<const std::vector<std::function<void()>>>;

// Parts whose results outlive the program, so that a run that was killed goes on where it was
// (resume.hpp). Each gives its result as one line of text, from which the case takes it, whether it
// was computed just now or by the run that was killed.
struct KeptParts {
  std::string name;  // of the file, among those of one config
  std::size_t size = 0;
  // All that the results depend on besides the program itself and `size`: asked for when they are
  // to be computed. Two that differ never share a result.
  std::function<std::string()> identity;
  std::function<std::string(std::size_t part)> compute;  // on any thread
  // On any thread, once a part; false for a text that is no result of this part.
  std::function<bool(std::size_t part, std::string_view text)> take;
};

// One case: one row of the table, or the reason why there is none. The row's key is known before it
// is computed; `run` gives the cells of the other columns. Cases run in any order, on any thread; a
// case's row may not depend on that.
struct Case {
  table::Key key;
  std::function<std::variant<table::Row, Skip>()> run;
  // Neighbours of one batch run one after the other on one thread: those that share what takes
  // time, which would else keep the other threads waiting for it. 0: a batch of its own.
  std::size_t batch = 0;
  // What must have been done before any case of the batch runs; the same for all of them.
  Parts parts = {};
  // The same, in place of `parts`, where their results are kept.
  std::shared_ptr<const KeptParts> kept = {};
  // Of something that the user brought along: a baseline need not know of it.
  bool foreign = false;
};

// A file that a config describes, whole, and what it holds in one line.
struct ExportedFile {
  std::string name, bytes, summary;
};

// Files that belong together: a data set's, say. Made on demand.
struct Export {
  std::string name;     // of their folder, where the config describes several such sets
  std::string missing;  // why they cannot be made; empty where they can
  std::function<std::vector<ExportedFile>()> files;
};

struct Plan {
  table::ResultTable table;  // without rows
  std::vector<Case> cases;
  std::string part = "cases";  // what progress counts: cases, or parts by this name
  // For the manifest: libraries that compute, with versions; instruction sets in use.
  std::set<std::string> libraries = {};
  std::set<std::string> isas = {};
  // Where the tables go, a folder in that of all tables: for what belongs to a machine.
  std::filesystem::path folder = {};
  std::vector<Export> data = {};    // what the cases learn from, for `maxtrick data`
  std::vector<Export> models = {};  // what they train, for `maxtrick run --export`

  // Whether results of parts are kept, or whole rows.
  [[nodiscard]] bool keeps_parts() const;
};

struct Experiment {
  std::string name;
  std::string summary;  // one line
  // Reads the config's keys and lays out the cases; notes errors in the config and never throws for
  // them. It computes nothing that takes time.
  std::function<Plan(config::Section& config)> plan;
};

struct RegisterExperiment {
  explicit RegisterExperiment(Experiment experiment);
};

// All experiments, sorted by name. Throws std::logic_error where two share a name.
[[nodiscard]] const std::vector<Experiment>& experiments();

}  // namespace maxtrick::run
