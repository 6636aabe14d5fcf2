#include "summation/terms.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "inputs/selection.hpp"
#include "numerics/random.hpp"

namespace maxtrick::summation {
namespace {

const std::vector<std::string> term_kinds{"normal", "equal", "dominant"};
const std::vector<std::string> arrangements{"drawn", "ascending", "descending"};

std::vector<double> normal_terms(std::size_t classes, double scale, std::uint64_t seed) {
  numerics::Random random(seed);
  std::vector<double> row(classes);
  for (double& x : row) x = scale * random.normal();
  const double largest = *std::max_element(row.begin(), row.end());
  for (double& x : row) x = std::exp(x - largest);
  return row;
}

}  // namespace

std::vector<double> Terms::row(std::size_t classes, std::size_t index, double u) const {
  std::vector<double> terms;
  switch (kind) {
    case Kind::normal: terms = normal_terms(classes, scale, seed + index); break;
    case Kind::equal: terms.assign(classes, std::exp(logit)); break;
    case Kind::dominant:
      terms.assign(classes, others_u * u);
      terms[0] = 1;
      break;
  }
  if (arrange == Arrange::ascending) std::sort(terms.begin(), terms.end());
  if (arrange == Arrange::descending) std::sort(terms.begin(), terms.end(), std::greater<>());
  return terms;
}

Terms read_terms(config::Section& section) {
  Terms terms;
  terms.name = inputs::read_name(section, "name");
  terms.hazard = section.text("hazard");
  const std::string kind = section.choice("terms", term_kinds);
  if (kind.empty()) {
    section.ignore_rest();  // which keys belong here depends on it
    return terms;
  }
  if (kind == "normal") {
    terms.kind = Terms::Kind::normal;
    terms.scale = section.number("scale", {0, 1e300});
    terms.seed = static_cast<std::uint64_t>(
        section.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
  } else if (kind == "equal") {
    terms.kind = Terms::Kind::equal;
    // e^-9 is an ordinary number in float16 still: no sum is subnormal.
    terms.logit = section.number("logit", {-9, 0});
  } else {
    terms.kind = Terms::Kind::dominant;
    // So that the first is the largest.
    terms.others_u = section.number("others_u", {0, 100});
  }
  if (section.has("arrange")) {
    const std::string arrange = section.choice("arrange", arrangements);
    if (arrange == "ascending") terms.arrange = Terms::Arrange::ascending;
    if (arrange == "descending") terms.arrange = Terms::Arrange::descending;
  }
  return terms;
}

}  // namespace maxtrick::summation
