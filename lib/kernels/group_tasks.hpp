// The tasks for a group of rows of few classes, one row in each lane. A task has the members
//   Found               the type of what the scan must find,
//   scanned(found)      receives that; returns true if all rows are plain (range.hpp),
//   origin(), c()       the arguments of Exponentials,
//   skipped()           the class of each row that is not summed, if the task `skips` one,
//   summed(rows, sum)   receives the sums of the terms,
// and, if it `writes` results,
//   results<Clamped>()  returns a function of a class and its term, or of a class and its logit if
//                       the task `rereads` the logits. The function holds values and no pointer to
//                       the task,
//   invalid             marks the rows whose results are NaN instead.
#pragma once

#include <cstddef>

#include "kernels/group_passes.hpp"
#include "kernels/log_sum.hpp"

namespace maxtrick::kernels {

template <class V, class A>
struct SoftmaxGroup {
  using Floats = typename V::Floats;
  using Found = GroupExtremes<V>;
  static constexpr bool skips = false, writes = true, rereads = false;

  Floats m, origin_of_m;
  Factor<V> k;
  typename V::Mask invalid;

  [[gnu::always_inline]] bool scanned(const Found& found) {
    m = found.m;
    origin_of_m = origin_of<V>(m);
    return !any(~(m - found.least < V::all(plain_range))) && !any(~(origin_of_m == V::all(0.0F)));
  }
  Floats origin() const { return m - origin_of_m; }
  Floats c() const { return origin_of_m; }
  [[gnu::always_inline]] void summed(const Work<V>&, typename V::Doubles sum) {
    k = subnormal_factor_by<V>(sum);
    invalid = ~(V::all(0.0F) < V::narrow(sum));
  }
  template <bool Clamped>
  [[gnu::always_inline]] auto results() const {
    return [factor = k](std::size_t, const typename A::Term& e) __attribute__((always_inline)) {
      return unscaled<V, Clamped>(A::times(e, factor));
    };
  }
};

// Base of the tasks that need log-sum-exp.
template <class V, class A>
struct LogGroup {
  using Floats = typename V::Floats;
  using Found = GroupTops<V>;
  static constexpr bool skips = true, writes = false, rereads = false;

  Tops<V> tops;
  Floats place;

  [[gnu::always_inline]] bool scanned(const Found& found) {
    return scanned_within(found, log_range, found.second);
  }
  // Returns true if all rows are plain: their logits are less than `range` below `top`, |m| is at
  // most 256, and the second largest logit is not negligible.
  [[gnu::always_inline]] bool scanned_within(const Found& found, float range, Floats top) {
    tops = Tops<V>(found.m, found.second);
    place = found.place;
    return !any(~(top - found.least < V::all(range))) && !any(~(tops.c == V::all(0.0F))) &&
           !any(tops.related == V::all(0.0F));
  }
  Floats origin() const { return tops.origin(); }
  Floats c() const { return tops.c; }
  Floats skipped() const { return place; }
};

template <class V, class A>
struct LogSoftmaxGroup : LogGroup<V, A> {
  using Floats = typename V::Floats;
  static constexpr bool writes = true, rereads = true;

  LogProbability<V, A::accurate> log_p;
  typename V::Mask invalid;

  [[gnu::always_inline]] void summed(const Work<V>&, typename V::Doubles sum) {
    const LogSum<V> s(this->tops, sum);
    log_p = {this->tops.m, s.l};
    invalid = s.invalid();
  }
  template <bool Clamped>
  [[gnu::always_inline]] auto results() const {
    return [p = log_p](std::size_t, Floats x) __attribute__((always_inline)) {
      return p.template operator()<!Clamped>(x);
    };
  }
};

template <class V, class A>
struct LogSumGroup : LogGroup<V, A> {
  [[gnu::always_inline]] void summed(const Work<V>& rows, typename V::Doubles sum) {
    const LogSum<V> s(this->tops, sum);
    V::store(rows.losses, this->tops.m + V::all(0.0F));  // turns -0 into +0: see LogSums
    V::store(rows.above, s.l);
  }
};

// The target t of each row of a group, and its logit x.
template <class V>
struct GroupTargets {
  typename V::Floats t, x;

  explicit GroupTargets(const Work<V>& rows) {
    float targets[V::lanes], logits[V::lanes];
    for (std::size_t r = 0; r < V::lanes; ++r) {
      targets[r] = static_cast<float>(rows.targets[r]);
      const auto* const row = rows.x + r * rows.x_stride;
      const auto target = static_cast<std::size_t>(rows.targets[r]);
      logits[r] = static_cast<float>(row[target * rows.x_class_stride]);
    }
    t = V::load(targets);
    x = V::load(logits);
  }
};

template <class V, class A>
struct LossGroup : LogGroup<V, A> {
  [[gnu::always_inline]] void summed(const Work<V>& rows, typename V::Doubles sum) {
    const LogSum<V> s(this->tops, sum);
    const GroupTargets<V> targets(rows);
    V::store(rows.losses, losses_of<V, A>(this->tops, s, targets.x));
  }
};

template <class V, class A>
struct GradientGroup : LogGroup<V, A> {
  using Floats = typename V::Floats;
  static constexpr bool writes = true;

  Factor<V> k;
  Floats at_top, at_target, target;
  typename V::Mask invalid;

  [[gnu::always_inline]] bool scanned(const GroupTops<V>& found) {
    return this->scanned_within(found, plain_range, found.m);
  }
  [[gnu::always_inline]] void summed(const Work<V>& rows, typename V::Doubles sum) {
    const LogSum<V> s(this->tops, sum);
    const GroupTargets<V> targets(rows);
    const GradientParts<V> parts(this->tops, s, targets.x, targets.t == this->place, rows.scale);
    V::store(rows.losses, losses_of<V, A>(this->tops, s, targets.x));
    k = Factor<V>(parts.k * V::all(subnormal_factor));
    at_top = parts.at_top;
    at_target = parts.at_target;
    target = targets.t;
    invalid = s.invalid();
  }
  template <bool Clamped>
  [[gnu::always_inline]] auto results() const {
    return
        [ factor = k, top = this->place, target = target, at_top = at_top, at_target =
          at_target ](std::size_t i, const typename A::Term& e) __attribute__((always_inline)) {
      const Floats here = V::all(static_cast<float>(i));
      const Floats y = unscaled<V, Clamped>(A::times(e, factor));
      return select(target == here, at_target, select(top == here, at_top, y));
    };
  }
};

// Fills the rows of a group that `invalid` marks with NaN.
template <class V>
void fill_nan(const Work<V>& rows, typename V::Mask invalid) {
  if (!any(invalid)) return;
  float is[V::lanes];
  V::store(is, select(invalid, V::all(1.0F), V::all(0.0F)));
  for (std::size_t r = 0; r < V::lanes && r < rows.rows; ++r)
    if (is[r] != 0) fill_nan(rows.y + r * rows.y_stride, rows.classes, rows.y_class_stride);
}

}  // namespace maxtrick::kernels
