// Rows of few classes, in groups of sixteen. If there are enough registers, one loop sums a group,
// scans the next group, and writes the previous group.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/few_classes.hpp"
#include "kernels/group_passes.hpp"
#include "kernels/group_tasks.hpp"

namespace maxtrick::kernels {

// A group: sixteen rows of a work.
template <class V, class Task>
struct Group {
  Work<V> rows;
  Columns columns;
  bool plain;
  Task task;

  void begin(const Work<V>& from, const Columns& at) {
    rows = from;
    columns = at;
  }
};

template <class V, class A, bool Clamped, class Task>
[[gnu::always_inline]] inline auto summing(const Group<V, Task>& group) {
  const Task& task = group.task;
  return GroupSum<V, A, Clamped, Task>(task, group.rows.classes, group.columns);
}
template <class V, class A, bool Clamped, class Task>
[[gnu::always_inline]] inline auto writing(const Group<V, Task>& group) {
  const auto results = group.task.template results<Clamped>();
  return GroupWriting<V, A, Task::rereads, decltype(results)>(group.rows, group.columns, results);
}

// The passes, each in a loop of its own.
template <class V, class Task>
void scan_group(Group<V, Task>& group) {
  const std::size_t n = group.rows.classes;
  GroupLoading<V> load(group.rows, group.columns);
  run_passes<group_block>(n, load);
  GroupScan<V, typename Task::Found> scan(group.columns, n);
  run_passes<group_block>(n, scan);
  group.plain = group.task.scanned(scan.found());
}
// This is not inlined: the code that uses the sum would otherwise take registers from the loop.
template <class Pass>
[[gnu::noinline]] auto sum_by(Pass pass, std::size_t n) {
  run_passes<group_block>(n, pass);
  return pass.sum();
}
template <class V, class A, class Task>
void sum_group(Group<V, Task>& group) {
  const std::size_t n = group.rows.classes;
  group.task.summed(group.rows, group.plain ? sum_by(summing<V, A, false>(group), n)
                                            : sum_by(summing<V, A, true>(group), n));
}
template <class V, class A, bool Clamped, class Task>
void write_group_as(const Group<V, Task>& group) {
  auto write = writing<V, A, Clamped>(group);
  run_passes<group_block>(group.rows.classes, write);
}
template <class V, class A, class Task>
void write_group(const Group<V, Task>& group) {
  group.plain ? write_group_as<V, A, false>(group) : write_group_as<V, A, true>(group);
  fill_nan<V>(group.rows, group.task.invalid);
}

// All passes in one loop. Groups share their buffers, so the order of the passes matters: `before`
// uses its columns and terms before `next` and `now` overwrite them.
template <class V, class A, bool Clamped, class Task>
void interleave_groups_as(const Group<V, Task>& before, Group<V, Task>& now, Group<V, Task>& next) {
  const std::size_t n = now.rows.classes;
  auto sum = summing<V, A, Clamped>(now);
  GroupLoading<V> load(next.rows, next.columns);
  GroupScan<V, typename Task::Found> scan(next.columns, n);
  if constexpr (Task::writes) {
    auto write = writing<V, A, Clamped>(before);
    run_passes<group_block>(n, write, sum, load, scan);
    fill_nan<V>(before.rows, before.task.invalid);
  } else {
    run_passes<group_block>(n, sum, load, scan);
  }
  now.task.summed(now.rows, sum.sum());
  next.plain = next.task.scanned(scan.found());
}

// The last rows of a work, if they are fewer than sixteen: a copy of them, filled up to sixteen
// rows with the first one.
template <class V>
struct Remainder {
  typename V::Storage x[16 * short_classes], y[16 * short_classes];
  typename V::Storage losses[16];
  double above[16];
  std::int32_t targets[16];
  Work<V> rows;

  Remainder(const Work<V>& all, std::size_t first) : rows(all) {
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
  void copy_back(const Work<V>& all, std::size_t first) const {
    for (std::size_t r = 0; first + r < all.rows; ++r) {
      if (all.losses != nullptr) all.losses[first + r] = losses[r];
      if (all.above != nullptr) all.above[first + r] = above[r];
      if (all.y == nullptr) continue;
      for (std::size_t i = 0; i < all.classes; ++i)
        all.y[(first + r) * all.y_stride + i] = y[r * all.classes + i];
    }
  }
};

// Computes groups 0 to `count` - 1. begin(group, g) prepares `group` for group g.
template <class V, class A, class Task, class Begin>
void interleave_groups(std::size_t count, Begin begin) {
  Group<V, Task> groups[3];
  Group<V, Task>*before = &groups[0], *now = &groups[1], *next = &groups[2];
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
        if (writes) write_group<V, A>(*before);
      if (sums) sum_group<V, A>(*now);
      if (scans) scan_group<V>(*next);
    }
    Group<V, Task>* const done = before;
    before = now;
    now = next;
    next = done;
  }
}

template <class V, class A, class Task>
void finish_group(Group<V, Task>& group) {
  scan_group<V>(group);
  sum_group<V, A>(group);
  if constexpr (Task::writes) write_group<V, A>(group);
}

template <class V, template <class> class Algorithm, template <class, class> class TaskFor>
void short_rows(const Work<V>& all) {
  using A = Algorithm<V>;
  using GroupTask = TaskFor<V, A>;
  std::size_t done = 0;
  // The scalar set always takes the general path, with which tests compare the other sets.
  if constexpr (V::registers > 0) done = finish_few<V, Algorithm, TaskFor>(all);
  if (done == all.rows) return;
  const Work<V> work = all.from(done);
  // The previous group and the next one share their columns. If the results do not need the logits,
  // all groups share their columns.
  constexpr std::size_t floats = 16 * short_classes;
  alignas(64) float columns[2][floats], terms[2 * floats];
  const auto place = [&](std::size_t g) {
    return Columns{columns[GroupTask::rereads ? g % 2 : 0], terms, floats};
  };
  const std::size_t full = work.rows / 16;
  Group<V, GroupTask> group;
  if constexpr (V::registers >= 32) {
    interleave_groups<V, A, GroupTask>(full, [&](Group<V, GroupTask>& next, std::size_t g) {
      next.begin(work.from(16 * g), place(g));
    });
  } else {
    for (std::size_t g = 0; g < full; ++g) {
      group.begin(work.from(16 * g), place(0));
      finish_group<V, A>(group);
    }
  }
  if (16 * full == work.rows) return;
  Remainder<V> last(work, 16 * full);
  group.begin(last.rows, place(0));
  finish_group<V, A>(group);
  last.copy_back(work, 16 * full);
}

}  // namespace maxtrick::kernels
