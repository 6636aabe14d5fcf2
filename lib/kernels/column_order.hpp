// The order in which the kernels of columns (column_rows.hpp) take the classes of a row.
//
// The sum of a row has the bits of the contiguous kernels only if it adds the same terms in the
// same order:
//   - Rows of up to short_classes classes have one sum. It adds four successive classes at a time.
//   - Longer rows have sixteen sums. Sum l adds the classes l, l + 16, l + 32 and l + 48 of each
//     block of 64 classes, and the sixteen sums are added at the end.
// With one row in each lane, the sixteen sums are taken one after the other, each in registers from
// its first term to its last. The logits are kept in this order: first all classes with
// i mod 64 = 0, then all with i mod 64 = 1, and so on. The rank of a class is its place in this
// order. Each sum then reads four contiguous streams. The matrices themselves are read and written
// class by class: successive classes are often in successive pages, whose entries in the page table
// share a cache line.
//
// If several classes share the maximum, the contiguous kernels leave the first one in the lowest of
// the 64 lanes out of the sum. This is the one with the lowest rank.
#pragma once

#include <cstddef>

namespace maxtrick::kernels {

// The order for `sums` sums, 1 or 16, of rows of n classes.
template <std::size_t sums>
struct ColumnOrder {
  static constexpr bool in_turn = sums == 1;
  // Classes that are this far apart belong to the same lane.
  static constexpr std::size_t lanes = 4 * sums;
  // The difference of the ranks of two successive classes of a lane.
  static constexpr std::size_t rank_step = in_turn ? lanes : 1;

  std::size_t n;

  // The rank of the first class of a lane, which is class `lane`.
  [[nodiscard, gnu::always_inline]] std::size_t first_rank(std::size_t lane) const {
    const std::size_t longer = n % lanes;
    return in_turn ? lane : lane * (n / lanes) + (lane < longer ? lane : longer);
  }
  [[nodiscard, gnu::always_inline]] std::size_t rank(std::size_t i) const {
    return first_rank(i % lanes) + i / lanes * rank_step;
  }
};

// Some successive classes and their ranks. If the stride of the classes is 4 KiB, their cache lines
// share one set of the first-level cache. It has eight or twelve lines, and the lines of the next
// chunk are fetched into it at the same time. Shorter chunks would cost more calls.
struct ColumnChunk {
  static constexpr std::size_t size = 8;
  std::size_t first = 0, count = 0;
  std::size_t ranks[size];
};

// Calls f(chunk) for all classes, in order.
template <std::size_t sums, class F>
[[gnu::always_inline]] inline void each_chunk(std::size_t n, F f) {
  const ColumnOrder<sums> order{n};
  ColumnChunk chunk;
  for (std::size_t first = 0; first < n; first += chunk.count) {
    chunk.first = first;
    chunk.count = n - first < ColumnChunk::size ? n - first : ColumnChunk::size;
    for (std::size_t k = 0; k < chunk.count; ++k) chunk.ranks[k] = order.rank(first + k);
    f(chunk);
  }
}

}  // namespace maxtrick::kernels
