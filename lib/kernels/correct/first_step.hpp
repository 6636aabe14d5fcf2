// Step 1 of the algorithm `correct`: all results of a row in double. correct.hpp has the error
// analysis.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/correct/exponential.hpp"
#include "kernels/correct/pairs.hpp"
#include "kernels/correct/rounding.hpp"
#include "kernels/logarithm.hpp"
#include "kernels/range.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels::correct {

// A row is narrow if its logits are less than this below the largest one. Its exponentials need no
// clamping, its errors are smaller, and none of its results is subnormal.
inline constexpr float narrow_range = 32;

[[gnu::always_inline]] static inline constexpr Window window(bool narrow) {
  return Window(narrow ? narrow_window : wide_window);
}

// e^(x - m), for W a vector type or Single<V>.
template <class W, bool narrow>
[[gnu::always_inline]] inline typename W::Doubles exponential_of(typename W::Doubles x,
                                                                 typename W::Doubles m) {
  const auto all = [](double a) __attribute__((always_inline)) { return W::all(a); };
  auto d = x - m;
  if constexpr (!narrow) d = where_less(d, all(least_exponent), all(least_exponent), d);
  return exponential(d, all);
}

// The sum of doubles in each lane: four terms in a tree, up to four such sums one after the other,
// and then Knuth's exact addition. The relative error is below 2^-50 for up to 2^45 terms.
template <class V>
class Sums {
 public:
  using D = typename V::Doubles;

  [[gnu::always_inline]] void add(const D (&e)[4]) {
    part_ = part_ + ((e[0] + e[1]) + (e[2] + e[3]));
    if (++sums_ == 4) flush();
  }
  [[gnu::always_inline]] D lanes() {
    flush();
    return total_ + rest_;
  }

 private:
  [[gnu::always_inline]] void flush() {
    const Wide<V> s = Wide<V>::sum(total_, part_);
    total_ = s.high;
    rest_ = rest_ + s.low;
    part_ = V::all(0.0);
    sums_ = 0;
  }

  D part_ = V::all(0.0), total_ = V::all(0.0), rest_ = V::all(0.0);
  int sums_ = 0;
};

// What a row, or in a vector each of sixteen rows, needs for its results: the largest logit m, and
// the sum of e^(x - m). Softmax sums all classes, and the others leave out one that has the logit m:
// their sum is q.
template <class W, bool skips>
struct RowSums {
  using D = typename W::Doubles;
  D m, sum;

  [[gnu::always_inline]] D factor(float scale) const {
    const D scale_of_all = W::all(static_cast<double>(scale));
    if constexpr (skips) return scale_of_all / (W::all(1.0) + sum);
    return scale_of_all / sum;
  }
  [[gnu::always_inline]] D log_sum() const {
    return log1p(
        sum, [](double a) __attribute__((always_inline)) { return W::all(a); });
  }
};

// scale e^(x - m) / S
template <class V, bool narrow>
struct Probability {
  using D = typename V::Doubles;
  static constexpr bool negative = false;
  D m, k;

  [[gnu::always_inline]] D operator()(typename V::Floats x) const {
    return exponential_of<V, narrow>(V::widen(x), m) * k;
  }
};
// log S - (x - m), the negative of a log-probability
template <class V, bool narrow>
struct Distance {
  using D = typename V::Doubles;
  static constexpr bool negative = true;
  D m, l;

  [[gnu::always_inline]] D operator()(typename V::Floats x) const { return l - (V::widen(x) - m); }
};

// Rounds four vectors of results y >= 0, or their negatives. Returns whether any is doubtful.
template <class V, bool narrow, bool negative>
[[gnu::always_inline]] inline bool round_four(const typename V::Doubles (&y)[4],
                                              typename V::Floats (&results)[4]) {
  const auto all = [](double a) __attribute__((always_inline)) { return V::all(a); };
  constexpr Window w = window(narrow);
  typename V::Doubles s[4];
  four_times([&](std::size_t j) __attribute__((always_inline)) {
    s[j] = narrow ? y[j] : to_normal(y[j], all);
    results[j] = narrow ? V::narrow(y[j]) : from_normal<V>(s[j], y[j]);
    if (negative) results[j] = V::all(0.0F) - results[j];
  });
  return any_near_midpoint(s, w.offset, w.field);
}

// Whether a y >= 0 of a row that is not narrow is doubtful.
[[gnu::always_inline]] static inline bool doubtful(double y, Window w) {
  return near_midpoint(to_normal(y, [](double a) { return a; }), w.offset, w.field);
}

// m + L with L = log S - m, which may cancel, so that its error is absolute.
struct LogSumExp {
  float nearest;
  bool decided;

  [[gnu::always_inline]] LogSumExp(double m, double l) {
    const double y = m + l, error = l * 0x1p-45 + __builtin_fabs(y) * 0x1p-52;
    nearest = static_cast<float>(y - error);
    decided = nearest == static_cast<float>(y + error);
  }
};

}  // namespace maxtrick::kernels::correct
