// Rows of few classes: sixteen rows at a time, one in each lane, class after class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/log_sum.hpp"

namespace maxtrick::kernels {

inline constexpr std::size_t short_classes = 128;

// Sixteen rows of a work.
template <class V>
struct Group {
  using Floats = typename V::Floats;

  const Work& work;
  std::size_t classes;
  Floats x[short_classes];

  explicit Group(const Work& sixteen) : work(sixteen), classes(sixteen.classes) {
    for (std::size_t i = 0; i < classes; i += 4)
      V::load_columns(work.x + i, work.x_stride, width(i), x + i);
  }

  std::size_t width(std::size_t i) const { return classes - i < 4 ? classes - i : 4; }

  // result(i) for class i.
  template <class Result>
  void write(Result result) const {
    for (std::size_t i = 0; i < classes; i += 4) {
      Floats columns[4];
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        columns[j] = j < width(i) ? result(i + j) : V::all(0.0F);
      });
      V::store_columns(work.y + i, work.y_stride, width(i), columns);
    }
  }

  // The sum over the classes but for the one that `skipped` names in each row; the terms are left
  // in `terms`.
  template <class A, bool Clamped>
  typename V::Doubles sum(const Exponentials<V, Clamped>& e, typename A::Term* terms,
                          const Floats* skipped) const {
    typename A::Sum sum;
    for (std::size_t i = 0; i < classes; i += 4) {
      typename A::Term four[4];
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        four[j] = A::zero();
        if (j >= width(i)) return;
        four[j] = terms[i + j] = A::term(e, x[i + j]);
        if (skipped != nullptr)
          four[j] = A::only(~(*skipped == V::all(static_cast<float>(i + j))), four[j]);
      });
      sum.add(four[0], four[1], four[2], four[3]);
    }
    return sum.lanes();
  }
};

// The last rows of a work, fewer than sixteen: a copy of them with the first one repeated.
template <class V>
struct Remainder {
  float x[16 * short_classes], y[16 * short_classes], losses[16];
  double above[16];
  std::int32_t targets[16];
  Work work;

  Remainder(const Work& all, std::size_t first) : work(all) {
    for (std::size_t r = 0; r < 16; ++r) {
      const std::size_t from = first + (first + r < all.rows ? r : 0);
      for (std::size_t i = 0; i < all.classes; ++i)
        x[r * all.classes + i] = all.x[from * all.x_stride + i];
      if (all.targets != nullptr) targets[r] = all.targets[from];
    }
    work.x = x;
    work.y = y;
    work.x_stride = work.y_stride = all.classes;
    work.targets = targets;
    work.losses = losses;
    work.above = above;
  }
  void give_back(const Work& all, std::size_t first) const {
    for (std::size_t r = 0; first + r < all.rows; ++r) {
      if (all.losses != nullptr) all.losses[first + r] = losses[r];
      if (all.above != nullptr) all.above[first + r] = above[r];
      if (all.y == nullptr) continue;
      for (std::size_t i = 0; i < all.classes; ++i)
        all.y[(first + r) * all.y_stride + i] = y[r * all.classes + i];
    }
  }
};

// run(group) for all groups of a work.
template <class V, class Run>
void each_group(const Work& work, Run run) {
  std::size_t first = 0;
  for (; first + 16 <= work.rows; first += 16) run(Group<V>(work.from(first)));
  if (first == work.rows) return;
  Remainder<V> last(work, first);
  run(Group<V>(last.work));
  last.give_back(work, first);
}

// The rows of a group that a mask names, all NaN.
template <class V>
void fill_nan(const Group<V>& group, typename V::Mask invalid) {
  if (!any(invalid)) return;
  float is[16];
  V::store(is, select(invalid, V::all(1.0F), V::all(0.0F)));
  for (std::size_t r = 0; r < 16; ++r)
    if (is[r] != 0) fill_nan(group.work.y + r * group.work.y_stride, group.classes);
}

template <class V, class A, bool Clamped>
void softmax_group(const Group<V>& group, typename V::Floats m, typename V::Floats c) {
  typename A::Term terms[short_classes];
  const auto sum = group.template sum<A>(Exponentials<V, Clamped>(m - c, c), terms, nullptr);
  const Factor<V> k(V::all(subnormal_factor) / sum);
  group.write([&](std::size_t i) __attribute__((always_inline)) {
    return unscaled<V, Clamped>(A::times(terms[i], k));
  });
  fill_nan(group, ~(V::all(0.0F) < V::narrow(sum)));
}

template <class V, class A>
void softmax_groups(const Work& work) {
  each_group<V>(work, [](const Group<V>& group) {
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
  });
}

// The largest logits of a group's rows, and the class of the largest, the first of several.
template <class V>
struct GroupTops : Tops<V> {
  using Floats = typename V::Floats;

  Floats least, place;

  explicit GroupTops(const Group<V>& group) : GroupTops(scan(group)) {}

  // Whether every row is plain: see LogBatch.
  bool plain(float range, bool from_top) const {
    const Floats top = from_top ? this->m : this->second;
    return !any(~(top - least < V::all(range))) && !any(~(this->c == V::all(0.0F))) &&
           !any(this->related == V::all(0.0F));
  }

 private:
  struct Scan {
    Floats m = V::all(-infinity), second = V::all(-infinity), least = V::all(infinity);
    Floats place = V::all(0.0F);
  };
  explicit GroupTops(const Scan& s) : Tops<V>(s.m, s.second), least(s.least), place(s.place) {}

  static Scan scan(const Group<V>& group) {
    Scan s;
    for (std::size_t i = 0; i < group.classes; ++i) {
      const Floats x = group.x[i];
      s.second = larger(smaller(x, s.m), s.second);
      s.place = select(s.m < x, V::all(static_cast<float>(i)), s.place);
      s.m = larger(x, s.m);
      s.least = smaller(x, s.least);
    }
    return s;
  }
};

// task(group, tops, terms, sum, plain) for the groups of a work.
template <class V, class A, class Task>
void log_groups(const Work& work, float range, bool from_top, Task task) {
  each_group<V>(work, [&](const Group<V>& group) {
    const GroupTops<V> tops(group);
    typename A::Term terms[short_classes];
    const auto with = [&](auto plain) {
      const Exponentials<V, !plain> e(tops.origin(), tops.c);
      const LogSum<V> s(tops, group.template sum<A>(e, terms, &tops.place));
      task(group, tops, terms, s, plain);
    };
    if (tops.plain(range, from_top))
      with(std::true_type{});
    else
      with(std::false_type{});
  });
}

template <class V, class A>
void log_softmax_groups(const Work& work) {
  log_groups<V, A>(work, log_range, false,
                   [](const Group<V>& group, const GroupTops<V>& tops, const auto&,
                      const LogSum<V>& s, auto plain) {
                     const LogProbability<V, A::accurate> log_p(tops.m, s.l);
                     group.write([&](std::size_t i) __attribute__((always_inline)) {
                       return log_p.template operator()<plain>(group.x[i]);
                     });
                     fill_nan(group, s.invalid());
                   });
}

template <class V, class A>
void log_sum_groups(const Work& work) {
  log_groups<V, A>(
      work, log_range, false,
      [](const Group<V>& group, const GroupTops<V>& tops, const auto&, const LogSum<V>& s, auto) {
        V::store(group.work.losses, tops.m);
        V::store(group.work.above, s.l);
      });
}

// The targets of a group, and the logits there.
template <class V>
struct GroupTargets {
  typename V::Floats t, x;

  explicit GroupTargets(const Work& work) {
    float targets[16], logits[16];
    for (std::size_t r = 0; r < 16; ++r) {
      targets[r] = static_cast<float>(work.targets[r]);
      logits[r] = work.x[r * work.x_stride + static_cast<std::size_t>(work.targets[r])];
    }
    t = V::load(targets);
    x = V::load(logits);
  }
  typename V::Mask is(std::size_t i) const { return t == V::all(static_cast<float>(i)); }
};

template <class V, class A>
void loss_groups(const Work& work) {
  log_groups<V, A>(
      work, log_range, false,
      [](const Group<V>& group, const GroupTops<V>& tops, const auto&, const LogSum<V>& s, auto) {
        const GroupTargets<V> targets(group.work);
        V::store(group.work.losses, losses_of<V, A>(tops, s, targets.x));
      });
}

template <class V, class A>
void gradient_groups(const Work& work) {
  log_groups<V, A>(work, plain_range, true,
                   [](const Group<V>& group, const GroupTops<V>& tops, const auto& terms,
                      const LogSum<V>& s, auto plain) {
                     const GroupTargets<V> targets(group.work);
                     const GradientParts<V> parts(tops, s, targets.x, targets.t == tops.place,
                                                  group.work.scale);
                     const Factor<V> factor(parts.k * V::all(subnormal_factor));
                     V::store(group.work.losses, losses_of<V, A>(tops, s, targets.x));
                     group.write([&](std::size_t i) __attribute__((always_inline)) {
                       auto y = unscaled<V, !plain>(A::times(terms[i], factor));
                       y = select(tops.place == V::all(static_cast<float>(i)), parts.at_top, y);
                       return select(targets.is(i), parts.at_target, y);
                     });
                     fill_nan(group, s.invalid());
                   });
}

}  // namespace maxtrick::kernels
