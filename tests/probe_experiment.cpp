// An experiment that only tests have: its config says what each case does, so that every exit code
// of the program can be had by running it. It is also one file and one config, as README.md
// promises.
#include <stdexcept>

#include "suite/experiment.hpp"

namespace maxtrick {
namespace {

suite::Plan plan(suite::Section& config) {
  suite::Plan plan;
  plan.table.columns = {{"name", suite::Rule::key, "the case"},
                        {"speed",
                         suite::Rule::ratio,
                         "estimate [low, high]",
                         {suite::Measure::relative, 0.2, "wider says nothing"}}};
  for (suite::Section& section : config.tables("row")) {
    const std::string name = section.text("name"), does = section.text("does");
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
