// Random rows of logits of many kinds, and errors in the units of a variant's claim.
#pragma once

#include "numerics/random.hpp"
#include "ops/variant.hpp"
#include "oracle/oracle.hpp"
#include "test.hpp"

namespace maxtrick::tests {

// A row with |x| <= limit of 1 to max_classes classes; its kind changes with `i`: uniform, normal
// of some scale, one dominant, nearly equal, only two values, sorted, integers.
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

template <class T>
std::vector<T> apply(const ops::Variant& variant, std::span<const T> logits) {
  std::vector<T> result(ops::outputs(variant.op, logits.size()));
  variant.compute<T>()(
      {.logits = numerics::one_row(logits), .result = numerics::one_row(std::span<T>(result))});
  return result;
}

// ulp(max(|y|, floor)) of T, as in ops::Claim.
template <class T>
double claim_unit(double y, double floor) {
  return numerics::ulp<T>(std::max(std::abs(y), floor));
}

// The largest error of a variant on a row, in units of its claim.
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

}  // namespace maxtrick::tests
