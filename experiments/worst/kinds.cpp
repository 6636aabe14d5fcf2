#include "worst/kinds.hpp"

#include <algorithm>
#include <cmath>

#include "numerics/exponential.hpp"
#include "numerics/real.hpp"

namespace maxtrick::worst {
namespace {

using numerics::Random;
using Row = std::vector<double>;

double logarithm(double x) {
  numerics::Real y(53);
  mpfr_set_d(y, x, MPFR_RNDN);
  mpfr_log(y, y, MPFR_RNDN);
  return mpfr_get_d(y, MPFR_RNDN);
}

double exponential_minus_1(double x) {
  numerics::Real y(53);
  mpfr_set_d(y, x, MPFR_RNDN);
  mpfr_expm1(y, y, MPFR_RNDN);
  return mpfr_get_d(y, MPFR_RNDN);
}

// 2^k for an integer k from `low` to `high`.
double power_of_two(Random& random, int low, int high) {
  const auto steps = static_cast<std::uint64_t>(high - low) + 1;
  return std::ldexp(1.0, low + static_cast<int>(random.below(steps)));
}

double sign(Random& random) { return random.below(2) == 0 ? 1 : -1; }

void normal(Random& random, Row& row, double scale) {
  for (double& x : row) x = scale * random.normal();
}

double sum_of_exponentials(const Row& row, std::size_t first) {
  double sum = 0;
  for (std::size_t k = first; k < row.size(); ++k) sum += numerics::exponential(row[k]);
  return sum;
}

// 2^k (1 + d) with a small d of either sign.
double near_power_of_two(Random& random, int low, int high) {
  const double power = power_of_two(random, low, high), distance = power_of_two(random, -24, -2);
  return power * (1 + sign(random) * distance);
}

// Class 0 leads by `gap`, the others are within 1 of each other.
void lead(Random& random, Row& row, double gap) {
  for (double& x : row) x = -gap - random.uniform();
  row[0] = 0;
}

// Adds the same number to every logit.
void shift(Random& random, Row& row, int low, int high) {
  const double magnitude = power_of_two(random, low, high), factor = random.uniform(1, 2);
  const double offset = sign(random) * magnitude * factor;
  for (double& x : row) x += offset;
}

void near_ties(Random& random, Row& row) {
  const double size = random.uniform(1, 2), base = sign(random) * size;
  const double power = power_of_two(random, -4, 6);
  for (double& x : row) {
    const auto steps = static_cast<double>(random.below(17)) - 8;
    x = power * (base + steps * 0x1p-22);
  }
}

void equal_others(Random& random, Row& row) {
  const double gap = random.uniform(0, 25);
  std::fill(row.begin(), row.end(), -gap);
  row[0] = 0;
  if (random.below(2) == 0) shift(random, row, -2, 5);
}

void log_probabilities(Random& random, Row& row) {
  normal(random, row, 3);
  const double sum = logarithm(sum_of_exponentials(row, 0));
  for (double& x : row) x -= sum;
}

// The probability of class 0 is near a power of two: y = e^x_0 / (e^x_0 + rest).
void probability(Random& random, Row& row) {
  normal(random, row, power_of_two(random, -2, 3));
  const double y = std::min(near_power_of_two(random, -30, -1), 0.999);
  row[0] = logarithm(y / (1 - y) * sum_of_exponentials(row, 1));
}

// The loss of class 0 is near a power of two: L = log(1 + rest / e^x_0).
void loss(Random& random, Row& row) {
  normal(random, row, power_of_two(random, -2, 3));
  const double l = near_power_of_two(random, -24, 3);
  row[0] = logarithm(sum_of_exponentials(row, 1) / exponential_minus_1(l));
}

// Class 0 leads by a number at which the kernels change what they do: 13 and 17 in their sums, 40,
// 100, 110 and 150 in what they leave out.
void limits(Random& random, Row& row) {
  constexpr double gaps[] = {13, 17, 40, 100, 110, 150};
  const double gap = gaps[random.below(std::size(gaps))];
  const double step = power_of_two(random, -20, 0);
  normal(random, row, step);
  row[0] += gap;
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"ordinary", "every class counts in the sum",
       [](Random& random, Row& row) { normal(random, row, 1); }},
      {"wide", "large gaps and small probabilities",
       [](Random& random, Row& row) { normal(random, row, power_of_two(random, 1, 5)); }},
      {"one-leads", "a tiny loss, and probabilities from 1 to subnormal numbers",
       [](Random& random, Row& row) { lead(random, row, random.uniform(0, 110)); }},
      {"two-lead", "one of two largest classes is left out of the sum",
       [](Random& random, Row& row) {
         lead(random, row, random.uniform(0, 110));
         row.back() = -power_of_two(random, -24, 0);
       }},
      {"equal-others", "many equal small classes: their roundings go the same way", equal_others},
      {"near-ties", "logits a few ULP apart", near_ties},
      {"subnormal", "results that have few digits",
       [](Random& random, Row& row) {
         for (double& x : row) x = -random.uniform(85, 106);
         row[0] = 0;
       }},
      {"offset", "logits far from 0: differences that are not numbers of the type",
       [](Random& random, Row& row) {
         normal(random, row, 2);
         shift(random, row, 0, 20);
       }},
      {"about-256", "where the kernels change how they reduce a logit",
       [](Random& random, Row& row) {
         normal(random, row, power_of_two(random, -12, 4));
         const double s = sign(random);
         for (double& x : row) x += s * 256;
       }},
      {"log-probabilities", "log-sum-exp cancels", log_probabilities},
      {"probability-near-power-of-two", "where the size of an ULP changes", probability},
      {"loss-near-power-of-two", "the same for logarithms", loss},
      {"limits", "gaps at which the kernels change what they do", limits},
  };
  return all;
}

}  // namespace maxtrick::worst
