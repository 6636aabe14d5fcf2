// The coefficients of a loss, enclosed at one precision.
#pragma once

#include <cstddef>
#include <vector>

#include "numerics/interval.hpp"
#include "ops/target.hpp"

namespace maxtrick::oracle {

using numerics::Interval;

// The coefficients of a row times their common denominator: K if there is a smoothing, which divides
// by the number of classes K, else 1. So they are exact at a sufficient precision.
template <class T>
struct Coefficients {
  std::vector<Interval> of_class;
  Interval denominator;

  Coefficients(const ops::Target<T>& target, std::size_t classes, mpfr_prec_t bits)
      : denominator(bits, target.smoothing != T(0) ? static_cast<double>(classes) : 1.0) {
    const auto number = [bits](auto x) { return Interval(bits, static_cast<double>(x)); };
    const Interval smoothing = number(target.smoothing);
    const Interval kept = denominator * (number(1) - smoothing);
    for (std::size_t k = 0; k < classes; ++k) {
      Interval c = number(target.is_ignored ? T(0) : target.q(k));
      if (target.smoothing != T(0)) c = kept * c + smoothing;
      if (target.is_ignored) c = number(0);
      if (!target.class_weights.empty()) c = number(target.class_weights[k]) * c;
      of_class.push_back(number(target.row_weight) * c);
    }
  }
};

}  // namespace maxtrick::oracle
