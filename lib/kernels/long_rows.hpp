// Rows of many classes, in batches: what a batch needs between its passes, such as the logarithms
// of its sums, is found for all of its rows at once. Where there are registers enough, a row is
// summed, one of the next batch is scanned and one of the batch before is written in one loop.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/log_sum.hpp"
#include "kernels/row_passes.hpp"

namespace maxtrick::kernels {

// Three rows of more classes and a result would not stay in a core's second cache: each is then
// finished before the next one.
inline constexpr std::size_t interleaved_classes = 32768;
// Two rows, or a row and its results, that stay in a core's second cache.
inline constexpr std::size_t prefetched_classes = 65536, in_results_classes = 65536;
inline constexpr std::size_t page = 1024;  // floats in 4 KiB

static inline std::size_t rows_at_once(std::size_t n, std::size_t room) {
  const std::size_t rows = room / n;
  return rows < 1 ? 1 : rows < 16 ? rows : 16;
}

// Some rows of a work, what is known of them, and where their terms are kept.
template <class V, class A>
struct Batch {
  const Work& work;
  std::size_t n, at_once, first = 0, rows = 0;
  std::size_t further;      // so many rows on is what is read soon
  std::size_t span, apart;  // from a row's terms to the next's; from their first part to the second
  float* place;             // of the kept terms

  bool plain[16] = {};
  float m[16] = {}, least[16] = {};
  float a[16] = {}, c[16] = {};  // of the exponentials
  double sums[16] = {};
  double k[16] = {};  // K; NaN for a row of NaN

  Batch(const Work& all, std::size_t room)
      : work(all), n(all.classes), at_once(rows_at_once(n, room)), further(at_once) {
    span = (n + 31) / 16 * 16;
    apart = (at_once * span + page - 1) / page * page;
    // A load waits for an earlier store whose address has the same last twelve bits, so the kept
    // terms lie such that neither the loads of x overtake the stores of terms nor the loads of
    // terms those of y.
    const auto at = [](const float* p) { return reinterpret_cast<std::uintptr_t>(p) / 4 % page; };
    const std::size_t ahead = (at(work.y) - at(work.x)) % page;
    const std::size_t shift = ahead > 0 && ahead < page / 2 ? page / 2 : 0;
    place = work.scratch + (at(work.x) + shift - at(work.scratch)) % page / 16 * 16;
  }
  // The rows from `from` on, if there are any.
  void begin(std::size_t from) {
    first = from;
    rows = from >= work.rows ? 0 : work.rows - from < at_once ? work.rows - from : at_once;
  }

  const float* x(std::size_t b) const { return work.x + (first + b) * work.x_stride; }
  float* y(std::size_t b) const { return work.y + (first + b) * work.y_stride; }
  bool valid(std::size_t b) const { return k[b] == k[b]; }

  template <bool Clamped>
  [[gnu::always_inline]] Exponentials<V, Clamped> exponentials(std::size_t b) const {
    return {V::all(a[b]), V::all(c[b])};
  }
  template <bool Clamped, Terms terms_are>
  [[gnu::always_inline]] Summation<V, A, Clamped, terms_are> summation(std::size_t b,
                                                                       std::size_t skipped) const {
    float* const kept = place + b * span;
    // What goes past the caches must not be brought there.
    float* const result = terms_are == Terms::anew || work.stream ? kept : y(b);
    const bool more = n <= prefetched_classes && first + b + further < work.rows;
    return {exponentials<Clamped>(b),
            {x(b), n, skipped, kept, apart, more ? x(b + further) : x(b), result}};
  }
  // Of results e K.
  template <bool Clamped, Terms terms_are>
  [[gnu::always_inline]] auto writing(std::size_t b) const {
    const float* const from = terms_are == Terms::in_results ? y(b) : place + b * span;
    const Scaled<V, A, Clamped, terms_are> result(exponentials<Clamped>(b), k[b], x(b), from,
                                                  apart);
    return Writing<V, decltype(result)>(y(b), n, work.stream, result);
  }
};

template <class V, class A>
struct Softmax : Batch<V, A> {
  using RowScan = Scan<V, 2>;
  static constexpr bool keeps = true, writes = true;
  static constexpr int registers = 8;

  explicit Softmax(const Work& all) : Batch<V, A>(all, 1024) {}

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

// Rows whose log-sum-exp is asked for.
template <class V, class A>
struct LogBatch : Batch<V, A> {
  using Floats = typename V::Floats;
  using RowScan = Scan<V, 4>;
  static constexpr bool keeps = false, writes = false;
  static constexpr int registers = 32;

  // A row is plain where no logit is more than this below the origin of the exponentials, or, for
  // `from_top`, below the largest.
  float range = log_range;
  bool from_top = false;
  float second[16] = {};
  std::size_t place_of_m[16] = {};

  explicit LogBatch(const Work& all, std::size_t room = 4096) : Batch<V, A>(all, room) {}

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
                       this->c[b] == 0 && this->m[b] - second[b] <= nothing;
  }
  std::size_t skipped(std::size_t b) const { return place_of_m[b]; }

  Tops<V> tops() const { return Tops<V>(V::load(this->m), V::load(second)); }
  LogSum<V> log_sum(const Tops<V>& of) const { return LogSum<V>(of, V::load(this->sums)); }

  std::size_t target(std::size_t b) const {
    return static_cast<std::size_t>(this->work.targets[this->first + b]);
  }
  Floats target_logits() const {
    float at[16] = {};
    for (std::size_t b = 0; b < this->rows; ++b) at[b] = this->x(b)[target(b)];
    return V::load(at);
  }
};

// K is L.
template <class V, class A>
struct LogSoftmax : LogBatch<V, A> {
  static constexpr bool writes = true;
  using LogBatch<V, A>::LogBatch;

  void all_summed() {
    V::store(this->k, this->log_sum(this->tops()).l);
    // Where several are the largest, each is to have its result.
    for (std::size_t b = 0; b < this->rows; ++b)
      this->plain[b] = this->plain[b] && this->m[b] != this->second[b];
  }
  template <bool Clamped, Terms>
  [[gnu::always_inline]] auto writing(std::size_t b) const {
    const LogProbabilities<V, A::accurate, !Clamped> result(log_p(b), this->x(b));
    return Writing<V, decltype(result)>(this->y(b), this->n, this->work.stream, result);
  }
  void written(std::size_t b) { this->y(b)[this->place_of_m[b]] = V::lane_0(log_p(b).at_m); }

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
      this->work.losses[this->first + b] = this->m[b] + 0.0F;  // no -0: which zero is the largest?
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

  explicit Gradients(const Work& all) : LogBatch<V, A>(all, 1024) {
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
    this->y(b)[this->place_of_m[b]] = at_top[b];
    this->y(b)[this->target(b)] = at_target[b];
  }
};

// One pass by itself.
template <class Batch>
void scan_row(Batch& batch, std::size_t b) {
  typename Batch::RowScan scan(batch.x(b), batch.n);
  run_passes<row_block>(batch.n, scan);
  batch.scanned(b, scan);
}
template <bool Clamped, Terms terms_are, class Batch>
void sum_row_as(Batch& batch, std::size_t b) {
  auto sum = batch.template summation<Clamped, terms_are>(b, batch.skipped(b));
  run_passes<row_block>(batch.n, sum);
  batch.sums[b] = sum.sum();
}
template <Terms terms_are, class Batch>
void sum_row(Batch& batch, std::size_t b) {
  batch.plain[b] ? sum_row_as<false, terms_are>(batch, b) : sum_row_as<true, terms_are>(batch, b);
}
template <bool Clamped, Terms terms_are, class Batch>
void write_row_as(Batch& batch, std::size_t b) {
  auto writing = batch.template writing<Clamped, terms_are>(b);
  run_passes<row_block>(batch.n, writing);
}
template <Terms terms_are, class Batch>
void write_row(Batch& batch, std::size_t b) {
  if (!batch.valid(b)) return fill_nan(batch.y(b), batch.n);
  batch.plain[b] ? write_row_as<false, terms_are>(batch, b)
                 : write_row_as<true, terms_are>(batch, b);
  batch.written(b);
}

// All passes in one loop. The terms of a row are written before they make room for those of the
// next.
template <bool Clamped, Terms terms_are, class Batch>
void interleave_as(Batch& before, Batch& now, Batch& next, std::size_t b) {
  typename Batch::RowScan scan(next.x(b), next.n);
  auto sum = now.template summation<Clamped, terms_are>(b, now.skipped(b));
  if constexpr (Batch::writes) {
    auto writing = before.template writing<Clamped, terms_are>(b);
    run_passes<row_block>(now.n, writing, scan, sum);
    before.written(b);
  } else {
    run_passes<row_block>(now.n, scan, sum);
  }
  next.scanned(b, scan);
  now.sums[b] = sum.sum();
}

template <Terms terms_are, class Batch>
void interleave(Batch& before, Batch& now, Batch& next, std::size_t b) {
  const bool writes = Batch::writes && b < before.rows;
  if (b < now.rows && b < next.rows && (!Batch::writes || (writes && before.valid(b)))) {
    if (now.plain[b] && (!writes || before.plain[b]))
      interleave_as<false, terms_are>(before, now, next, b);
    else
      interleave_as<true, terms_are>(before, now, next, b);
    return;
  }
  if constexpr (Batch::writes)
    if (writes) write_row<terms_are>(before, b);
  if (b < next.rows) scan_row(next, b);
  if (b < now.rows) sum_row<terms_are>(now, b);
}

template <Terms terms_are, class Batch>
void interleave_batches(const Work& work) {
  Batch batches[3] = {Batch(work), Batch(work), Batch(work)};
  for (Batch& batch : batches) batch.further = 2 * batch.at_once;
  Batch *before = &batches[0], *now = &batches[1], *next = &batches[2];
  for (std::size_t first = 0; first < work.rows + 2 * next->at_once; first += next->at_once) {
    next->begin(first);
    for (std::size_t b = 0; b < next->at_once; ++b) interleave<terms_are>(*before, *now, *next, b);
    if (next->rows > 0) next->all_scanned();
    if (now->rows > 0) now->all_summed();
    Batch* const done = before;
    before = now;
    now = next;
    next = done;
  }
}

template <Terms terms_are, class Batch>
void finish_each_batch(const Work& work) {
  Batch batch(work);
  for (std::size_t first = 0; first < work.rows; first += batch.at_once) {
    batch.begin(first);
    for (std::size_t b = 0; b < batch.rows; ++b) scan_row(batch, b);
    batch.all_scanned();
    for (std::size_t b = 0; b < batch.rows; ++b) sum_row<terms_are>(batch, b);
    batch.all_summed();
    if constexpr (Batch::writes)
      for (std::size_t b = 0; b < batch.rows; ++b) write_row<terms_are>(batch, b);
  }
}

template <class V, Terms terms_are, class Batch>
void each_batch(const Work& work, bool interleaved) {
  if constexpr (V::registers >= Batch::registers)
    if (interleaved) return interleave_batches<terms_are, Batch>(work);
  finish_each_batch<terms_are, Batch>(work);
}

template <class V, class Batch>
void long_rows(const Work& work) {
  if constexpr (Batch::keeps) {
    if (work.classes <= kept_classes)
      each_batch<V, Terms::kept, Batch>(work, true);
    else if (work.classes <= in_results_classes && !work.stream && work.x != work.y)
      each_batch<V, Terms::in_results, Batch>(work, false);
    else
      each_batch<V, Terms::anew, Batch>(work, work.stream && work.classes <= interleaved_classes);
  } else {
    each_batch<V, Terms::anew, Batch>(work, work.classes <= interleaved_classes);
  }
  if (work.stream) V::fence();
}

}  // namespace maxtrick::kernels
