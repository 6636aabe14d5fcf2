// Rows of few classes: sixteen rows at a time, one in each lane, class after class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/log_probability.hpp"
#include "kernels/logarithm.hpp"
#include "kernels/range.hpp"
#include "kernels/terms.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels {

inline constexpr std::size_t short_classes = 32;

// Sixteen rows, the last ones repeated where there are fewer.
template <class V>
struct Group {
  using Floats = typename V::Floats;

  const float* from[16];
  float* to[16];
  std::size_t rows, classes;
  Floats x[short_classes];

  Group(const Work& work, std::size_t first)
      : rows(work.rows - first < 16 ? work.rows - first : 16), classes(work.classes) {
    for (std::size_t i = 0; i < 16; ++i) {
      const std::size_t r = first + (i < rows ? i : 0);
      from[i] = work.x + r * work.x_stride;
      to[i] = work.y + r * work.y_stride;
    }
    for (std::size_t i = 0; i < classes; i += 4) {
      Floats columns[4];
      V::load_columns(from, i, width(i), columns);
      for (std::size_t j = 0; j < width(i); ++j) x[i + j] = columns[j];
    }
  }

  std::size_t width(std::size_t i) const { return classes - i < 4 ? classes - i : 4; }

  // result(i) for class i.
  template <class Result>
  void write(Result result) const {
    for (std::size_t i = 0; i < classes; i += 4) {
      Floats columns[4] = {V::all(0.0F), V::all(0.0F), V::all(0.0F), V::all(0.0F)};
      for (std::size_t j = 0; j < width(i); ++j) columns[j] = result(i + j);
      V::store_columns(to, rows, i, width(i), columns);
    }
  }

  // The sum over the classes but for the one that `skipped` names in each row; the terms are left
  // in `terms`.
  template <class A, bool Clamped>
  typename V::Doubles sum(const Exponentials<V, Clamped>& e, typename A::Term* terms,
                          const Floats* skipped) const {
    typename A::Sum sum;
    for (std::size_t i = 0; i < classes; i += 4) {
      typename A::Term four[4] = {};
      for (std::size_t j = 0; j < width(i); ++j) {
        four[j] = terms[i + j] = A::term(e, x[i + j]);
        if (skipped != nullptr)
          four[j] = A::only(~(*skipped == V::all(static_cast<float>(i + j))), four[j]);
      }
      sum.add(four[0], four[1], four[2], four[3]);
    }
    return sum.lanes();
  }
};

// The rows of a group that a mask names, all NaN.
template <class V>
void fill_nan(const Group<V>& group, typename V::Mask invalid) {
  if (!any(invalid)) return;
  float is[16];
  V::store(is, select(invalid, V::all(1.0F), V::all(0.0F)));
  for (std::size_t r = 0; r < group.rows; ++r)
    if (is[r] != 0)
      for (std::size_t i = 0; i < group.classes; ++i) group.to[r][i] = nan_result;
}

template <class V, class A, bool Clamped>
void softmax_group(const Group<V>& group, typename V::Floats m, typename V::Floats c) {
  typename A::Term terms[short_classes];
  const auto sum = group.template sum<A>(Exponentials<V, Clamped>(m - c, c), terms, nullptr);
  const Factor<V> k(V::all(subnormal_factor) / sum);
  group.write([&](std::size_t i) {
    const auto y = A::times(terms[i], k);
    if constexpr (Clamped)
      return without_factor<V>(y);
    else
      return y * V::all(1 / static_cast<float>(subnormal_factor));
  });
  fill_nan(group, ~(V::all(0.0F) < V::narrow(sum)));
}

template <class V, class A>
void softmax_groups(const Work& work) {
  for (std::size_t first = 0; first < work.rows; first += 16) {
    const Group<V> group(work, first);
    auto m = V::all(-infinity), least = V::all(infinity);
    for (std::size_t i = 0; i < group.classes; ++i) {
      m = larger(group.x[i], m);
      least = smaller(group.x[i], least);
    }
    const auto c = origin_of<V>(m);
    if (any(~(m - least < V::all(plain_range))) || any(~(c == V::all(0.0F))))
      softmax_group<V, A, true>(group, m, c);
    else
      softmax_group<V, A, false>(group, m, c);
  }
}

// What the log-sum-exp of each row is made of.
template <class V>
struct GroupTops {
  using Floats = typename V::Floats;

  Floats m = V::all(-infinity), second = V::all(-infinity), least = V::all(infinity);
  Floats place = V::all(0.0F);  // the class of the largest logit, the first of several
  Floats c, related;            // the origin; 0 where all others are nothing beside the largest

  explicit GroupTops(const Group<V>& group) {
    for (std::size_t i = 0; i < group.classes; ++i) {
      const Floats x = group.x[i];
      second = larger(smaller(x, m), second);
      place = select(m < x, V::all(static_cast<float>(i)), place);
      m = larger(x, m);
      least = smaller(x, least);
    }
    c = origin_of<V>(m);
    const Floats gap = m - second;
    const auto near = (gap < V::all(nothing)) | (gap == V::all(nothing));
    related = select(near, V::all(1.0F), V::all(0.0F));
  }
  // That of the exponentials.
  Floats origin() const { return select(related == V::all(0.0F), m, second) - c; }
  // Whether every row is plain: see log_rows.
  bool plain(float range, bool from_top) const {
    const Floats top = from_top ? m : second;
    return !any(~(top - least < V::all(range))) && !any(~(c == V::all(0.0F))) &&
           !any(related == V::all(0.0F));
  }
};

template <class V, class A, bool Clamped>
struct GroupLogSum {
  using Doubles = typename V::Doubles;

  typename A::Term terms[short_classes];
  Doubles below, top, l;

  GroupLogSum(const Group<V>& group, const GroupTops<V>& tops) {
    const Exponentials<V, Clamped> e(tops.origin(), tops.c), to_top(tops.m - tops.c, tops.c);
    below = group.template sum<A>(e, terms, &tops.place) * V::widen(tops.related);
    const auto n = to_top.scale() - e.scale();
    top = times_power_of_two(value<V>(to_top(tops.m)), select(n == n, n, V::all(0.0F)));
    l = log1p(below / top, [](double a) { return V::all(a); });
  }
  typename V::Mask invalid() const { return ~(V::all(-1.0F) < V::narrow(l)); }
};

// task(first, group, tops, sum) for the groups of a work.
template <class V, class A, class Task>
void log_groups(const Work& work, float range, bool from_top, Task task) {
  for (std::size_t first = 0; first < work.rows; first += 16) {
    const Group<V> group(work, first);
    const GroupTops<V> tops(group);
    if (tops.plain(range, from_top))
      task(first, group, tops, std::true_type{});
    else
      task(first, group, tops, std::false_type{});
  }
}

template <class V, class A>
void log_softmax_groups(const Work& work) {
  log_groups<V, A>(
      work, 100, false,
      [](std::size_t, const Group<V>& group, const GroupTops<V>& tops, auto plain) {
        const GroupLogSum<V, A, !plain> s(group, tops);
        const LogProbability<V, A::accurate> log_p(tops.m, s.l);
        group.write([&](std::size_t i) { return log_p.template operator()<plain>(group.x[i]); });
        fill_nan(group, s.invalid());
      });
}

template <class V, class A>
void log_sum_groups(const Work& work) {
  log_groups<V, A>(
      work, 100, false,
      [&work](std::size_t first, const Group<V>& group, const GroupTops<V>& tops, auto plain) {
        const GroupLogSum<V, A, !plain> s(group, tops);
        V::store_first(work.losses + first, group.rows, tops.m);
        double above[16];
        V::store(above, s.l);
        for (std::size_t r = 0; r < group.rows; ++r) work.above[first + r] = above[r];
      });
}

// The targets of a group, and the logits there.
template <class V>
struct GroupTargets {
  typename V::Floats t, x;

  GroupTargets(const Work& work, std::size_t first, const Group<V>& group) {
    float targets[16] = {};
    for (std::size_t r = 0; r < group.rows; ++r)
      targets[r] = static_cast<float>(work.targets[first + r]);
    t = V::load(targets);
    x = group.x[0];
    for (std::size_t i = 1; i < group.classes; ++i) x = select(is(i), group.x[i], x);
  }
  typename V::Mask is(std::size_t i) const { return t == V::all(static_cast<float>(i)); }
};

template <class V, class A, class Sum>
void write_losses(const Work& work, std::size_t first, const Group<V>& group,
                  const GroupTops<V>& tops, const GroupTargets<V>& targets, const Sum& s) {
  const LogProbability<V, A::accurate> log_p(tops.m, s.l);
  const auto losses = V::all(0.0F) - log_p.template operator()<false>(targets.x);
  V::store_first(work.losses + first, group.rows, select(s.invalid(), V::all(nan_result), losses));
}

template <class V, class A>
void loss_groups(const Work& work) {
  log_groups<V, A>(
      work, 100, false,
      [&work](std::size_t first, const Group<V>& group, const GroupTops<V>& tops, auto plain) {
        const GroupLogSum<V, A, !plain> s(group, tops);
        write_losses<V, A>(work, first, group, tops, {work, first, group}, s);
      });
}

template <class V, class A>
void gradient_groups(const Work& work) {
  log_groups<V, A>(
      work, plain_range, true,
      [&work](std::size_t first, const Group<V>& group, const GroupTops<V>& tops, auto plain) {
        const GroupLogSum<V, A, !plain> s(group, tops);
        const GroupTargets<V> targets(work, first, group);
        const auto sum = s.below + s.top, k = V::all(static_cast<double>(work.scale)) / sum;
        auto et = s.terms[0];
        for (std::size_t i = 1; i < group.classes; ++i)
          et = A::select_term(targets.is(i), s.terms[i], et);
        const auto hit = targets.t == tops.place;
        const auto others = select(hit, s.below, sum - A::value(et));
        const auto at_target = V::all(0.0F) - V::narrow(others * k);
        const auto at_top = V::narrow(s.top * k);
        const Factor<V> factor(k * V::widen(tops.related) * V::all(subnormal_factor));
        write_losses<V, A>(work, first, group, tops, targets, s);
        group.write([&](std::size_t i) {
          auto y = A::times(s.terms[i], factor);
          if constexpr (plain)
            y = y * V::all(1 / static_cast<float>(subnormal_factor));
          else
            y = without_factor<V>(y);
          y = select(tops.place == V::all(static_cast<float>(i)), at_top, y);
          return select(targets.is(i), at_target, y);
        });
        fill_nan(group, s.invalid());
      });
}

}  // namespace maxtrick::kernels
