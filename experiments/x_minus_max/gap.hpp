// From which gap between the leading logit and the others on x - max is good enough for
// log-softmax: what is asked of it, the gaps to choose from, and what theory says.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

namespace maxtrick::x_minus_max {

struct Criterion {
  enum class Kind { probability_within, others_within_ulp };
  std::string name, meaning;
  Kind kind;
  double tolerance;

  // probability_within t: e^(x - max) <= (1 + t) p, an error of the log-probability of log(1 + t).
  [[nodiscard]] double log_tolerance() const { return std::log1p(tolerance); }
};

// The gaps to choose from: the type's numbers from 0 to `highest`, but no finer than `step`.
struct Gaps {
  double step, highest, scan_step;
  int digits;  // of the type

  [[nodiscard]] double spacing(double gap) const {
    return gap == 0 ? step : std::max(step, std::ldexp(1.0, std::ilogb(gap) + 1 - digits));
  }
  [[nodiscard]] double down(double gap) const {
    return std::floor(gap / spacing(gap)) * spacing(gap);
  }
  [[nodiscard]] double last() const { return down(highest); }
  // The next gap of the scan: at least one of the grid further on.
  [[nodiscard]] double next(double gap) const {
    return std::min(std::max(down(gap + scan_step), gap + spacing(gap)), last());
  }
};

// By theory, on no grid; p digits in the type.
[[nodiscard]] double predicted_gap(const Criterion& criterion, int p, std::size_t classes);

}  // namespace maxtrick::x_minus_max
