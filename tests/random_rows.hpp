// Random rows of logits of many kinds, and errors relative to a variant's claim.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "numerics/random.hpp"
#include "ops/softmax.hpp"
#include "ops/variant.hpp"
#include "oracle/oracle.hpp"

namespace maxtrick::tests {

// Returns a row of 1 to max_classes classes with |x| <= limit. `i` selects its kind: uniform, normal of some
// scale, one dominant, nearly equal, only two values, sorted, integers.
template <class T>
std::vector<T> random_row(numerics::Random& random, std::size_t i, double limit,
                          std::size_t max_classes) {
  const std::size_t n = 1 + random.below(i % 3 ? max_classes : 4);
  const double scale = limit * std::pow(2.0, -8 * random.uniform());
  const double base = random.uniform(-limit, limit);
  std::vector<T> row(n);
  for (T& x : row) {
    double value = 0;
    switch (i % 7) {
      case 0: value = random.uniform(-limit, limit); break;
      case 1: value = scale / 4 * random.normal(); break;
      case 2: value = random.uniform(-scale, scale) - limit / 2; break;
      case 3: value = base + 1e-3 * random.normal(); break;
      case 4: value = random.below(2) ? base : -base; break;
      case 5: value = random.uniform(-scale, scale); break;
      case 6: value = std::floor(random.uniform(-scale, scale)); break;
    }
    x = static_cast<T>(std::clamp(value, -limit, limit));
  }
  if (i % 7 == 2) row[random.below(n)] = static_cast<T>(random.uniform(0, limit));
  if (i % 7 == 5) std::sort(row.begin(), row.end());
  return row;
}

// Returns the names of variants, each made of its op and the rest of its name. `x.*` stands for x with every
// instruction set.
inline std::set<std::string> variant_names(const std::map<std::string, std::string>& rest_of) {
  std::set<std::string> names;
  for (const auto& [op, words] : rest_of) {
    std::istringstream stream(words);
    for (std::string word; stream >> word;)
      if (word.ends_with(".*"))
        for (const char* isa : {"scalar", "avx2", "avx512", "neon"})
          names.insert(op + "." + word.substr(0, word.size() - 1) + isa);
      else
        names.insert(op + "." + word);
  }
  return names;
}

template <class T>
std::vector<T> apply(const ops::Variant& variant, std::span<const T> logits) {
  std::vector<T> result(ops::outputs(variant.op, logits.size()));
  variant.compute<T>()(
      {.logits = numerics::one_row(logits), .result = numerics::one_row(std::span<T>(result))});
  return result;
}

// Returns ulp(max(|y|, floor)) of T, as defined by ops::Claim.
template <class T>
double claim_unit(double y, double floor) {
  return numerics::ulp<T>(std::max(std::abs(y), floor));
}

// Returns the largest error of a variant on a row, in units of its claim.
template <class T>
double claim_error(const ops::Variant& variant, std::span<const T> logits) {
  const auto exact = oracle::exact<T>(variant.op, logits);
  const auto got = apply<T>(variant, logits);
  double largest = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    largest = std::max(largest, numerics::absolute_error(exact[i], got[i]) /
                                    claim_unit<T>(exact[i].value(), variant.claim<T>().floor));
  return largest;
}

// Returns the largest error of results of an op on a row, in ULP.
template <class T>
double worst_ulp(ops::Op op, const std::vector<T>& row, const std::vector<T>& got) {
  const auto exact = oracle::exact<T>(op, row);
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    worst = std::max(worst, numerics::error_ulp(exact[i], got[i]));
  return worst;
}

// Returns the largest error of scale (softmax - one-hot), in ULP. The exact entry of the target is minus the
// sum of the others.
template <class T>
double worst_ulp_of_gradient(const std::vector<T>& row, std::size_t target, float scale,
                             const std::vector<T>& got) {
  const auto y = oracle::exact<T>(ops::softmax, row);
  double others = 0, worst = 0;
  for (std::size_t k = 0; k < row.size(); ++k) others += k == target ? 0 : y[k].value();
  for (std::size_t k = 0; k < row.size(); ++k) {
    const double due = double{scale} * (k == target ? -others : y[k].value());
    worst = std::max(worst, std::abs(double{got[k]} - due) / numerics::ulp<T>(due));
  }
  return worst;
}

inline float pick(numerics::Random& random, double low, double high) {
  return static_cast<float>(random.uniform(low, high));
}

// Returns rows with NaN, infinities, zeros, and the largest and smallest numbers.
inline std::vector<std::vector<float>> special_rows() {
  constexpr float inf = INFINITY, nan = NAN, most = 3.4e38F;
  return {{nan},           {nan, 1},      {1, nan, -inf}, {inf, nan},   {-inf, nan},  {inf},
          {inf, 1},        {1, inf, inf}, {inf, -inf},    {-inf},       {-inf, -inf}, {-inf, 3},
          {3, -inf, -inf}, {0},           {-0.0F},        {-5e-45F},    {most},       {-most},
          {most, most},    {-most, most}, {-0.0F, 0.0F},  {-inf, -0.0F}};
}

}  // namespace maxtrick::tests
