#include "oracle/nearest_gradient.hpp"

#include <algorithm>

#include "numerics/real.hpp"

namespace maxtrick::oracle {

float nearest_gradient(std::span<const float> row, std::size_t i, std::size_t target, float scale) {
  constexpr mpfr_prec_t bits = 400;
  const double largest = *std::max_element(row.begin(), row.end());
  numerics::Real others(bits), own(bits), e(bits), sum(bits);
  mpfr_set_ui(others, 0, MPFR_RNDN);
  for (std::size_t k = 0; k < row.size(); ++k) {
    mpfr_set_flt(e, row[k], MPFR_RNDN);
    mpfr_sub_d(e, e, largest, MPFR_RNDN);
    mpfr_exp(e, e, MPFR_RNDN);
    if (k == i)
      mpfr_set(own, e, MPFR_RNDN);
    else
      mpfr_add(others, others, e, MPFR_RNDN);
  }
  mpfr_add(sum, others, own, MPFR_RNDN);
  mpfr_mul_d(e, i == target ? others : own, i == target ? -scale : scale, MPFR_RNDN);
  mpfr_div(e, e, sum, MPFR_RNDN);
  return mpfr_get_flt(e, MPFR_RNDN) + 0.0F;  // -0 + 0 = +0
}

}  // namespace maxtrick::oracle
