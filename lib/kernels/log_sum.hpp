// log-sum-exp of some rows, a row in each lane, and what losses and gradients make of it. How
// the rows were summed, in lanes of their own or one after the other, is no matter here.
//
// L, log-sum-exp less the largest logit m, is log1p(q), q the sum over the others of e^(x - m). One
// of the largest logits is left out, so that a small q keeps its digits, and the sum is taken
// relative to the second largest: else it would lose its compensation where all others are far
// below. Relative error of q with `accurate`: 0.12 (exponentials) + 0.13 (sum) + 0.12 (e^m) = 0.37
// u, of L no more.
#pragma once

#include "kernels/log_probability.hpp"
#include "kernels/logarithm.hpp"
#include "kernels/range.hpp"
#include "kernels/terms.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels {

// The largest logits of each row, the second as large as the first where two share the maximum.
template <class V>
struct Tops {
  using Floats = typename V::Floats;

  Floats m, second;
  Floats c;        // the origin of the row's reduction
  Floats related;  // 0 where all others are nothing beside the largest, else 1

  Tops() = default;
  Tops(Floats m_, Floats second_) : m(m_), second(second_), c(origin_of<V>(m_)) {
    const Floats gap = m - second;
    const auto near = (gap < V::all(negligible_gap)) | (gap == V::all(negligible_gap));
    related = select(near, V::all(1.0F), V::all(0.0F));
  }
  // That of the exponentials.
  [[gnu::always_inline]] Floats origin() const {
    return select(related == V::all(0.0F), m, second) - c;
  }
};

template <class V>
struct LogSum {
  using Floats = typename V::Floats;
  using Doubles = typename V::Doubles;

  Doubles below, top;  // the sum over the others; e^m relative to the same power
  Doubles l;           // L; one and the same NaN where the row has a NaN

  // `sum` over all but one of the largest, relative to 2^N of tops.origin(), of which only whether
  // it is NaN counts where the others are nothing beside the largest.
  LogSum(const Tops<V>& tops, Doubles sum) {
    const Exponentials<V, true> to_top(tops.m - tops.c, tops.c), e(tops.origin(), tops.c);
    below = sum * V::widen(tops.related);
    const Floats n = to_top.scale() - e.scale();
    top = times_power_of_two(value<V>(to_top(tops.m)), select(n == n, n, V::all(0.0F)));
    l = log1p(below / top, [](double a) { return V::all(a); });
    l = where_less(V::all(-1.0), l, l, V::all(__builtin_nan("")));  // the same NaN everywhere
  }
  [[gnu::always_inline]] typename V::Mask invalid() const {
    return ~(V::all(-1.0F) < V::narrow(l));
  }
};

// The losses of rows whose targets' logits are x.
template <class V, class A>
typename V::Floats losses_of(const Tops<V>& tops, const LogSum<V>& s, typename V::Floats x) {
  const LogProbability<V, A::accurate> log_p(tops.m, s.l);
  return select(s.invalid(), V::all(nan_result),
                V::all(0.0F) - log_p.template operator()<false>(x));
}

// What the gradient is made of, for scale (y - t).
template <class V>
struct GradientParts {
  using Floats = typename V::Floats;
  using Doubles = typename V::Doubles;

  Doubles k;         // of the exponentials
  Floats at_top;     // at the largest logit, if it is not the target
  Floats at_target;  // y - 1 as what it is, minus the sum of the others, where the target is the
                     // largest: 1 - y would cancel. Else y is 1/2 at most.

  // `hit`: where the target is the largest logit, else its logit is x.
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
