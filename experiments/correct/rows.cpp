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
  return std::ldexp(1.0, low + static_cast<int>(random.below(static_cast<std::uint64_t>(high) + 1 -
                                                             static_cast<std::uint64_t>(low))));
}

void normal(Random& random, Row& row, double scale) {
  for (float& x : row) x = static_cast<float>(scale * random.normal());
}

// What the exponentials of the other classes must add up to beside e^0, so that the result of class
// 0 is exactly `midpoint`.
enum class Of { probability, complement, logarithm };
void set_rest(numerics::Real& rest, Of of, double midpoint) {
  mpfr_set_d(rest, midpoint, MPFR_RNDN);
  switch (of) {
    case Of::probability:  // 1 / (1 + rest)
      mpfr_ui_div(rest, 1, rest, MPFR_RNDN);
      mpfr_sub_ui(rest, rest, 1, MPFR_RNDN);
      break;
    case Of::complement:  // rest / (1 + rest)
      mpfr_ui_sub(rest, 1, rest, MPFR_RNDN);
      mpfr_d_div(rest, midpoint, rest, MPFR_RNDN);
      break;
    case Of::logarithm:  // log(1 + rest)
      mpfr_expm1(rest, rest, MPFR_RNDN);
  }
}

// The result of class 0 is a midpoint between two floats, but for what seven floats cannot express:
// each logit is the logarithm of what the ones before it lack, rounded down. The further classes
// are negligible.
template <Of of>
void beside_midpoint(Random& random, Row& row) {
  constexpr mpfr_prec_t bits = 250;
  constexpr std::size_t most = 8;
  const auto odd = static_cast<double>((1U << 25) - 1 - 2 * random.below(1U << 23));
  numerics::Real rest(bits), e(bits);
  set_rest(rest, of, std::ldexp(odd, -26 - static_cast<int>(random.below(4))));
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
      {"probability-beside-midpoint", "the probability of class 0 is within 2^-150 of a midpoint",
       beside_midpoint<Of::probability>},
      {"complement-beside-midpoint", "so is 1 minus it, which is the gradient of target 0",
       beside_midpoint<Of::complement>},
      {"logarithm-beside-midpoint", "so are log-sum-exp and the loss of target 0",
       beside_midpoint<Of::logarithm>},
  };
  return all;
}

}  // namespace maxtrick::correct
