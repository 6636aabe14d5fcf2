// Step 1 for rows of more than short_classes classes, one after the other; class i is in lane
// i mod 16.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/correct/first_step.hpp"
#include "kernels/correct/one_result.hpp"
#include "kernels/row_passes.hpp"

namespace maxtrick::kernels::correct {

// Blocks of classes with a doubtful result. If there are too many to list, all are looked at.
template <class V>
struct Doubts {
  static constexpr std::size_t room = 64;
  std::size_t count = 0, first[room];

  [[gnu::noinline]] void add(std::size_t i) {
    if (count < room) first[count] = i;
    ++count;
  }
};

// Rows of up to this many classes keep their exponentials for the results, in a core's second-level
// cache. For longer rows they are computed again.
inline constexpr std::size_t most_kept = 32768;

template <class V, Task task>
class LongRow {
 public:
  // `kept` has room for most_kept + 16 doubles.
  LongRow(const Work<V>& work, std::size_t r, double* kept)
      : work_(work), r_(r), n_(work.classes), kept_(kept) {
    x_ = work.x + r * work.x_stride;
    y_ = work.y != nullptr ? work.y + r * work.y_stride : nullptr;
    if (work.copy != nullptr) {
      std::memcpy(work.copy, x_, n_ * sizeof(float));
      x_ = work.copy;
    }
  }

  void run() {
    Scan<V, skips ? 4 : 2> scan(x_, n_);
    run_passes<row_block>(n_, scan);
    const Extremes found = scan.extremes();
    m_ = found.largest;
    if constexpr (skips) {
      float second = 0;
      scan.locate(m_, place_, second);
    }
    m_ - found.smallest < narrow_range ? run_as<true>() : run_as<false>();
  }

 private:
  using D = typename V::Doubles;
  using Floats = typename V::Floats;
  static constexpr bool writes =
      task == task_softmax || task == task_gradient || task == task_log_softmax;
  static constexpr bool keeps = keeps_exponentials<task>, skips = task != task_softmax;

  template <bool narrow>
  void run_as() {
    const bool kept = keeps && n_ <= most_kept;
    sums_.m = static_cast<double>(m_);
    if constexpr (keeps)
      sums_.sum = kept ? sum<narrow, true>() : sum<narrow, false>();
    else
      sums_.sum = sum<narrow, false>();
    if (!(sums_.sum == sums_.sum) || !(m_ - m_ == 0)) return invalid();
    if constexpr (keeps) {
      const float scale = task == task_gradient ? work_.scale : 1;
      const Probability<V, narrow> y{V::all(sums_.m), V::all(sums_.factor(scale))};
      kept ? write<narrow, true>(y) : write<narrow, false>(y);
    }
    if constexpr (task == task_log_softmax)
      write<narrow, false>(Distance<V, narrow>{V::all(sums_.m), V::all(sums_.log_sum())});
    finish(window(narrow));
  }

  // A row with NaN or +inf, or with nothing but -inf.
  void invalid() {
    if constexpr (writes) fill_nan(y_, n_);
    store_invalid<V, task>(work_, r_, m_, x_, 1);
  }

  // The sum of e^(x - m); without class place_ if the task skips it.
  template <bool narrow, bool keep>
  [[gnu::noinline]] double sum() {
    Sums<V> sums;
    const D m = V::all(static_cast<double>(m_));
    std::size_t i = 0;
    for (; i + row_block <= n_; i += row_block) {
      D e[4];
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        const std::size_t first = i + 16 * j;
        e[j] = exponential_of<V, narrow>(V::widen(V::load(x_ + first)), m);
        if constexpr (keep) V::store(kept_ + first, e[j]);
      });
      add(sums, e, i);
    }
    if (i < n_) {
      D e[4];
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        const std::size_t first = i + 16 * j, count = count_from(first, n_);
        e[j] = V::all(0.0);
        if (count == 0) return;
        e[j] = exponential_of<V, narrow>(V::widen(load_some<V>(x_ + first, count, m_)), m);
        if constexpr (keep) V::store(kept_ + first, e[j]);
        e[j] = select(V::first(count), e[j], V::all(0.0));
      });
      add(sums, e, i);
    }
    // A pass that begins at an aligned result loads up to 15 terms past the end.
    if constexpr (keep) V::store(kept_ + (n_ + 15) / 16 * 16, V::all(0.0));
    return V::sum(sums.lanes());
  }
  [[gnu::always_inline]] void add(Sums<V>& sums, D (&e)[4], std::size_t i) const {
    if (skips && place_ - i < row_block)
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        const std::size_t lane = place_ - i - 16 * j;
        if (lane < 16) e[j] = select(V::one(lane), V::all(0.0), e[j]);
      });
    sums.add(e);
  }

  template <bool narrow, bool keep, class Value>
  void write(const Value& value) {
    Doubts<V> doubts;
    std::size_t i = 0;
    if (work_.stream) {  // a streaming store needs an aligned address
      constexpr std::size_t aligned = V::stream_alignment / sizeof(float);
      const std::size_t past = reinterpret_cast<std::uintptr_t>(y_) / sizeof(float) % aligned;
      if (past != 0) i = write_some<narrow, keep>(value, 0, aligned - past, doubts);
    }
    for (; i + row_block <= n_; i += row_block) {
      Floats results[4];
      D y[4];
      four_times([&](std::size_t j)
                     __attribute__((always_inline)) { y[j] = of<keep>(value, i + 16 * j, 16); });
      if (round_four<V, narrow, Value::negative>(y, results)) doubts.add(i);
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        work_.stream ? V::stream(y_ + i + 16 * j, results[j])
                     : V::store(y_ + i + 16 * j, results[j]);
      });
    }
    if (i < n_) write_some<narrow, keep>(value, i, n_ - i, doubts);
    if (doubts.count > 0) settle(value, window(narrow), doubts);
  }

  // Writes `count` results from class i on, at most row_block.
  template <bool narrow, bool keep, class Value>
  std::size_t write_some(const Value& value, std::size_t i, std::size_t count, Doubts<V>& doubts) {
    Floats results[4];
    D y[4];
    for (std::size_t j = 0; j < 4; ++j) {
      const std::size_t some = count_from(16 * j, count);
      y[j] = some > 0 ? of<keep>(value, i + 16 * j, some) : V::all(0.0);
    }
    if (round_four<V, narrow, Value::negative>(y, results)) doubts.add(i);
    for (std::size_t j = 0; j < 4; ++j)
      if (const std::size_t some = count_from(16 * j, count); some > 0)
        V::store_first(y_ + i + 16 * j, some, results[j]);
    return i + count;
  }

  template <bool keep, class Value>
  [[gnu::always_inline]] D of(const Value& value, std::size_t i, std::size_t count) const {
    if constexpr (keep)
      return V::load(kept_ + i) * value.k;
    else
      return value(load_some<V>(x_ + i, count, m_));
  }

  template <class Value>
  [[gnu::noinline]] void settle(const Value& value, Window w, const Doubts<V>& doubts) {
    SecondStep<V> step = second_step();
    const double log_sum = Value::negative ? sums_.log_sum() : 0;
    const bool all = doubts.count > Doubts<V>::room;
    const std::size_t blocks = all ? (n_ + row_block - 1) / row_block : doubts.count;
    for (std::size_t b = 0; b < blocks; ++b)
      for (std::size_t j = 0; j < 4; ++j) {
        const std::size_t i = (all ? b * row_block : doubts.first[b]) + 16 * j;
        const std::size_t count = count_from(i, n_);
        if (count == 0) break;
        double y[16];
        V::store(y, value(load_some<V>(x_ + i, count, m_)));
        for (std::size_t l = 0; l < count; ++l)
          if (doubtful(y[l], w) && !is_target(i + l))
            y_[i + l] =
                Value::negative ? 0 - step.distance(i + l, log_sum) : step.probability(i + l);
      }
  }
  // The gradient at the target is no probability: finish() stores it.
  bool is_target(std::size_t i) const {
    return task == task_gradient && i == static_cast<std::size_t>(work_.targets[r_]);
  }
  SecondStep<V> second_step() const {
    return {x_, n_, m_, task == task_gradient ? work_.scale : 1};
  }

  void finish(Window w) {
    if constexpr (task == task_softmax || task == task_log_softmax) return;
    RowFacts row{.r = r_, .m = m_, .q = sums_.sum, .log_sum = sums_.log_sum()};
    if constexpr (has_targets<task>) row.target_logit = x_[work_.targets[r_]];
    if constexpr (task == task_gradient)
      row.target_exponential =
          exponential_of<Single<V>, false>(static_cast<double>(row.target_logit), sums_.m);
    store_one<V, task>(work_, row, w, [&] { return second_step(); });
  }

  Work<V> work_;
  std::size_t r_, n_, place_ = 0;
  const float* x_;
  float* y_;
  double* kept_;
  float m_ = 0;
  RowSums<Single<V>, skips> sums_;
};

template <class V, Task task>
void long_rows(const Work<V>& work) {
  alignas(64) double kept[keeps_exponentials<task> ? most_kept + 16 : 1];
  for (std::size_t r = 0; r < work.rows; ++r) LongRow<V, task>(work, r, kept).run();
  if (work.stream) V::fence();
}

}  // namespace maxtrick::kernels::correct
