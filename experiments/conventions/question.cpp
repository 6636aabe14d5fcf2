#include "conventions/question.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conventions/input.hpp"
#include "inputs/selection.hpp"
#include "text/quoted.hpp"

namespace maxtrick::conventions {
namespace {

const std::string not_documented = "not documented";

std::vector<std::string> formula_names(const Question* question) {
  return question == nullptr ? std::vector<std::string>{}
                             : inputs::names_of(question->formulas, &Formula::name);
}

const Formula* formula_of(const Question* question, const std::string& name) {
  if (question == nullptr) return nullptr;
  for (const Formula& one : question->formulas)
    if (one.name == name) return &one;
  return nullptr;
}

// tests/frameworks_test.py runs these.
bool is_run(const std::string& framework) {
  return framework == "pytorch" || framework == "scipy" || framework == "onednn";
}

Definition read_definition(config::Section& section, const Question* question,
                           const std::vector<Framework>& frameworks) {
  Definition one;
  one.framework = section.choice("framework", inputs::names_of(frameworks, &Framework::name));
  if (section.has("note")) one.note = section.text("note");
  if (question == nullptr) {
    section.ignore_rest();
    return one;
  }
  std::vector<std::string> names = formula_names(question);
  names.push_back(not_documented);
  const std::string formula = section.choice("formula", names);
  one.formula = formula_of(question, formula);
  if (formula.empty()) section.ignore_rest();  // an error that is noted
  if (one.formula == nullptr) return one;
  one.file = section.text("file");
  for (const Framework& framework : frameworks)
    if (framework.name == one.framework) {
      one.version = framework.version;
      one.file = framework.repository + " " + one.file;
    }
  if (section.has("version")) one.version = section.text("version");
  if (section.has("run")) one.run = section.flag("run");
  if (one.run && !is_run(one.framework))
    section.reject("run", text::quoted(one.framework) + " is not run",
                   "true for pytorch, scipy and onednn alone");
  return one;
}

}  // namespace

const std::vector<std::string>& framework_names() {
  static const std::vector<std::string> names{"pytorch", "tensorflow", "keras2", "keras3", "jax",
                                              "optax",   "onnx",       "scipy",  "onednn"};
  return names;
}

std::vector<Framework> read_frameworks(config::Section& config) {
  std::vector<Framework> all;
  inputs::Names names("framework");
  for (config::Section& section : config.tables("framework")) {
    Framework one;
    one.name = section.choice("name", framework_names());
    one.version = section.text("version");
    one.repository = section.text("repository");
    if (!one.name.empty()) names.add(section, one.name);
    all.push_back(std::move(one));
  }
  return all;
}

Stated read_question(config::Section& section, const std::vector<Framework>& frameworks) {
  Stated stated;
  stated.question = inputs::read_one(section, "name", questions());
  stated.asks = section.text("asks");
  stated.source = section.text("source");
  std::vector<config::Section> definitions = section.tables("defines");
  if (stated.question == nullptr) {
    section.ignore_rest();
  } else {
    Input input = read_input(section, *stated.question);
    stated.given = std::move(input.given);
    stated.input = std::move(input.text);
    stated.ours =
        formula_of(stated.question, section.choice("ours", formula_names(stated.question)));
  }
  inputs::Names names("framework");
  for (config::Section& definition : definitions) {
    stated.definitions.push_back(read_definition(definition, stated.question, frameworks));
    if (const std::string& name = stated.definitions.back().framework; !name.empty())
      names.add(definition, name, "framework");
  }
  for (const Framework& framework : frameworks)
    if (std::ranges::none_of(stated.definitions, [&](const Definition& one) {
          return one.framework == framework.name || one.framework.empty();
        }))
      section.reject("defines", fmt::format("'{}' is missing", framework.name),
                     "an entry for each [[framework]]");
  return stated;
}

}  // namespace maxtrick::conventions
