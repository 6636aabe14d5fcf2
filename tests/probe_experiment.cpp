// An experiment that only the tests have. Its config determines what each case does, so that a run
// can produce every exit code of the program. It also shows that an experiment needs only one file
// and one config, as docs/extending.md states.
#include <sstream>
#include <stdexcept>
#include <string>

#include "inputs/data_set.hpp"
#include "io/files.hpp"
#include "run/experiment.hpp"

namespace maxtrick {
namespace {

run::Plan plan(config::Section& config) {
  run::Plan plan;
  // The column of texts is compared; that of verdicts on claims is not. With `times`, it counts as a
  // time, and a run keeps it.
  plan.table.columns = {
      {"name", table::Rule::key, "the case"},
      {"text", table::Rule::exact, "what the case says"},
      {"verdict",
       config.has("times") && config.flag("times") ? table::Rule::timed : table::Rule::info,
       "holds, missed, noisy or unjudged"}};
  plan.highest_load = 1e6;  // the tests may run on a busy machine
  plan.table.judged = {{"name", "name", "verdict"}};
  // If the config has at_most, each case's text is a number with this limit.
  const std::string most = config.has("at_most") ? config.text("at_most") : "";
  if (!most.empty()) {
    plan.table.columns.push_back({"at_most", table::Rule::exact, "its limit"});
    plan.table.limits = {{"text", "at_most"}};
  }
  if (config.has("data"))
    for (config::Section& section : config.tables("data"))
      plan.data.push_back(inputs::exported(inputs::read_data_set(section)));
  std::istringstream lines(io::read_file(config.text("from")));
  std::string does;
  for (int n = 0; std::getline(lines, does); ++n) {
    // A line "NAME=TEXT" names its case.
    const auto named = does.find('=');
    const std::string name = named == does.npos ? "r" + std::to_string(n) : does.substr(0, named);
    if (named != does.npos) does.erase(0, named + 1);
    plan.cases.push_back(
        {{name}, [=]() -> std::variant<table::Row, run::Skip> {
           if (does == "skip" || does == "optional")
             return run::Skip{"this machine lacks it", does == "optional"};
           if (does == "throw") throw std::runtime_error("out of luck");
           if (does == "input") throw io::InputError("out of luck");
           const bool verdict =
               does == "holds" || does == "missed" || does == "noisy" || does == "unjudged";
           using table::Cell;
           table::Row row{verdict ? "judged" : Cell::read(does), verdict ? does : ""};
           if (!most.empty()) row.push_back(Cell::read(most));
           return row;
         }});
  }
  return plan;
}

const run::RegisterExperiment registered{{"probe", "what tests ask for", plan}};

}  // namespace
}  // namespace maxtrick
