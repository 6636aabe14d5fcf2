// The tasks for rows of many classes. Rows are processed in batches: what a batch needs between its
// passes, such as the logarithms of its sums, is computed for all of its rows at once. A batch has
// the members
//   keeps             whether terms can be kept between the sums and the results,
//   writes            whether the task has a result for each class,
//   scanned(b, scan)  receives what the scan has found in row b,
//   all_scanned()     prepares the rows for the sums,
//   skipped(b)        the class that is not summed; n if all are,
//   all_summed()      uses the sums; if K of a row is then NaN, all results of the row are NaN,
//   written(b)        stores those results of row b that the pass over it has not written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/log_sum.hpp"
#include "kernels/row_passes.hpp"

namespace maxtrick::kernels {

// The largest number of classes for which two rows stay in a core's second-level cache. Longer rows
// are not prefetched.
inline constexpr std::size_t prefetched_classes = 65536;
inline constexpr std::size_t page = 1024;  // floats in 4 KiB

static inline std::size_t rows_at_once(std::size_t n, std::size_t room) {
  const std::size_t rows = room / n;
  return rows < 1 ? 1 : rows < 16 ? rows : 16;
}

// Some rows of a work, what is known about each, and the place of their kept terms.
template <class V, class A>
struct Batch {
  using Vector = V;
  using Storage = typename V::Storage;

  const Work<V>& work;
  std::size_t n, at_once, first = 0, rows = 0;
  std::size_t span;          // floats between the kept terms of two successive rows
  std::size_t plane_stride;  // floats between the two parts t and p of a kept term
  float* place;              // of the kept terms

  bool plain[16] = {};
  float m[16] = {}, least[16] = {};
  float a[16] = {}, c[16] = {};  // the arguments of Exponentials
  double sums[16] = {};
  double k[16] = {};  // K; NaN for a row whose results are NaN

  Batch(const Work<V>& all, std::size_t room)
      : work(all), n(all.classes), at_once(rows_at_once(n, room)) {
    span = (n + 31) / 16 * 16;
    plane_stride = (at_once * span + page - 1) / page * page;
    // A load waits for an earlier store to an address with the same last twelve bits (4 KiB
    // aliasing). The place of the kept terms is chosen such that neither the loads of x wait for
    // the stores of terms, nor the loads of terms for the stores of y.
    const auto at = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p) / 4 % page; };
    const std::size_t ahead = (at(work.y) - at(work.x)) % page;
    const std::size_t shift = ahead > 0 && ahead < page / 2 ? page / 2 : 0;
    place = work.scratch + (at(work.x) + shift - at(work.scratch)) % page / 16 * 16;
  }
  // Moves the batch to the rows from `from` on, if there are any.
  void begin(std::size_t from) {
    first = from;
    rows = from >= work.rows ? 0 : work.rows - from < at_once ? work.rows - from : at_once;
  }

  const Storage* x(std::size_t b) const { return work.x + (first + b) * work.x_stride; }
  Storage* y(std::size_t b) const { return work.y + (first + b) * work.y_stride; }
  bool valid(std::size_t b) const { return k[b] == k[b]; }

  template <bool Clamped>
  [[gnu::always_inline]] Exponentials<V, Clamped> exponentials(std::size_t b) const {
    return {V::all(a[b]), V::all(c[b])};
  }
  // Where the terms of row b are kept.
  template <Terms terms_are>
  [[gnu::always_inline]] float* kept(std::size_t b) const {
    if constexpr (terms_are == Terms::part && std::is_same_v<Storage, float>)
      if (n > partly_kept_classes) return y(b);
    return place + b * span;
  }
  template <bool Clamped, Terms terms_are, bool prefetches>
  [[gnu::always_inline]] Summation<V, A, Clamped, terms_are, prefetches> summation(
      std::size_t b, std::size_t skipped) const {
    float* const at = kept<terms_are>(b);
    // Results that bypass the caches must not be prefetched into them.
    Storage* const result = work.stream || work.y == nullptr ? nullptr : y(b);
    const bool more = n <= prefetched_classes && first + b + at_once < work.rows;
    return {exponentials<Clamped>(b),
            {x(b), n, skipped, at, plane_stride, more ? x(b + at_once) : x(b), result}};
  }
  // The pass that writes the results e K of row b.
  template <bool Clamped, Terms terms_are>
  [[gnu::always_inline]] auto writing(std::size_t b) const {
    const Scaled<V, A, Clamped, terms_are> result(exponentials<Clamped>(b), k[b], x(b),
                                                  kept<terms_are>(b), plane_stride);
    return Writing<V, decltype(result)>(y(b), n, work.stream, result);
  }
};

template <class V, class A>
struct Softmax : Batch<V, A> {
  using RowScan = Scan<V, 2>;
  static constexpr bool keeps = true, writes = true;
  static constexpr int registers = 8;

  explicit Softmax(const Work<V>& all) : Batch<V, A>(all, 1024) {}

  void scanned(std::size_t b, const RowScan& scan) {
    const auto [largest, smallest] = scan.extremes();
    this->m[b] = largest;
    this->c[b] = origin_of(largest);
    this->a[b] = largest - this->c[b];
    this->plain[b] = largest - smallest < plain_range && this->c[b] == 0;
  }
  void all_scanned() {}
  std::size_t skipped(std::size_t) const { return this->n; }
  void all_summed() {
    for (std::size_t b = 0; b < this->rows; ++b)
      this->k[b] = this->sums[b] > 0 ? 1 / this->sums[b] : __builtin_nan("");
  }
  void written(std::size_t) {}
};

// Base of the batches that need log-sum-exp.
template <class V, class A>
struct LogBatch : Batch<V, A> {
  using Floats = typename V::Floats;
  using RowScan = Scan<V, 4>;
  static constexpr bool keeps = false, writes = false;
  static constexpr int registers = 32;

  // A row is plain if its logits are less than `range` below the second largest one, or with
  // `from_top` below the largest one, m; |m| is at most 256; and the second largest one is at most
  // negligible_gap below m.
  float range = log_range;
  bool from_top = false;
  float second[16] = {};
  std::size_t place_of_m[16] = {};

  explicit LogBatch(const Work<V>& all, std::size_t room = 4096) : Batch<V, A>(all, room) {}

  void scanned(std::size_t b, const RowScan& scan) {
    const auto [largest, smallest] = scan.extremes();
    this->m[b] = largest;
    this->least[b] = smallest;
    scan.locate(largest, place_of_m[b], second[b]);
  }
  void all_scanned() {
    const Tops<V> top = tops();
    V::store(this->a, top.origin());
    V::store(this->c, top.c);
    for (std::size_t b = 0; b < this->rows; ++b)
      this->plain[b] = (from_top ? this->m[b] : second[b]) - this->least[b] < range &&
                       this->c[b] == 0 && this->m[b] - second[b] <= negligible_gap;
  }
  std::size_t skipped(std::size_t b) const { return place_of_m[b]; }

  Tops<V> tops() const { return Tops<V>(V::load(this->m), V::load(second)); }
  LogSum<V> log_sum(const Tops<V>& of) const { return LogSum<V>(of, V::load(this->sums)); }

  std::size_t target(std::size_t b) const {
    return static_cast<std::size_t>(this->work.targets[this->first + b]);
  }
  Floats target_logits() const {
    float at[16] = {};
    for (std::size_t b = 0; b < this->rows; ++b) at[b] = static_cast<float>(this->x(b)[target(b)]);
    return V::load(at);
  }
};

// The array k holds L.
template <class V, class A>
struct LogSoftmax : LogBatch<V, A> {
  static constexpr bool writes = true;
  using LogBatch<V, A>::LogBatch;

  void all_summed() {
    V::store(this->k, this->log_sum(this->tops()).l);
    // A plain pass leaves the largest logit to written(), which stores one result only. If several
    // classes share the largest logit, the row is therefore not plain.
    for (std::size_t b = 0; b < this->rows; ++b)
      this->plain[b] = this->plain[b] && this->m[b] != this->second[b];
  }
  template <bool Clamped, Terms>
  [[gnu::always_inline]] auto writing(std::size_t b) const {
    const LogProbabilities<V, A::accurate, !Clamped> result(log_p(b), this->x(b));
    return Writing<V, decltype(result)>(this->y(b), this->n, this->work.stream, result);
  }
  void written(std::size_t b) {
    this->y(b)[this->place_of_m[b]] = static_cast<typename V::Storage>(V::lane_0(log_p(b).at_m));
  }

 private:
  [[gnu::always_inline]] LogProbability<V, A::accurate> log_p(std::size_t b) const {
    return {V::all(this->m[b]), V::all(this->k[b])};
  }
};

template <class V, class A>
struct LogSums : LogBatch<V, A> {
  using LogBatch<V, A>::LogBatch;

  void all_summed() {
    V::store(this->k, this->log_sum(this->tops()).l);
    for (std::size_t b = 0; b < this->rows; ++b) {
      // Adding +0 turns -0 into +0. Otherwise max(-0, +0) would depend on the order of its
      // operands.
      this->work.losses[this->first + b] = static_cast<typename V::Storage>(this->m[b] + 0.0F);
      this->work.above[this->first + b] = this->k[b];
    }
  }
};

template <class V, class A>
struct Losses : LogBatch<V, A> {
  using LogBatch<V, A>::LogBatch;

  void all_summed() {
    const Tops<V> tops = this->tops();
    V::store_first(this->work.losses + this->first, this->rows,
                   losses_of<V, A>(tops, this->log_sum(tops), this->target_logits()));
  }
};

template <class V, class A>
struct Gradients : LogBatch<V, A> {
  static constexpr bool keeps = true, writes = true;

  float at_top[16] = {}, at_target[16] = {};

  explicit Gradients(const Work<V>& all) : LogBatch<V, A>(all, 1024) {
    this->range = plain_range;
    this->from_top = true;
  }
  void all_summed() {
    float hit[16] = {};
    for (std::size_t b = 0; b < this->rows; ++b)
      hit[b] = this->target(b) == this->place_of_m[b] ? 1 : 0;
    const Tops<V> tops = this->tops();
    const LogSum<V> s = this->log_sum(tops);
    const auto x = this->target_logits();
    const GradientParts<V> parts(tops, s, x, V::load(hit) == V::all(1.0F), this->work.scale);
    V::store_first(this->work.losses + this->first, this->rows, losses_of<V, A>(tops, s, x));
    V::store(this->k, where_less(V::all(-1.0), s.l, parts.k, V::all(__builtin_nan(""))));
    V::store(at_top, parts.at_top);
    V::store(at_target, parts.at_target);
  }
  void written(std::size_t b) {
    auto* const y = this->y(b);
    y[this->place_of_m[b]] = static_cast<typename V::Storage>(at_top[b]);
    y[this->target(b)] = static_cast<typename V::Storage>(at_target[b]);
  }
};

}  // namespace maxtrick::kernels
