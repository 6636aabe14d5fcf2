// Rows of many classes. If there are enough registers and the matrix is in the caches, one loop sums
// a row, scans a row of the next batch, and writes a row of the previous batch. From memory, one pass
// after the other is faster: a scan has so few operations that it runs far ahead of the loads, and
// the sum prefetches the next row.
#pragma once

#include <cstddef>
#include <type_traits>

#include "kernels/row_tasks.hpp"

namespace maxtrick::kernels {

// The largest number of classes for which one loop works on three rows. Three longer rows and a
// result would not stay in a core's second-level cache; each of them is finished before the next
// one.
inline constexpr std::size_t interleaved_classes = 32768;
// Longer rows from memory are computed in one loop, as in the caches. They keep nothing if the results
// bypass the caches or replace the logits.
inline constexpr std::size_t far_kept_classes = 8192;
// The largest number of classes for which a row and its results stay in a third-level cache.
inline constexpr std::size_t in_results_classes = std::size_t{1} << 19;

// The passes, each in a loop of its own.
template <class Batch>
void scan_row(Batch& batch, std::size_t b) {
  typename Batch::RowScan scan(batch.x(b), batch.n);
  run_passes<row_block>(batch.n, scan);
  batch.scanned(b, scan);
}
template <bool Clamped, Terms terms_are, class Batch>
void sum_row_as(Batch& batch, std::size_t b) {
  auto sum = batch.template summation<Clamped, terms_are, true>(b, batch.skipped(b));
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

// All passes in one loop. The rows `before` and `now` keep their terms in the same place. Writing
// is the first pass, so that the terms of `before` are used before those of `now` overwrite them.
template <bool Clamped, Terms terms_are, class Batch>
void interleave_as(Batch& before, Batch& now, Batch& next, std::size_t b) {
  typename Batch::RowScan scan(next.x(b), next.n);
  auto sum = now.template summation<Clamped, terms_are, false>(b, now.skipped(b));
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
void interleave_batches(const Work<typename Batch::Vector>& work) {
  Batch batches[3] = {Batch(work), Batch(work), Batch(work)};
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
void finish_each_batch(const Work<typename Batch::Vector>& work) {
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
void each_batch(const Work<V>& work, bool interleaved) {
  if constexpr (V::registers >= Batch::registers)
    if (interleaved) return interleave_batches<terms_are, Batch>(work);
  finish_each_batch<terms_are, Batch>(work);
}

template <class V, class Batch>
void long_rows_as(const Work<V>& work) {
  const std::size_t n = work.classes;
  const bool interleaved = n <= interleaved_classes && (!work.far || n > far_kept_classes);
  if constexpr (Batch::keeps) {
    if (n <= kept_classes) return each_batch<V, Terms::kept, Batch>(work, interleaved);
    // A term can be kept in the place of a result only if a result has the size of a float.
    const bool in_results = std::is_same_v<typename V::Storage, float> && !work.stream &&
                            work.x != work.y && n <= in_results_classes;
    if (n <= (work.far ? far_kept_classes : partly_kept_classes) || in_results)
      return each_batch<V, Terms::part, Batch>(work, interleaved);
  }
  each_batch<V, Terms::recompute, Batch>(work, interleaved);
}

template <class V, class Batch>
void long_rows(const Work<V>& work) {
  long_rows_as<V, Batch>(work);
  if (work.stream) V::fence();
}

}  // namespace maxtrick::kernels
