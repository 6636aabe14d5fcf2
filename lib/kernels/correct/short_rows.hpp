// Step 1 for rows of up to short_classes classes, in groups of sixteen rows, each lane with one row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/correct/first_step.hpp"
#include "kernels/correct/one_result.hpp"
#include "kernels/group_tasks.hpp"
#include "kernels/short_rows.hpp"

namespace maxtrick::kernels::correct {

template <class V, Task task>
class Rows16 {
 public:
  // The first `count` rows are computed; those after them are copies. `columns` has room for the
  // logits of the group, and its `terms` for as many doubles.
  Rows16(const Work<V>& rows, std::size_t count, const Columns& columns)
      : rows_(rows), columns_(columns), count_(count), n_(rows.classes) {}

  void run() {
    GroupLoading<V> load(rows_, columns_);
    run_passes<group_block>(n_, load);
    using Tops = std::conditional_t<skips, GroupTops<V>, GroupExtremes<V>>;
    GroupScan<V, Tops> scan(columns_, n_);
    run_passes<group_block>(n_, scan);
    const Tops tops = scan.found();
    m_ = tops.m;
    if constexpr (skips) place_ = tops.place;
    any(~(m_ - tops.least < V::all(narrow_range))) ? run_as<false>() : run_as<true>();
  }

 private:
  using D = typename V::Doubles;
  using Floats = typename V::Floats;
  static constexpr bool keeps = keeps_exponentials<task>, skips = task != task_softmax;

  template <bool narrow>
  void run_as() {
    sums_ = {V::widen(m_), sum<narrow>()};
    // A row is invalid if its sum is NaN or its largest logit infinite.
    const Floats q = V::narrow(sums_.sum);
    invalid_ = ~(q == q) | ~(m_ - m_ == V::all(0.0F));
    if constexpr (keeps) {
      const float scale = task == task_gradient ? rows_.scale : 1;
      write<narrow>(Probability<V, narrow>{sums_.m, sums_.factor(scale)});
    }
    if constexpr (task == task_log_softmax)
      write<narrow>(Distance<V, narrow>{sums_.m, sums_.log_sum()});
    finish<narrow>();
  }

  template <bool narrow>
  D sum() {
    Sums<V> sums;
    for (std::size_t i = 0; i < n_; i += 4) {
      D e[4];
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        e[j] = V::all(0.0);
        if (i + j >= n_) return;
        e[j] = exponential_of<V, narrow>(V::widen(logits(i + j)), V::widen(m_));
        if constexpr (keeps) V::store(kept(i + j), e[j]);
        if constexpr (skips)
          e[j] = select(place_ == V::all(static_cast<float>(i + j)), V::all(0.0), e[j]);
      });
      sums.add(e);
    }
    return sums.lanes();
  }

  template <bool narrow, class Value>
  void write(const Value& value) {
    bool doubts = false;
    for (std::size_t i = 0; i < n_; i += 4) {
      const std::size_t width = n_ - i < 4 ? n_ - i : 4;
      D y[4];
      Floats results[4];
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        y[j] = V::all(0.0);
        if (j >= width) return;
        if constexpr (keeps)
          y[j] = V::load(kept(i + j)) * value.k;
        else
          y[j] = value(logits(i + j));
      });
      doubts |= round_four<V, narrow, Value::negative>(y, results);
      V::store_columns(rows_.y + i, rows_.y_stride, width, results);
    }
    kernels::fill_nan<V>(rows_, invalid_);
    if (doubts) settle(value, window(narrow));
  }

  template <class Value>
  [[gnu::noinline]] void settle(const Value& value, Window w) {
    std::uint32_t doubts[short_classes];  // of each class, a bit for each row
    for (std::size_t i = 0; i < n_; ++i) {
      double y[16];
      V::store(y, value(logits(i)));
      doubts[i] = 0;
      for (std::size_t r = 0; r < count_; ++r)
        if (doubtful(y[r], w)) doubts[i] |= 1U << r;
    }
    bool invalid[16];
    double log_sum[16];
    store_invalid_rows(invalid);
    if constexpr (Value::negative) V::store(log_sum, value.l);
    for (std::size_t r = 0; r < count_; ++r) {
      if (invalid[r]) continue;
      float x[short_classes];
      SecondStep<V> step = second_step(r, x);
      // The gradient at the target is no probability: finish() stores it.
      const std::size_t skipped =
          task == task_gradient ? static_cast<std::size_t>(rows_.targets[r]) : n_;
      for (std::size_t i = 0; i < n_; ++i)
        if ((doubts[i] >> r & 1) != 0 && i != skipped)
          rows_.y[r * rows_.y_stride + i] =
              Value::negative ? 0 - step.distance(i, log_sum[r]) : step.probability(i);
    }
  }
  // `x` receives the logits of row r.
  SecondStep<V> second_step(std::size_t r, float (&x)[short_classes]) const {
    for (std::size_t i = 0; i < n_; ++i) x[i] = columns_.x[16 * i + r];
    float m[16];
    V::store(m, m_);
    return {x, n_, m[r], task == task_gradient ? rows_.scale : 1};
  }
  void store_invalid_rows(bool (&invalid)[16]) const {
    float is[16];
    V::store(is, select(invalid_, V::all(1.0F), V::all(0.0F)));
    for (std::size_t r = 0; r < 16; ++r) invalid[r] = is[r] != 0;
  }

  template <bool narrow>
  void finish() {
    if constexpr (task == task_softmax || task == task_log_softmax) return;
    float m[16];
    double q[16], log_sum[16], exponentials[16];
    bool invalid[16];
    V::store(m, m_);
    V::store(q, sums_.sum);
    V::store(log_sum, sums_.log_sum());
    store_invalid_rows(invalid);
    float targets[16] = {};
    if constexpr (has_targets<task>) {
      for (std::size_t r = 0; r < 16; ++r)
        targets[r] = columns_.x[16 * static_cast<std::size_t>(rows_.targets[r]) + r];
      V::store(exponentials, exponential_of<V, narrow>(V::widen(V::load(targets)), sums_.m));
    }
    for (std::size_t r = 0; r < count_; ++r) {
      if (invalid[r]) {
        store_invalid<V, task>(rows_, r, m[r], columns_.x + r, 16);
        continue;
      }
      float x[short_classes];
      store_one<V, task>(rows_,
                         {.r = r,
                          .m = m[r],
                          .q = q[r],
                          .log_sum = log_sum[r],
                          .target_logit = targets[r],
                          .target_exponential = has_targets<task> ? exponentials[r] : 0},
                         window(narrow), [&] { return second_step(r, x); });
    }
  }

  Floats logits(std::size_t i) const { return V::load(columns_.x + 16 * i); }
  double* kept(std::size_t i) const { return reinterpret_cast<double*>(columns_.terms) + 16 * i; }

  Work<V> rows_;
  Columns columns_;
  std::size_t count_, n_;
  Floats m_, place_;
  typename V::Mask invalid_;
  RowSums<V, skips> sums_;
};

template <class V, Task task>
void short_rows(const Work<V>& work) {
  constexpr std::size_t floats = 16 * short_classes;
  alignas(64) float x[floats], terms[2 * floats];
  const Columns columns{x, terms, floats};
  std::size_t first = 0;
  for (; first + 16 <= work.rows; first += 16) Rows16<V, task>(work.from(first), 16, columns).run();
  if (first == work.rows) return;
  Remainder<V> last(work, first);
  Rows16<V, task>(last.rows, work.rows - first, columns).run();
  last.copy_back(work, first);
}

}  // namespace maxtrick::kernels::correct
