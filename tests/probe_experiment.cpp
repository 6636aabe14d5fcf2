// An experiment that only tests have: its config says what each case does, so that every exit code
// of the program can be had by running it. It is also one file and one config, as README.md
// promises.
#include <sstream>
#include <stdexcept>
#include <string>

#include "suite/experiment.hpp"
#include "suite/files.hpp"

namespace maxtrick {
namespace {

suite::Plan plan(suite::Section& config) {
  suite::Plan plan;
  plan.table.columns = {{"name", suite::Rule::key, "the case"},
                        {"speed",
                         suite::Rule::ratio,
                         "estimate [low, high]",
                         {suite::Measure::relative, 0.2, "wider says nothing"}}};
  std::istringstream lines(suite::read_file(config.text("from")));
  std::string does;
  for (int n = 0; std::getline(lines, does); ++n) {
    const std::string name = "r" + std::to_string(n);
    plan.cases.push_back({name, [=]() -> std::variant<suite::Row, suite::Skip> {
                            if (does == "skip") return suite::Skip{"this machine lacks it"};
                            if (does == "throw") throw std::runtime_error("out of luck");
                            return suite::Row{name, does};
                          }});
  }
  return plan;
}

const suite::RegisterExperiment registered{{"probe", "what tests ask for", plan}};

}  // namespace
}  // namespace maxtrick
