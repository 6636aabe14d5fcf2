#include "x_minus_max/gap.hpp"

namespace maxtrick::x_minus_max {

namespace {

// From which gap on theory has the criterion hold: the error is log(1 + (n - 1) e^-gap), the same
// in every output, since x - max is exact where max is 0. Within an error t:
//   gap >= log((n - 1) / (e^t - 1)).
double gap_within(double t, double n) { return std::max(0.0, std::log((n - 1) / std::expm1(t))); }

// Within h ULP of the others' log-probability y, |y| = log(e^gap + n - 1): where |y| is in
// [2^b, 2^(b+1)), one ULP is 2^(b+1-p), and t = h 2^(b+1-p). As the gap grows, |y| grows with its
// ULP and the error falls: the first binade in which a gap meets its t has the answer, which is
// that gap or the binade's own beginning.
double gap_within_ulp(double h, int p, double n) {
  const auto gap_of = [&](double y) { return y + std::log1p(-(n - 1) * std::exp(-y)); };
  for (int b = std::ilogb(std::log(n));; ++b) {
    const double gap = gap_within(std::ldexp(h, b + 1 - p), n);
    if (gap >= gap_of(std::ldexp(1.0, b + 1))) continue;
    const bool from_start = std::ldexp(1.0, b) > std::log(n);
    return from_start ? std::max(gap, gap_of(std::ldexp(1.0, b))) : gap;
  }
}

}  // namespace

double predicted_gap(const Criterion& criterion, int p, std::size_t classes) {
  const auto n = static_cast<double>(classes);
  return criterion.kind == Criterion::Kind::probability_within
             ? gap_within(criterion.log_tolerance(), n)
             : gap_within_ulp(criterion.tolerance, p, n);
}

}  // namespace maxtrick::x_minus_max
