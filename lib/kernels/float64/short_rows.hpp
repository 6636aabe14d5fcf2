// Rows of few classes in float64, in groups of sixteen. Each lane has one row; the classes follow one
// after the other.
#pragma once

#include <cstddef>

#include "kernels/float64/results.hpp"
#include "kernels/float64/scan.hpp"
#include "kernels/range.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels::float64 {

template <class V, Task task>
class Group {
 public:
  // The rows of `work`, at most 16. If they are fewer, the other lanes repeat the first row. Both
  // buffers have room for 16 numbers of each class.
  Group(const StoredWork<double>& work, double* columns, double* rests)
      : work_(work),
        rows_(work.rows < 16 ? work.rows : 16),
        n_(work.classes),
        columns_(columns),
        rests_(rests) {}

  void run() {
    load();
    scan();
    V::sum(tops_.not_plain()) == 0 ? run_as<false>() : run_as<true>();
  }

 private:
  using D = typename V::Doubles;
  using Floats = typename V::Floats;
  static constexpr bool skips = skips_top<task>, keeps = has_probabilities<task>,
                        has_target = task == task_loss || task == task_gradient;

  [[gnu::always_inline]] std::size_t row_of(std::size_t lane) const {
    return lane < rows_ ? lane : 0;
  }

  void load() {
    if (rows_ == 16)
      each_four([&](std::size_t i, std::size_t width) __attribute__((always_inline)) {
        D four[4];
        V::load_columns(work_.x + i, work_.x_stride, width, four);
        for (std::size_t j = 0; j < width; ++j) V::store(columns_ + 16 * (i + j), four[j]);
      });
    for (std::size_t lane = 0; lane < 16; ++lane) {
      const double* const x = work_.x + row_of(lane) * work_.x_stride;
      if (rows_ < 16)
        for (std::size_t i = 0; i < n_; ++i) columns_[16 * i + lane] = x[i];
      if constexpr (has_target) {
        targets_[lane] = static_cast<std::size_t>(work_.targets[row_of(lane)]);
        target_logits_[lane] = x[targets_[lane]];
      }
    }
  }
  // Calls f(i, width) for the classes from i on, four at a time, and once for those that remain.
  template <class F>
  [[gnu::always_inline]] void each_four(F f) const {
    std::size_t i = 0;
    for (; i + 4 <= n_; i += 4) f(i, std::size_t{4});
    if (i < n_) f(i, n_ - i);
  }
  void scan() {
    Tops<V, skips> tops;
    for (std::size_t i = 0; i < n_; ++i) {
      const D x = V::load(columns_ + 16 * i);
      tops.see(x, x, i);
    }
    tops_ = tops;
  }

  template <bool Clamped>
  void run_as() {
    const Wide<V> sum = this->sum<Clamped>();
    if constexpr (task == task_softmax) {
      write_probabilities<Clamped>(factor<V>(sum, Clamped));
      store(sum.high);
    } else {
      with_log_sum<Clamped>(of_group<V, LogSum<V>>(tops_.m, tops_.second, sum));
    }
  }

  template <bool Clamped>
  [[gnu::always_inline]] void with_log_sum(const LogSum<V>& s) {
    if constexpr (task == task_log_sum_exp) {
      V::store_first(work_.losses, rows_, s.log_sum_exp());
      V::store_first(work_.above, rows_, s.if_valid(s.at_top));
    }
    if constexpr (has_target)
      V::store_first(work_.losses, rows_, loss_of<V>(s, V::load(target_logits_)));
    if constexpr (task == task_log_softmax) {
      const LogProbability<V> log_p(s);
      for (std::size_t i = 0; i < n_; ++i)
        V::store(columns_ + 16 * i, log_p(V::load(columns_ + 16 * i)));
      store(s.l.high);
    }
    if constexpr (task == task_gradient) {
      const auto parts =
          of_group<V, GradientParts<V>>(s, V::load(target_logits_), work_.scale, Clamped);
      write_probabilities<Clamped>(parts.k);
      alignas(64) double at_top[16], if_top[16], other[16], place[16];
      V::store(at_top, parts.at_top);
      V::store(if_top, parts.at_target_if_top);
      V::store(other, parts.at_other_target);
      V::store(place, tops_.place);
      for (std::size_t lane = 0; lane < 16; ++lane) {
        const auto top = static_cast<std::size_t>(place[lane]), target = targets_[lane];
        columns_[16 * top + lane] = at_top[lane];
        columns_[16 * target + lane] = top == target ? if_top[lane] : other[lane];
      }
      store(s.l.high);
    }
  }

  // The sum of the exponentials; without the largest one if the task skips it. The two parts of the
  // terms are kept in columns_ and rests_.
  template <bool Clamped>
  [[gnu::noinline]] Wide<V> sum() {
    const Origins<V> o = [&] {
      if constexpr (skips)
        return Origins<V>(tops_.m, tops_.second);
      else
        return Origins<V>(tops_.m);
    }();
    const Exponentials<V, Clamped> e(o.a, o.c, o.least);
    const Floats place = V::narrow(tops_.place);
    Sum<V> sums;
    for (std::size_t i = 0; i < n_; i += 4) {
      D w[4];
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        w[j] = V::all(0.0);
        if (i + j >= n_) return;
        double* const column = columns_ + 16 * (i + j);
        Pair<V> term = e(V::load(column));
        // The term of the largest logit overflows if the second largest is far below.
        if constexpr (skips)
          term.t = select(place == V::all(static_cast<float>(i + j)), V::all(0.0), term.t);
        if constexpr (keeps) {
          V::store(column, term.t);
          V::store(rests_ + 16 * (i + j), term.p);
        }
        w[j] = sums.carry(term);
      });
      sums.add(w);
    }
    return sums.lanes();
  }

  template <bool Clamped>
  [[gnu::noinline]] void write_probabilities(const Wide<V> k) {
    for (std::size_t i = 0; i < n_; ++i) {
      double* const column = columns_ + 16 * i;
      V::store(column, times<V, Clamped>({V::load(column), V::load(rests_ + 16 * i)}, k));
    }
  }

  // Stores the columns as results. A row whose `valid` is NaN gets NaN.
  void store(D valid) {
    alignas(64) double of_row[16];
    V::store(of_row, valid);
    if (rows_ == 16) {
      each_four([&](std::size_t i, std::size_t width) __attribute__((always_inline)) {
        D four[4];
        for (std::size_t j = 0; j < 4; ++j)
          four[j] = V::load(columns_ + 16 * (j < width ? i + j : i));
        V::store_columns(work_.y + i, work_.y_stride, width, four);
      });
      for (std::size_t lane = 0; lane < 16; ++lane)
        if (!(of_row[lane] == of_row[lane])) fill_nan(work_.y + lane * work_.y_stride, n_);
      return;
    }
    for (std::size_t lane = 0; lane < rows_; ++lane) {
      double* const y = work_.y + lane * work_.y_stride;
      if (of_row[lane] == of_row[lane])
        for (std::size_t i = 0; i < n_; ++i) y[i] = columns_[16 * i + lane];
      else
        fill_nan(y, n_);
    }
  }

  StoredWork<double> work_;
  std::size_t rows_, n_;
  double *columns_, *rests_;
  Tops<V, skips> tops_;
  std::size_t targets_[16];
  alignas(64) double target_logits_[16];
};

template <class V, Task task>
void short_rows(const StoredWork<double>& work) {
  alignas(64) double columns[16 * short_classes],
      rests[has_probabilities<task> ? 16 * short_classes : 1];
  for (std::size_t first = 0; first < work.rows; first += 16)
    Group<V, task>(work.from(first), columns, rests).run();
}

}  // namespace maxtrick::kernels::float64
