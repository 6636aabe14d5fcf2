// The logarithm of a likelihood as a sum, in a type and exactly.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "likelihood/factors.hpp"
#include "numerics/elementary.hpp"
#include "numerics/error.hpp"
#include "numerics/summation.hpp"
#include "oracle/oracle.hpp"

namespace maxtrick::likelihood {

static_assert(std::numeric_limits<long double>::digits >= 64, "the exact logarithms need them");

// y as the oracle hands it out. Its own error, about 2^-63 y, is far below an ULP of T.
template <class T>
numerics::Exact<T> as_exact(long double y) {
  using Limits = std::numeric_limits<T>;
  const auto rounded = static_cast<T>(static_cast<double>(y));
  const int exponent =
      std::clamp(std::ilogb(y) + 1, Limits::min_exponent, Limits::max_exponent) - Limits::digits;
  const double origin = std::isfinite(static_cast<double>(rounded))
                            ? static_cast<double>(rounded)
                            : -static_cast<double>(Limits::max());
  return {rounded, static_cast<double>(std::ldexp(y - origin, -exponent)), exponent, false};
}

// The sum of n logarithms, from left to right.
template <class T>
struct LogSum {
  T value = 0;
  numerics::Exact<T> exact;
  double summation_error_u = 0;
  std::size_t lost = 0;

  LogSum(const Example& example, std::size_t n, double u) {
    Factors<T> factors(example);
    // Negated: terms >= 0 are what can be summed exactly. Numbers of T are doubles too.
    std::vector<double> terms;
    std::vector<long double> wide_terms;
    T p = 1, term = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const T drawn = factors.next();
      if (i == 0 || drawn != p) {
        p = drawn;
        using std::log;  // those of the 16-bit types are found too
        term = log(p);
      }
      const T next = value + term;
      if (term != T(0) && next == value) ++lost;
      value = next;
      if (example.p && i > 0) continue;
      terms.push_back(-static_cast<double>(term));
      // Where all are equal, so are their errors: those of logl, which the CPU decides, would show
      // in the sum's last shown digits. Of many numbers drawn they mostly cancel, and MPFR would
      // take seconds.
      const double wide_p = static_cast<double>(p);
      wide_terms.push_back(example.p ? -numerics::wide_log(wide_p)
                                     : -std::log(static_cast<long double>(wide_p)));
    }
    if (example.p) {
      // n equal terms are few sums of 2^k of them, which are exact.
      for (std::size_t k = 0; n >> k > 0; ++k)
        if ((n >> k) % 2 == 1) terms.push_back(std::ldexp(terms.front(), static_cast<int>(k)));
      terms.erase(terms.begin());
      wide_terms.front() *= static_cast<long double>(n);
    }
    exact = as_exact<T>(-numerics::compensated_sum(std::span<const long double>(wide_terms)));
    summation_error_u =
        numerics::relative_error(oracle::exact_sum<double>(terms), -static_cast<double>(value)) / u;
  }
};

}  // namespace maxtrick::likelihood
