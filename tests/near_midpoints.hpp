// The decisions of the oracle's first stage near midpoints, compared with those of MPFR alone.
#pragma once

#include "numerics/random.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"
#include "test.hpp"

namespace maxtrick::tests {

// Compares decisions of the first stage with those of MPFR alone: on rows of two classes, at results
// whose distance to a midpoint is below 2^-6 ULP, until `least` have been compared. Softmax is the
// op of seven rows in eight, because its first stage does not use MPFR's log1p.
template <class T>
void compare_near_midpoints(std::uint64_t seed, std::size_t least) {
  numerics::Random random(seed);
  std::size_t compared = 0, different = 0;
  for (std::size_t row = 0; compared < least; ++row) {
    const double scale = std::ldexp(1, static_cast<int>(random.below(8)) - 2);
    const T logits[] = {T(scale * random.normal()), T(scale * random.normal())};
    const ops::Op op = row % 8 != 0    ? ops::softmax
                       : row % 16 == 0 ? ops::log_softmax
                                       : ops::log_sum_exp;
    const auto got = oracle::exact<T>(op, logits, oracle::Stages::pairs_first);
    const auto near = [](const numerics::Exact<T>& y) {
      return std::fabs(std::fabs(y.rest) - 0.5) < 0x1p-6;
    };
    if (std::none_of(got.begin(), got.end(), near)) continue;
    const auto expected = oracle::exact<T>(op, logits);
    for (std::size_t i = 0; i < got.size(); ++i) {
      if (!near(got[i])) continue;
      ++compared;
      different += got[i].rounded != expected[i].rounded ||
                   got[i].ulp_exponent != expected[i].ulp_exponent ||
                   !(std::fabs(got[i].rest - expected[i].rest) <= 0x1p-40);
    }
  }
  BOOST_TEST(different == 0);
  BOOST_TEST_MESSAGE(compared << " decisions near midpoints are those of MPFR");
}

}  // namespace maxtrick::tests
