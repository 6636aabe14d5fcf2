// Rows of up to four classes. They go from logits to results in registers, without the columns in
// memory and the separate passes of short_rows.hpp: with so few classes, the start and the end of a
// pass would take longer than the pass itself.
#pragma once

#include <cstddef>
#include <type_traits>

#include "kernels/group_tasks.hpp"
#include "kernels/twice.hpp"

namespace maxtrick::kernels {

// `dense` is the number of classes, 2 or 4, of rows without gaps between them. If it is 0, the rows
// have 1 to 4 classes and any stride, and the classes from n on are unused. With `columns`, the rows
// are adjacent and their classes apart.
template <class V, class A, class Task, std::size_t dense, bool columns = false>
class FewClasses {
 public:
  explicit FewClasses(std::size_t n) : n_(n) {
    for (std::size_t i = 0; i < 4; ++i) used_[i] = V::where(i < n);
  }

  // Computes V::lanes rows, one in each lane.
  [[gnu::always_inline]] void finish(const Work<V>& rows) const {
    Floats x[classes];
    load(rows, x);
    Task task;
    task.scanned(scan(x)) ? finish_as<false>(rows, x, task) : finish_as<true>(rows, x, task);
  }

 private:
  using Floats = typename V::Floats;
  using Term = typename A::Term;
  static constexpr std::size_t classes = dense == 0 ? 4 : dense;

  // Whether class i can be unused. Class 0 is always used.
  static constexpr bool may_be_unused(std::size_t i) { return dense == 0 && i > 0; }

  [[gnu::always_inline]] void load(const Work<V>& rows, Floats (&x)[classes]) const {
    if constexpr (columns) {
      four_times([&](std::size_t i) __attribute__((always_inline)) {
        x[i] = V::load(rows.x + (i < n_ ? i * rows.x_class_stride : 0));
      });
    } else if constexpr (dense == 0) {
      V::load_columns(rows.x, rows.x_stride, n_, x);
      // Unused classes are computed as well. They hold x[0]. A 0 instead could be above the row's
      // largest logit, which Exponentials does not allow, or so far below it that its term is
      // subnormal.
      four_times([&](std::size_t i)
                     __attribute__((always_inline)) { x[i] = select(used_[i], x[i], x[0]); });
    } else {
      V::load_dense(rows.x, x);
    }
  }
  [[gnu::always_inline]] void store(const Work<V>& rows, const Floats (&y)[classes]) const {
    if constexpr (columns)
      four_times([&](std::size_t i) __attribute__((always_inline)) {
        if (i < n_) V::store(rows.y + i * rows.y_class_stride, y[i]);
      });
    else if constexpr (dense == 0)
      V::store_columns(rows.y, rows.y_stride, n_, y);
    else
      V::store_dense(rows.y, y);
  }

  [[gnu::always_inline]] auto scan(const Floats (&x)[classes]) const {
    typename Task::Found found;
    four_times([&](std::size_t i) __attribute__((always_inline)) {
      if (i >= classes) return;
      found.see(may_be_unused(i) ? select(used_[i], x[i], V::all(-infinity)) : x[i], x[i], i);
    });
    return found;
  }

  template <bool Clamped>
  [[gnu::always_inline]] void finish_as(const Work<V>& rows, const Floats (&x)[classes],
                                        Task& task) const {
    const Exponentials<V, Clamped> e(task.origin(), task.c());
    Term terms[classes], summed[4];
    four_times([&](std::size_t i) __attribute__((always_inline)) {
      summed[i] = A::zero();
      if (i >= classes) return;
      terms[i] = summed[i] = A::term(e, x[i]);
      if (may_be_unused(i)) summed[i] = A::only(used_[i], summed[i]);
      if constexpr (Task::skips)
        summed[i] = A::only(~(task.skipped() == V::all(static_cast<float>(i))), summed[i]);
    });
    typename A::Sum sum;
    sum.add(summed[0], summed[1], summed[2], summed[3]);
    task.summed(rows, sum.lanes());
    if constexpr (Task::writes) {
      const auto result = task.template results<Clamped>();
      Floats y[classes];
      four_times([&](std::size_t i) __attribute__((always_inline)) {
        if (i >= classes) return;
        if constexpr (Task::rereads)
          y[i] = result(i, x[i]);
        else
          y[i] = result(i, terms[i]);
      });
      store(rows, y);
      fill_nan<V>(rows, task.invalid);
    }
  }

  std::size_t n_;
  typename V::Mask used_[4];  // needed only if `dense` is 0
};

template <class V, class Few>
std::size_t finish_few_as(const Work<V>& work) {
  const Few few(work.classes);
  std::size_t done = 0;
  for (; done + V::lanes <= work.rows; done += V::lanes) few.finish(work.from(done));
  return done;
}

// Computes rows of up to four classes and returns how many of them. The remaining rows, fewer than
// V::lanes, are computed in groups (short_rows.hpp), as are all rows of more classes. With AVX-512,
// four vectors at once take 10 to 20 percent less time than two, and two 10 to 20 percent less than
// one.
template <class Single>
using FewAtOnce = std::conditional_t<Single::registers >= 32, Twice<Twice<Single>>, Single>;

template <class Single, template <class> class Algorithm, template <class, class> class TaskFor>
std::size_t finish_few(const Work<Single>& work) {
  using V = FewAtOnce<Single>;
  using A = Algorithm<V>;
  using GroupTask = TaskFor<V, A>;
  const std::size_t n = work.classes;
  if (n > 4) return 0;
  const bool dense = work.x_stride == n && (!GroupTask::writes || work.y_stride == n);
  if (dense && n == 2) return finish_few_as<V, FewClasses<V, A, GroupTask, 2>>(work);
  if (dense && n == 4) return finish_few_as<V, FewClasses<V, A, GroupTask, 4>>(work);
  return finish_few_as<V, FewClasses<V, A, GroupTask, 0>>(work);
}
// The same for rows whose classes are apart.
template <class Single, template <class> class Algorithm, template <class, class> class TaskFor>
std::size_t finish_few_columns(const Work<Single>& work) {
  using V = FewAtOnce<Single>;
  using A = Algorithm<V>;
  if (work.classes > 4) return 0;
  return finish_few_as<V, FewClasses<V, A, TaskFor<V, A>, 0, true>>(work);
}

}  // namespace maxtrick::kernels
