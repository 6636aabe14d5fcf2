// Rows of few classes, in groups of sixteen. Where there are registers enough, a group is summed,
// the next one is scanned and the one before is written in one loop.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/group_passes.hpp"
#include "kernels/log_sum.hpp"

namespace maxtrick::kernels {

// The rows of a group that a mask names, all NaN.
template <class V>
void fill_nan(const Work& rows, typename V::Mask invalid) {
  if (!any(invalid)) return;
  float is[16];
  V::store(is, select(invalid, V::all(1.0F), V::all(0.0F)));
  for (std::size_t r = 0; r < 16; ++r)
    if (is[r] != 0) fill_nan(rows.y + r * rows.y_stride, rows.classes);
}

// Sixteen rows of a work.
struct Group {
  Work rows;
  Columns columns;
  bool plain;
};

template <class V, class A>
struct SoftmaxGroup : Group {
  using Floats = typename V::Floats;
  using Found = GroupExtremes<V>;
  static constexpr bool skips = false, writes = true, rereads = false;

  Floats m, c;
  Factor<V> k;
  typename V::Mask invalid;

  void scanned(const Found& found) {
    m = found.m;
    c = origin_of<V>(m);
    this->plain = !any(~(m - found.least < V::all(plain_range))) && !any(~(c == V::all(0.0F)));
  }
  Floats origin() const { return m - c; }
  Floats skipped() const { return c; }
  void summed(typename V::Doubles sum) {
    k = subnormal_factor_by<V>(sum);
    invalid = ~(V::all(0.0F) < V::narrow(sum));
  }
  template <bool Clamped>
  [[gnu::always_inline]] auto results() const {
    return [ columns = this->columns, factor = k ](std::size_t i) __attribute__((always_inline)) {
      return unscaled<V, Clamped>(A::times(A::fetch(columns.terms, 16 * i, columns.apart), factor));
    };
  }
  void written() { fill_nan<V>(this->rows, invalid); }
};

// Rows whose log-sum-exp is asked for.
template <class V, class A>
struct LogGroup : Group {
  using Floats = typename V::Floats;
  using Found = GroupTops<V>;
  static constexpr bool skips = true, writes = false, rereads = false;

  Tops<V> tops;
  Floats place, c;

  void scanned(const Found& found) { scanned_within(found, log_range, found.second); }
  // Plain where no logit is more than `range` below `top`; see LogBatch.
  void scanned_within(const Found& found, float range, Floats top) {
    tops = Tops<V>(found.m, found.second);
    c = tops.c;
    place = found.place;
    this->plain = !any(~(top - found.least < V::all(range))) && !any(~(c == V::all(0.0F))) &&
                  !any(tops.related == V::all(0.0F));
  }
  Floats origin() const { return tops.origin(); }
  Floats skipped() const { return place; }
};

template <class V, class A>
struct LogSoftmaxGroup : LogGroup<V, A> {
  static constexpr bool writes = true, rereads = true;

  LogProbability<V, A::accurate> log_p;
  typename V::Mask invalid;

  void summed(typename V::Doubles sum) {
    const LogSum<V> s(this->tops, sum);
    log_p = {this->tops.m, s.l};
    invalid = s.invalid();
  }
  template <bool Clamped>
  [[gnu::always_inline]] auto results() const {
    return [ columns = this->columns, p = log_p ](std::size_t i) __attribute__((always_inline)) {
      return p.template operator()<!Clamped>(V::load(columns.x + 16 * i));
    };
  }
  void written() { fill_nan<V>(this->rows, invalid); }
};

template <class V, class A>
struct LogSumGroup : LogGroup<V, A> {
  void summed(typename V::Doubles sum) {
    const LogSum<V> s(this->tops, sum);
    V::store(this->rows.losses, this->tops.m + V::all(0.0F));  // no -0: see LogSums
    V::store(this->rows.above, s.l);
  }
};

// The targets of a group, and the logits there.
template <class V>
struct GroupTargets {
  typename V::Floats t, x;

  explicit GroupTargets(const Work& rows) {
    float targets[16], logits[16];
    for (std::size_t r = 0; r < 16; ++r) {
      targets[r] = static_cast<float>(rows.targets[r]);
      logits[r] = rows.x[r * rows.x_stride + static_cast<std::size_t>(rows.targets[r])];
    }
    t = V::load(targets);
    x = V::load(logits);
  }
};

template <class V, class A>
struct LossGroup : LogGroup<V, A> {
  void summed(typename V::Doubles sum) {
    const LogSum<V> s(this->tops, sum);
    const GroupTargets<V> targets(this->rows);
    V::store(this->rows.losses, losses_of<V, A>(this->tops, s, targets.x));
  }
};

template <class V, class A>
struct GradientGroup : LogGroup<V, A> {
  using Floats = typename V::Floats;
  static constexpr bool writes = true;

  Factor<V> k;
  Floats at_top, at_target, target;
  typename V::Mask invalid;

  void scanned(const GroupTops<V>& found) { this->scanned_within(found, plain_range, found.m); }
  void summed(typename V::Doubles sum) {
    const LogSum<V> s(this->tops, sum);
    const GroupTargets<V> targets(this->rows);
    const GradientParts<V> parts(this->tops, s, targets.x, targets.t == this->place,
                                 this->rows.scale);
    V::store(this->rows.losses, losses_of<V, A>(this->tops, s, targets.x));
    k = Factor<V>(parts.k * V::all(subnormal_factor));
    at_top = parts.at_top;
    at_target = parts.at_target;
    target = targets.t;
    invalid = s.invalid();
  }
  template <bool Clamped>
  [[gnu::always_inline]] auto results() const {
    return [
      columns = this->columns, factor = k, top = this->place, target = target, at_top = at_top,
      at_target = at_target
    ](std::size_t i) __attribute__((always_inline)) {
      const Floats here = V::all(static_cast<float>(i));
      const Floats y =
          unscaled<V, Clamped>(A::times(A::fetch(columns.terms, 16 * i, columns.apart), factor));
      return select(target == here, at_target, select(top == here, at_top, y));
    };
  }
  void written() { fill_nan<V>(this->rows, invalid); }
};

template <class V, class A, bool Clamped, class Task>
[[gnu::always_inline]] inline auto summing(const Task& group) {
  return GroupSum<V, A, Clamped, Task::skips>(Exponentials<V, Clamped>(group.origin(), group.c),
                                              group.rows.classes, group.columns, group.skipped());
}
template <class V, bool Clamped, class Task>
[[gnu::always_inline]] inline auto writing(const Task& group) {
  const auto results = group.template results<Clamped>();
  return GroupWriting<V, decltype(results)>(group.rows, results);
}

// One pass by itself.
template <class V, class Task>
void scan_group(Task& group) {
  const std::size_t n = group.rows.classes;
  GroupLoading<V> load(group.rows, group.columns);
  run_passes<group_block>(n, load);
  GroupScan<V, typename Task::Found> scan(group.columns, n);
  run_passes<group_block>(n, scan);
  group.scanned(scan.found());
}
// By itself, so that no registers are lost to what is done with the sum.
template <class Pass>
[[gnu::noinline]] auto sum_by(Pass pass, std::size_t n) {
  run_passes<group_block>(n, pass);
  return pass.sum();
}
template <class V, class A, class Task>
void sum_group(Task& group) {
  const std::size_t n = group.rows.classes;
  group.summed(group.plain ? sum_by(summing<V, A, false>(group), n)
                           : sum_by(summing<V, A, true>(group), n));
}
template <class V, bool Clamped, class Task>
void write_group_as(Task& group) {
  auto write = writing<V, Clamped>(group);
  run_passes<group_block>(group.rows.classes, write);
}
template <class V, class Task>
void write_group(Task& group) {
  group.plain ? write_group_as<V, false>(group) : write_group_as<V, true>(group);
  group.written();
}

// All passes in one loop: what a group has left in columns and terms is used before it is
// overwritten.
template <class V, class A, bool Clamped, class Task>
void interleave_groups_as(Task& before, Task& now, Task& next) {
  const std::size_t n = now.rows.classes;
  auto sum = summing<V, A, Clamped>(now);
  GroupLoading<V> load(next.rows, next.columns);
  GroupScan<V, typename Task::Found> scan(next.columns, n);
  if constexpr (Task::writes) {
    auto write = writing<V, Clamped>(before);
    run_passes<group_block>(n, write, sum, load, scan);
    before.written();
  } else {
    run_passes<group_block>(n, sum, load, scan);
  }
  now.summed(sum.sum());
  next.scanned(scan.found());
}

// The last rows of a work, fewer than sixteen: a copy of them with the first one repeated.
template <class V>
struct Remainder {
  float x[16 * short_classes], y[16 * short_classes], losses[16];
  double above[16];
  std::int32_t targets[16];
  Work rows;

  Remainder(const Work& all, std::size_t first) : rows(all) {
    for (std::size_t r = 0; r < 16; ++r) {
      const std::size_t from = first + (first + r < all.rows ? r : 0);
      for (std::size_t i = 0; i < all.classes; ++i)
        x[r * all.classes + i] = all.x[from * all.x_stride + i];
      if (all.targets != nullptr) targets[r] = all.targets[from];
    }
    rows.x = x;
    rows.y = y;
    rows.x_stride = rows.y_stride = all.classes;
    rows.targets = targets;
    rows.losses = losses;
    rows.above = above;
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

// Groups 0 to `count` - 1; begin(group, g) makes ready for group g.
template <class V, class A, class Task, class Begin>
void interleave_groups(std::size_t count, Begin begin) {
  Task groups[3];
  Task *before = &groups[0], *now = &groups[1], *next = &groups[2];
  for (std::size_t g = 0; g < count + 2; ++g) {
    const bool scans = g < count, sums = 0 < g && g <= count, writes = Task::writes && 1 < g;
    if (scans) begin(*next, g);
    if (scans && sums && (writes || !Task::writes)) {
      if (now->plain && (!Task::writes || before->plain))
        interleave_groups_as<V, A, false>(*before, *now, *next);
      else
        interleave_groups_as<V, A, true>(*before, *now, *next);
    } else {
      if constexpr (Task::writes)
        if (writes) write_group<V>(*before);
      if (sums) sum_group<V, A>(*now);
      if (scans) scan_group<V>(*next);
    }
    Task* const done = before;
    before = now;
    now = next;
    next = done;
  }
}

template <class V, class A, class Task>
void finish_group(Task& group) {
  scan_group<V>(group);
  sum_group<V, A>(group);
  if constexpr (Task::writes) write_group<V>(group);
}

template <class V, class A, class Task>
void short_rows(const Work& work) {
  // A group before and the next one have the same columns; all have, where results do not need
  // them.
  constexpr std::size_t floats = 16 * short_classes;
  alignas(64) float columns[2][floats], terms[2 * floats];
  const auto begin = [&](Task& group, const Work& rows, std::size_t g) {
    group.rows = rows;
    group.columns = {columns[Task::rereads ? g % 2 : 0], terms, floats};
  };
  const std::size_t full = work.rows / 16;
  Task group;
  if constexpr (V::registers >= 32) {
    interleave_groups<V, A, Task>(
        full, [&](Task& next, std::size_t g) { begin(next, work.from(16 * g), g); });
  } else {
    for (std::size_t g = 0; g < full; ++g) {
      begin(group, work.from(16 * g), 0);
      finish_group<V, A>(group);
    }
  }
  if (16 * full == work.rows) return;
  Remainder<V> last(work, 16 * full);
  begin(group, last.rows, 0);
  finish_group<V, A>(group);
  last.give_back(work, 16 * full);
}

}  // namespace maxtrick::kernels
