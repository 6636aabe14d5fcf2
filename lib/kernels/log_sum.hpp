// log-sum-exp of some rows, one row in each lane, and the losses and gradients that follow from it.
// It does not matter here whether each row was summed in one lane (short rows) or in all lanes
// (long rows).
//
// L = log1p(q) is log-sum-exp minus the largest logit m. q is the sum of e^(x - m) over the other
// logits.
//   1. One of the largest logits is left out of the sum, so that a small q keeps its digits.
//   2. The sum is taken relative to the second largest logit. Otherwise it would lose its
//      compensation if all other logits are far below the largest.
//   3. With `accurate`, the relative error of q is at most 0.277 (exponentials and their sum:
//      sum.hpp) + 0.119 (e^m) = 0.396 u (u = 2^-24). That of L is not larger.
#pragma once

#include "kernels/log_probability.hpp"
#include "kernels/logarithm.hpp"
#include "kernels/range.hpp"
#include "kernels/terms.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels {

// The two largest logits of each row. They are equal if two classes share the maximum.
template <class V>
struct Tops {
  using Floats = typename V::Floats;

  Floats m, second;
  Floats c;        // the origin of the row's reduction
  Floats related;  // 0 if all other classes are negligible beside the largest, else 1

  Tops() = default;
  Tops(Floats m_, Floats second_) : m(m_), second(second_), c(origin_of<V>(m_)) {
    const Floats gap = m - second;
    const auto near = (gap < V::all(negligible_gap)) | (gap == V::all(negligible_gap));
    related = select(near, V::all(1.0F), V::all(0.0F));
  }
  // The argument a of Exponentials.
  [[gnu::always_inline]] Floats origin() const {
    return select(related == V::all(0.0F), m, second) - c;
  }
};

template <class V>
struct LogSum {
  using Floats = typename V::Floats;
  using Doubles = typename V::Doubles;

  Doubles below, top;  // the sum over the other classes; e^m, relative to the same power of two
  Doubles l;           // L; always the same NaN if it is NaN

  // `sum` is the sum over all classes except one of the largest, relative to 2^N for the N of
  // tops.origin(). If the other classes are negligible, it only matters whether `sum` is NaN.
  LogSum(const Tops<V>& tops, Doubles sum) {
    const Exponentials<V, true> to_top(tops.m - tops.c, tops.c), e(tops.origin(), tops.c);
    below = sum * V::widen(tops.related);
    const Floats n = to_top.scale() - e.scale();
    top = times_power_of_two(value<V>(to_top(tops.m)), select(n == n, n, V::all(0.0F)));
    l = log1p(below / top, [](double a) { return V::all(a); });
    // Every instruction set must give the same NaN.
    l = where_less(V::all(-1.0), l, l, V::all(__builtin_nan("")));
  }
  [[gnu::always_inline]] typename V::Mask invalid() const {
    return ~(V::all(-1.0F) < V::narrow(l));
  }
};

// The losses of the rows, where x is the logit of each row's target.
template <class V, class A>
typename V::Floats losses_of(const Tops<V>& tops, const LogSum<V>& s, typename V::Floats x) {
  const LogProbability<V, A::accurate> log_p(tops.m, s.l);
  return select(s.invalid(), V::all(nan_result),
                V::all(0.0F) - log_p.template operator()<false>(x));
}

// The parts of the gradient scale (y_i - [i = t]).
template <class V>
struct GradientParts {
  using Floats = typename V::Floats;
  using Doubles = typename V::Doubles;

  Doubles k;      // K: for the other classes the gradient is e K
  Floats at_top;  // at the largest logit, if it is not the target
  // At the target: scale (y - 1). If the target is the largest logit, 1 - y would cancel, so it is
  // computed as the sum of the other probabilities. Otherwise y is at most 1/2.
  Floats at_target;

  // `hit` marks the rows whose target is the largest logit. In the other rows, x is the logit of
  // the target.
  GradientParts(const Tops<V>& tops, const LogSum<V>& s, Floats x, typename V::Mask hit,
                float scale) {
    const Doubles sum = s.below + s.top, all = V::all(static_cast<double>(scale)) / sum;
    const Exponentials<V, true> e(tops.origin(), tops.c);
    const Doubles others = select(hit, s.below, sum - value<V>(e(x)));
    at_target = V::all(0.0F) - V::narrow(others * all);
    at_top = V::narrow(s.top * all);
    k = all * V::widen(tops.related);
  }
};

}  // namespace maxtrick::kernels
