// Experiment `conventions`: what frameworks define where there is no single right answer. The table
// has one row for each question and framework: the formula that the framework's files state, and
// its value on the input of the question, beside the definition of this project.
#include <fmt/format.h>

#include "conventions/question.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "table/columns.hpp"

namespace maxtrick::conventions {
namespace {

using table::Rule;

struct Point {
  std::shared_ptr<const Stated> stated;
  Definition definition;
};
struct Result {
  std::string value = {}, our_value = {}, agrees = {};
};
using Columns = table::Columns<Point, Result>;

std::string name_or_none(const Formula* formula) {
  return formula == nullptr ? "not documented" : formula->name;
}

Columns columns() {
  return {
      {"question", Rule::key, "the name of the question",
       [](const Point& one) { return one.stated->question->name; }},
      {"framework", Rule::key, "the framework",
       [](const Point& one) { return one.definition.framework; }},
      {"asks", Rule::exact, "the question", [](const Point& one) { return one.stated->asks; }},
      {"input", Rule::exact,
       "the input on which the formulas are evaluated; rows are separated by semicolons",
       [](const Point& one) { return one.stated->input; }},
      {"formula", Rule::exact,
       "the convention that the framework's files define; not documented: the files that were read "
       "do not define it",
       [](const Point& one) { return name_or_none(one.definition.formula); }},
      {"definition", Rule::exact,
       "the formula, with z for logits, p for probabilities, q for targets, w for weights",
       [](const Point& one) {
         return one.definition.formula == nullptr ? "" : one.definition.formula->definition;
       }},
      {"value", Rule::exact, "the exact value of the formula, with 12 digits", &Result::value},
      {"ours", Rule::exact, "the convention of this project",
       [](const Point& one) { return name_or_none(one.stated->ours); }},
      {"our_value", Rule::exact, "its value on the same input", &Result::our_value},
      {"agrees", Rule::exact, "yes or no: whether the values agree; empty if not documented",
       &Result::agrees},
      {"version", Rule::exact, "the version or commit of the file",
       [](const Point& one) { return one.definition.version; }},
      {"file", Rule::exact, "the file of the framework from which the formula was read",
       [](const Point& one) { return one.definition.file; }},
      {"run", Rule::exact,
       "yes: frameworks_test runs Debian's version, and fails if it answers otherwise",
       [](const Point& one) { return one.definition.run ? "yes" : ""; }},
      {"note", Rule::exact, "what else there is to say",
       [](const Point& one) { return one.definition.note; }},
      {"source", Rule::exact, "reports of users to whom the question occurred",
       [](const Point& one) { return one.stated->source; }},
  };
}

Result evaluate(const Point& one) {
  Result result{.our_value = one.stated->ours->value(one.stated->given).text()};
  if (one.definition.formula == nullptr) return result;
  result.value = one.definition.formula->value(one.stated->given).text();
  result.agrees = result.value == result.our_value ? "yes" : "no";
  return result;
}

run::Plan plan(config::Section& config) {
  const Columns columns = conventions::columns();
  run::Plan plan = inputs::begin_plan(columns.schema());
  plan.table.pivots = {{"What each framework defines", "question", "framework", {"formula"}},
                       {"Who agrees with this project", "question", "framework", {"agrees"}}};
  plan.table.legend = {"question", "asks", "input", "ours", "our_value", "source"};
  const std::vector<Framework> frameworks = read_frameworks(config);
  inputs::Names names("question");
  for (config::Section& section : config.tables("question")) {
    auto stated = std::make_shared<const Stated>(read_question(section, frameworks));
    if (stated->question == nullptr || stated->ours == nullptr) continue;
    names.add(section, stated->question->name);
    for (const Definition& definition : stated->definitions) {
      run::Case one = run::case_of(columns, Point{stated, definition}, evaluate);
      one.promised = true;
      plan.cases.push_back(std::move(one));
    }
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"conventions", "what frameworks define where no single answer is right", plan}};

}  // namespace
}  // namespace maxtrick::conventions
