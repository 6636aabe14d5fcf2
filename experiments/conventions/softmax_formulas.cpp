// Conventions of softmax and log-sum-exp.
#include <cmath>
#include <map>

#include "conventions/formulas.hpp"
#include "ops/hardmax.hpp"
#include "ops/softmax.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::conventions {
namespace {

Values exact_row(ops::Op op, const Values& row, const ops::RowTransform<double>& transform) {
  Values values;
  for (const auto& y : oracle::answer<double>(op, {.logits = row, .transform = transform}).result)
    values.push_back(y.rounded);
  return values;
}

Answer softmax(const Matrix& rows, const ops::RowTransform<double>& transform = {}) {
  Answer answer;
  for (const Values& row : rows)
    for (const double y : exact_row(ops::softmax, row, transform)) answer.numbers.push_back(y);
  return answer;
}
Answer softmax_of_logits(const Given& given) { return softmax(given.logits); }

// The logits after `change` of each.
template <class Change>
Matrix changed(const Matrix& rows, Change change) {
  Matrix all = rows;
  for (Values& row : all)
    for (double& x : row) x = change(x);
  return all;
}

// Each +inf has the same share of the row; the limit of softmax as these logits grow together.
Answer limit(const Given& given) {
  Answer answer;
  for (const Values& row : given.logits) {
    double infinities = 0;
    for (const double x : row) infinities += x == INFINITY ? 1 : 0;
    for (const double x : row) answer.numbers.push_back(x == INFINITY ? 1 / infinities : 0);
  }
  return answer;
}

Answer nan_at_infinity(const Given& given) {
  Answer answer;
  for (const Values& row : given.logits)
    for (const double x : row) answer.numbers.push_back(x == INFINITY ? nan : 0);
  return answer;
}

Answer masked(const Given& given) {
  Answer answer;
  for (std::size_t i = 0; i < given.logits.size(); ++i) {
    const std::vector<unsigned char> mask(given.mask[i].begin(), given.mask[i].end());
    for (const double y : exact_row(ops::softmax, given.logits[i], {.mask = mask}))
      answer.numbers.push_back(y);
  }
  return answer;
}

// The frameworks that do so add -1e9 to float32 logits; the sum is rounded.
Answer lowered(const Given& given) {
  Matrix rows = given.logits;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t k = 0; k < rows[i].size(); ++k)
      if (given.mask[i][k] == 0) rows[i][k] = static_cast<float>(rows[i][k]) + -1e9F;
  return softmax(rows);
}

Answer zeros_of_masked(const Given& given) {
  Answer answer = masked(given);
  for (double& y : answer.numbers)
    if (std::isnan(y)) y = 0;
  return answer;
}

// Softmax of the elements of an array over all elements with the same `group_of(index)`.
template <class GroupOf>
Answer grouped(const Values& elements, GroupOf group_of) {
  std::map<std::size_t, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < elements.size(); ++i) groups[group_of(i)].push_back(i);
  Answer answer{Values(elements.size())};
  for (const auto& [group, members] : groups) {
    Values row;
    for (const std::size_t i : members) row.push_back(elements[i]);
    const Values y = exact_row(ops::softmax, row, {});
    for (std::size_t j = 0; j < members.size(); ++j) answer.numbers[members[j]] = y[j];
  }
  return answer;
}

// The number of elements of the axes from `axis` on.
std::size_t elements_from(const Given& given, std::size_t axis) {
  std::size_t n = 1;
  for (std::size_t i = axis; i < given.shape.size(); ++i)
    n *= static_cast<std::size_t>(given.shape[i]);
  return n;
}

Answer along_axis(const Given& given, std::size_t axis) {
  const std::size_t outer = elements_from(given, axis), inner = elements_from(given, axis + 1);
  return grouped(given.logits[0], [&](std::size_t i) { return i / outer * inner + i % inner; });
}

Answer implicit_axis(const Given& given) {
  const std::size_t rank = given.shape.size();
  return along_axis(given, rank <= 1 || rank == 3 ? 0 : 1);
}

Answer largest(const Given& given) {
  Answer answer;
  for (const Values& row : given.logits)
    for (const double y : exact_row(ops::hardmax, row, {})) answer.numbers.push_back(y);
  return answer;
}

Formula word(std::string name, std::string definition, const std::string& said) {
  return {std::move(name), std::move(definition), [said](const Given&) {
            return Answer{{}, said};
          }};
}

}  // namespace

std::vector<Question> softmax_questions() {
  return {
      {"plus_infinity",
       {"logits"},
       {{"nan_row", "e^(z - max z) / sum e^(z - max z): inf - inf is NaN, and so is the sum",
         softmax_of_logits},
        {"nan_there", "NaN where z is inf, 0 elsewhere", nan_at_infinity},
        {"limit", "1 / n at each of the n classes with z = inf, 0 elsewhere", limit}}},
      {"minus_infinity",
       {"logits"},
       {{"nan_row", "e^(z - max z) / sum e^(z - max z): -inf - -inf is NaN", softmax_of_logits},
        {"zeros", "0 for every class", [](const Given& g) { return everywhere(0, g.logits); }}}},
      {"masked_row",
       {"logits", "mask"},
       {{"nan_row", "softmax with z = -inf where the mask is 0: NaN", masked},
        {"zeros", "softmax over the classes that the mask keeps, 0 for the others",
         zeros_of_masked},
        {"lowered", "softmax(z - 1e9 (1 - mask)) with that sum rounded to float32", lowered}}},
      {"no_classes",
       {},
       {{"minus_infinity", "log-sum-exp over no classes: log 0 = -inf",
         [](const Given&) { return Answer{{-INFINITY}}; }},
        refused()}},
      {"default_axis",
       {"logits", "shape"},
       {{"last", "softmax along the last axis",
         [](const Given& g) { return along_axis(g, g.shape.size() - 1); }},
        {"all", "softmax over all elements of the array",
         [](const Given& g) {
           return grouped(g.logits[0], [](std::size_t) { return std::size_t{0}; });
         }},
        {"second_on", "softmax over all axes from axis 1 on",
         [](const Given& g) {
           return grouped(g.logits[0], [n = elements_from(g, 1)](std::size_t i) { return i / n; });
         }},
        {"by_rank", "softmax along axis 0 of an array of 0, 1 or 3 dimensions, else along axis 1",
         implicit_axis}}},
      {"integer_logits",
       {"logits"},
       {{"converted", "softmax of the integers as real numbers", softmax_of_logits}, refused()}},
      {"bits_of_axes",
       {},
       {word("same", "softmax of a row has the same bits along any axis", "same bits"),
        word("may_differ", "bits of mathematically identical computations may differ",
             "bits may differ")}},
      {"temperature_zero",
       {"logits"},
       {refused(),
        {"divided", "softmax(z / 0): z / 0 is inf, and inf - inf is NaN",
         [](const Given& g) {
           return softmax(changed(g.logits, [](double x) { return x / 0.0; }));
         }},
        {"largest", "1 for the first largest z, 0 for the others: the limit if there is no tie",
         largest}}},
      {"soft_cap",
       {"logits", "scale", "soft_cap"},
       {{"scale_then_cap", "softmax(C tanh(S z / C))",
         [](const Given& g) {
           return softmax(g.logits, {.scale = g.scale, .soft_cap = g.soft_cap});
         }},
        {"cap_then_scale", "softmax(S C tanh(z / C))",
         [](const Given& g) {
           return softmax(g.logits, {.scale = g.scale, .soft_cap = g.scale * g.soft_cap});
         }},
        {"rational", "softmax(S z / (1 + |S z| / C))",
         [](const Given& g) {
           return softmax(changed(g.logits, [&](double x) {
             const double z = g.scale * x;
             return z / (1 + std::abs(z) / g.soft_cap);
           }));
         }}}},
  };
}

}  // namespace maxtrick::conventions
