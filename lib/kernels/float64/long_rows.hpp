// Rows of many classes in float64, one after the other. Class i is in lane i mod 16.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/float64/results.hpp"
#include "kernels/float64/scan.hpp"
#include "kernels/range.hpp"
#include "kernels/row_passes.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels::float64 {

// Rows of up to this many classes keep their exponentials for the results, in a core's second-level
// cache. For longer rows they are computed again.
inline constexpr std::size_t most_kept = 2048;

template <class V, Task task>
class LongRow {
 public:
  // `kept` has room for 2 * plane_stride doubles.
  LongRow(const StoredWork<double>& work, std::size_t r, double* kept)
      : work_(work),
        r_(r),
        n_(work.classes),
        x_(work.x + r * work.x_stride),
        y_(work.y != nullptr ? work.y + r * work.y_stride : nullptr),
        kept_(kept) {}
  // Doubles between the two parts t and p of a kept term.
  static constexpr std::size_t plane_stride = most_kept + 32;

  void run() {
    tops_ = scan_row<V, skips>(x_, n_);
    if constexpr (has_target) target_ = static_cast<std::size_t>(work_.targets[r_]);
    tops_.is_plain() ? run_as<false>() : run_as<true>();
  }

 private:
  using D = typename V::Doubles;
  using S = Single<V>;
  static constexpr bool skips = skips_top<task>, keeps = has_probabilities<task>,
                        has_target = task == task_loss || task == task_gradient;

  template <bool Clamped>
  void run_as() {
    const Origins<S> o = skips ? Origins<S>(tops_.m, tops_.second) : Origins<S>(tops_.m);
    const Exponentials<V, Clamped> e(V::all(o.a), V::all(o.c), V::all(o.least));
    bool kept = false;
    if constexpr (keeps) kept = n_ <= most_kept;
    const Wide<S> sum = kept ? this->sum<Clamped, true>(e) : this->sum<Clamped, false>(e);
    if constexpr (task == task_softmax) {
      if (!(sum.high == sum.high)) return fill_nan(y_, n_);
      write_probabilities(e, factor<S>(sum, Clamped), kept);
    } else {
      with_log_sum(e, LogSum<S>(tops_.m, tops_.second, sum), kept);
    }
  }

  template <bool Clamped>
  [[gnu::always_inline]] void with_log_sum(const Exponentials<V, Clamped>& e, const LogSum<S>& s,
                                           bool kept) {
    [[maybe_unused]] const bool valid = s.l.high == s.l.high;
    if constexpr (task == task_log_sum_exp) {
      work_.losses[r_] = s.log_sum_exp();
      work_.above[r_] = s.if_valid(s.at_top);
    }
    if constexpr (has_target) work_.losses[r_] = loss_of<S>(s, x_[target_]);
    if constexpr (task == task_log_softmax) {
      if (!valid) return fill_nan(y_, n_);
      const auto log_p = LogProbability<S>(s).template in_all_lanes<V>();
      write([&](std::size_t i, std::size_t count)
                __attribute__((always_inline)) { return log_p(load(i, count)); });
    }
    if constexpr (task == task_gradient) {
      if (!valid) return fill_nan(y_, n_);
      const GradientParts<S> parts(s, x_[target_], work_.scale, Clamped);
      write_probabilities(e, parts.k, kept);
      y_[tops_.place] = parts.at_top;
      y_[target_] = target_ == tops_.place ? parts.at_target_if_top : parts.at_other_target;
    }
  }

  [[gnu::always_inline]] D load(std::size_t i, std::size_t count) const {
    return count == 16 ? V::load(x_ + i) : V::load_first(x_ + i, count, V::all(tops_.m));
  }

  // The sum of the exponentials; without class tops_.place if the task skips it.
  template <bool Clamped, bool keep>
  [[gnu::noinline]] Wide<S> sum(const Exponentials<V, Clamped> e) {
    Sum<V> sums;
    std::size_t i = 0;
    for (; i + row_block <= n_; i += row_block) {
      D w[4];
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        w[j] = sums.carry(prepared<keep>(e(V::load(x_ + i + 16 * j)), i, 16 * j));
      });
      sums.add(w);
    }
    if (i < n_) {
      D w[4];
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        const std::size_t first = i + 16 * j, count = count_from(first, n_);
        w[j] = V::all(0.0);
        if (count == 0) return;
        Pair<V> term = e(load(first, count));
        term.t = select(V::first(count), term.t, V::all(0.0));
        w[j] = sums.carry(prepared<keep>(term, i, 16 * j));
      });
      sums.add(w);
    }
    // A pass that begins at an aligned result loads up to 15 terms past the end.
    if constexpr (keep) this->keep((n_ + 15) / 16 * 16, {V::all(0.0), V::all(0.0)});
    return sum_of_lanes<V>(sums.lanes());
  }
  [[gnu::always_inline]] void keep(std::size_t i, const Pair<V>& term) {
    V::store(kept_ + i, term.t);
    V::store(kept_ + plane_stride + i, term.p);
  }
  // The terms of the classes from block + j on: without tops_.place, whose term overflows if the second
  // largest logit is far below, and kept for the results if `keep` is set.
  template <bool keep>
  [[gnu::always_inline]] Pair<V> prepared(Pair<V> term, std::size_t block, std::size_t j) {
    if (skips && tops_.place - block < row_block) {
      const std::size_t lane = tops_.place - block - j;
      if (lane < 16) term.t = select(V::one(lane), V::all(0.0), term.t);
    }
    if constexpr (keep) this->keep(block + j, term);
    return term;
  }

  template <bool Clamped>
  [[gnu::always_inline]] void write_probabilities(const Exponentials<V, Clamped>& e,
                                                  const Wide<S>& factor, bool kept) {
    const Wide<V> k{V::all(factor.high), V::all(factor.low)};
    if (kept)
      write([&](std::size_t i, std::size_t) __attribute__((always_inline)) {
        return times<V, Clamped>({V::load(kept_ + i), V::load(kept_ + plane_stride + i)}, k);
      });
    else
      write([&](std::size_t i, std::size_t count) __attribute__((always_inline)) {
        // No logit above the origin of the exponentials: its term would overflow.
        D x = load(i, count);
        if constexpr (skips) x = smaller(x, V::all(tops_.second));
        return times<V, Clamped>(e(x), k);
      });
  }

  // Writes result(i, count), which returns the results of `count` classes from i on.
  template <class Result>
  [[gnu::noinline]] void write(const Result result) {
    std::size_t i = 0;
    if (work_.stream) {  // a streaming store needs an aligned address
      constexpr std::size_t aligned = (V::stream_alignment + 7) / sizeof(double);
      const std::size_t past = reinterpret_cast<std::uintptr_t>(y_) / sizeof(double) % aligned;
      if (past != 0) {
        i = aligned - past;
        V::store_first(y_, i, result(0, i));
      }
      for (; i + row_block <= n_; i += row_block)
        four_times([&](std::size_t j) __attribute__((always_inline)) {
          V::stream(y_ + i + 16 * j, result(i + 16 * j, 16));
        });
    }
    for (; i + row_block <= n_; i += row_block)
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        V::store(y_ + i + 16 * j, result(i + 16 * j, 16));
      });
    for (; i < n_; i += 16) {
      const std::size_t count = count_from(i, n_);
      V::store_first(y_ + i, count, result(i, count));
    }
  }

  StoredWork<double> work_;
  std::size_t r_, n_, target_ = 0;
  const double* x_;
  double* y_;
  double* kept_;
  RowTops tops_;
};

template <class V, Task task>
void long_rows(const StoredWork<double>& work) {
  alignas(64) double kept[has_probabilities<task> ? 2 * LongRow<V, task>::plane_stride : 1];
  for (std::size_t r = 0; r < work.rows; ++r) LongRow<V, task>(work, r, kept).run();
  if (work.stream) V::fence();
}

}  // namespace maxtrick::kernels::float64
