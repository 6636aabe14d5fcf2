// Rows of few classes: sixteen rows at a time, one in each lane, class after class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/log_sum.hpp"

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
  group.write([&](std::size_t i) __attribute__((always_inline)) {
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

// task(first, group, tops, terms, sum, plain) for the groups of a work.
template <class V, class A, class Task>
void log_groups(const Work& work, float range, bool from_top, Task task) {
  for (std::size_t first = 0; first < work.rows; first += 16) {
    const Group<V> group(work, first);
    const GroupTops<V> tops(group);
    typename A::Term terms[short_classes];
    const auto with = [&](auto plain) {
      const Exponentials<V, !plain> e(tops.origin(), tops.c);
      const LogSum<V> s(tops, group.template sum<A>(e, terms, &tops.place));
      task(first, group, tops, terms, s, plain);
    };
    if (tops.plain(range, from_top))
      with(std::true_type{});
    else
      with(std::false_type{});
  }
}

template <class V, class A>
void log_softmax_groups(const Work& work) {
  log_groups<V, A>(work, log_range, false,
                   [](std::size_t, const Group<V>& group, const GroupTops<V>& tops, const auto&,
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
  log_groups<V, A>(work, log_range, false,
                   [&work](std::size_t first, const Group<V>& group, const GroupTops<V>& tops,
                           const auto&, const LogSum<V>& s, auto) {
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
    float targets[16] = {}, logits[16] = {};
    for (std::size_t r = 0; r < group.rows; ++r) {
      targets[r] = static_cast<float>(work.targets[first + r]);
      logits[r] = group.from[r][work.targets[first + r]];
    }
    t = V::load(targets);
    x = V::load(logits);
  }
  typename V::Mask is(std::size_t i) const { return t == V::all(static_cast<float>(i)); }
};

template <class V, class A>
void loss_groups(const Work& work) {
  log_groups<V, A>(work, log_range, false,
                   [&work](std::size_t first, const Group<V>& group, const GroupTops<V>& tops,
                           const auto&, const LogSum<V>& s, auto) {
                     const GroupTargets<V> targets(work, first, group);
                     V::store_first(work.losses + first, group.rows,
                                    losses_of<V, A>(tops, s, targets.x));
                   });
}

template <class V, class A>
void gradient_groups(const Work& work) {
  log_groups<V, A>(
      work, plain_range, true,
      [&work](std::size_t first, const Group<V>& group, const GroupTops<V>& tops, const auto& terms,
              const LogSum<V>& s, auto plain) {
        const GroupTargets<V> targets(work, first, group);
        const GradientParts<V> parts(tops, s, targets.x, targets.t == tops.place, work.scale);
        const Factor<V> factor(parts.k * V::all(subnormal_factor));
        V::store_first(work.losses + first, group.rows, losses_of<V, A>(tops, s, targets.x));
        group.write([&](std::size_t i) __attribute__((always_inline)) {
          auto y = A::times(terms[i], factor);
          if constexpr (plain)
            y = y * V::all(1 / static_cast<float>(subnormal_factor));
          else
            y = without_factor<V>(y);
          y = select(tops.place == V::all(static_cast<float>(i)), parts.at_top, y);
          return select(targets.is(i), parts.at_target, y);
        });
        fill_nan(group, s.invalid());
      });
}

}  // namespace maxtrick::kernels
