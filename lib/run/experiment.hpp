// The interface between an experiment and the suite: an experiment turns a config into a plan of
// independent cases.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.hpp"
#include "table/table.hpp"

namespace maxtrick::run {

// States that a case cannot run here, and why. An optional case that is skipped does not make the
// run incomplete.
struct Skip {
  std::string reason;
  bool optional = false;
  bool failed = false;  // it was tried and threw CaseFailed
};

// A case throws this if the variant that it uses fails. Only this case is skipped, with what() as
// the reason, and the run counts as incomplete.
struct CaseFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Computations that several cases share and summarise, such as the training runs of many seeds.
// Each part may run on any thread. A config may ask for many, so they are a number and a function.
struct PartList {
  std::size_t size = 0;
  std::function<void(std::size_t part)> run = {};
};
using Parts = std::shared_ptr<const PartList>;

// The parts of all lists, in order.
[[nodiscard]] Parts joined(const std::vector<Parts>& lists);

// Parts whose results are kept in a checkpoint, so that a later run can continue a run that was
// killed (resume.hpp). The result of each part is one line of text. The case reads it from that
// line, whether this run or the killed run computed it.
struct KeptParts {
  std::string name;  // of the checkpoint file; unique among those of one config
  std::size_t size = 0;
  // Everything on which the results depend, except for the program itself and `size`. It is called
  // when the parts are to be computed. Parts with different identities never share a result.
  std::function<std::string()> identity;
  std::function<std::string(std::size_t part)> compute;  // on any thread
  // Called on any thread, once for each part. Returns false if the text is not a result of this
  // part.
  std::function<bool(std::size_t part, std::string_view text)> take;
};

// One case: one row of the table, or the reason why the row is missing. The key of the row is known
// before `run` computes the cells of the other columns. Cases run in any order, on any thread, and
// the row must not depend on either.
struct Case {
  table::Key key;
  std::function<std::variant<table::Row, Skip>()> run;
  // Adjacent cases with the same batch run one after the other on one thread. Cases that share an
  // expensive value should be in one batch; otherwise other threads would wait for that value. 0: a
  // batch of its own.
  std::size_t batch = 0;
  // Parts that must be done before any case of the batch runs; the same for all cases of the batch.
  Parts parts = {};
  // Used in place of `parts` if the results of the parts are kept in a checkpoint.
  std::shared_ptr<const KeptParts> kept = {};
  // Whether the case belongs to a plug-in of the user: a baseline may lack its row.
  bool foreign = false;
  // Whether the bits of its results are promised (ResultTable::promised).
  bool promised = false;
  // Whether it is known already that this machine or this build cannot run the case.
  bool unavailable = false;
};

// A file that a config describes: its whole content, and a summary of one line.
struct ExportedFile {
  std::string name, bytes, summary;
};

// Files that belong together, such as those of a data set. They are made on demand.
struct Export {
  std::string name;     // of their folder, if the config describes several such sets
  std::string missing;  // the reason why they cannot be made; empty if they can
  std::function<std::vector<ExportedFile>()> files;
};

// What an experiment makes of a config: an empty table and the cases that fill it.
struct Plan {
  table::ResultTable table;  // without rows
  std::vector<Case> cases;
  std::string part = "cases";  // the name of what progress counts: cases or parts
  // For the manifest: the libraries that compute, with versions, and the instruction sets in use.
  std::set<std::string> libraries = {};
  std::set<std::string> isas = {};
  // A subfolder of the folder of all tables, for tables that belong to one machine.
  std::filesystem::path folder = {};
  // How many CPUs other programs may use while times are measured; if absent, see timing::Load.
  std::optional<double> highest_load = {};
  std::vector<Export> data = {};    // the data sets from which the cases learn, for `maxtrick data`
  std::vector<Export> models = {};  // the networks that they train, for `maxtrick run --export`

  // Whether a checkpoint holds the results of parts; otherwise it holds whole rows.
  [[nodiscard]] bool keeps_parts() const;
};

struct Experiment {
  std::string name;
  std::string summary;  // one line
  // Reads the keys of the config and lays out the cases. Notes errors in the config and never
  // throws for them. Must be fast: it computes no results.
  std::function<Plan(config::Section& config)> plan;
};

// Registers an experiment; each one defines a static object of this type.
struct RegisterExperiment {
  explicit RegisterExperiment(Experiment experiment);
};

// All experiments, sorted by name. Throws std::logic_error if two have the same name.
[[nodiscard]] const std::vector<Experiment>& experiments();

}  // namespace maxtrick::run
