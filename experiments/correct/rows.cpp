#include "correct/rows.hpp"

#include <cmath>

#include "kernels/kernels.hpp"
#include "numerics/real.hpp"

namespace maxtrick::correct {
namespace {

using numerics::Random;
using Row = std::vector<float>;

// 2^k for an integer k from `low` to `high`.
double power(Random& random, int low, int high) {
  return std::ldexp(
      1.0, low + static_cast<int>(random.below(static_cast<std::uint64_t>(high - low + 1))));
}

void normal(Random& random, Row& row, double scale) {
  for (float& x : row) x = static_cast<float>(scale * random.normal());
}

// The first probability is a midpoint between two floats, but for what eight floats cannot express:
// each logit is the logarithm of what the ones before it lack, rounded down. The further classes
// are negligible.
void beside_midpoint(Random& random, Row& row) {
  constexpr mpfr_prec_t bits = 250;
  constexpr std::size_t most = 8;
  const auto below = random.below(1U << 23);
  const double midpoint = std::ldexp(static_cast<double>((1U << 25) - 1 - 2 * below),
                                     -26 - static_cast<int>(random.below(4)));
  numerics::Real rest(bits), e(bits);
  mpfr_set_d(rest, 1, MPFR_RNDN);
  mpfr_div_d(rest, rest, midpoint, MPFR_RNDN);
  mpfr_sub_ui(rest, rest, 1, MPFR_RNDN);
  row[0] = 0;
  for (std::size_t i = 1; i < row.size(); ++i) {
    row[i] = -300;
    if (i >= most || mpfr_sgn(rest) <= 0) continue;
    mpfr_log(e, rest, MPFR_RNDN);
    row[i] = mpfr_get_flt(e, MPFR_RNDD);
    mpfr_set_flt(e, row[i], MPFR_RNDN);
    mpfr_exp(e, e, MPFR_RNDN);
    mpfr_sub(rest, rest, e, MPFR_RNDN);
  }
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"normal-1", "ordinary logits: narrow rows",
       [](Random& random, Row& row) { normal(random, row, 1); }},
      {"normal-30", "wide rows, with subnormal results and zeros",
       [](Random& random, Row& row) { normal(random, row, 30); }},
      {"dominant",
       "one class leads by up to 110: a tiny loss, and log-probabilities beside midpoints",
       [](Random& random, Row& row) {
         const double gap = random.uniform(0, 110);
         normal(random, row, 1);
         row[random.below(row.size())] += static_cast<float>(gap);
       }},
      {"subnormal", "one class leads by 85 to 106: nearly all probabilities are subnormal",
       [](Random& random, Row& row) {
         for (float& x : row) x = static_cast<float>(-random.uniform(85, 106));
         row[0] = 0;
       }},
      {"log-probabilities", "log-sum-exp cancels to within some 2^-24 of 0",
       [](Random& random, Row& row) {
         normal(random, row, 3);
         const kernels::Rows<float> place{row.data(), 1, row.size(), row.size()};
         kernels::log_softmax({}, kernels::Rows<const float>{row.data(), 1, row.size(), row.size()},
                              place);
       }},
      {"huge", "logits of all sizes from 2^-20 to 2^100: differences that no double holds",
       [](Random& random, Row& row) {
         for (float& x : row) x = static_cast<float>(random.normal() * power(random, -20, 100));
       }},
      {"tiny", "logits from 2^-140 to 1: results within tiny distances of simple fractions",
       [](Random& random, Row& row) {
         for (float& x : row) x = static_cast<float>(random.normal() * power(random, -140, 0));
       }},
      {"masked", "a third of the classes is -inf, and small integers, so that many are equal",
       [](Random& random, Row& row) {
         for (float& x : row)
           x = random.below(3) == 0 ? -INFINITY : -static_cast<float>(random.below(8));
         row[random.below(row.size())] = 0;
       }},
      {"beside-midpoints",
       "the first probability is within 2^-190 of a midpoint: the third step decides",
       beside_midpoint},
  };
  return all;
}

}  // namespace maxtrick::correct
