#include "conventions/formulas.hpp"

#include <fmt/format.h>

#include "table/cell.hpp"

namespace maxtrick::conventions {

std::string Answer::text() const {
  if (!word.empty()) return word;
  std::vector<std::string> texts;
  for (const double value : numbers) texts.push_back(table::rounded(value, 12).text());
  return fmt::format("{}", fmt::join(texts, " "));
}

const std::vector<Question>& questions() {
  static const std::vector<Question> all = [] {
    std::vector<Question> both = softmax_questions();
    for (Question& one : loss_questions()) both.push_back(std::move(one));
    return both;
  }();
  return all;
}

Formula refused() {
  return {"refused", "an error is raised", [](const Given&) { return Answer{{}, "refused"}; }};
}

Answer everywhere(double value, const Matrix& rows) {
  Answer answer;
  for (const Values& row : rows) answer.numbers.insert(answer.numbers.end(), row.size(), value);
  return answer;
}

}  // namespace maxtrick::conventions
