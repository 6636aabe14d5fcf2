// The passes over sixteen neighbouring rows whose classes are apart in memory. Each lane has one
// row. The first pass copies the logits to the scratch memory, in which the classes follow one
// another in the order of column_order.hpp; the other passes read that.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/column_order.hpp"
#include "kernels/column_tasks.hpp"

namespace maxtrick::kernels {

// Up to sixteen neighbouring rows in memory. Lanes without a row repeat the first one.
template <class V>
struct ColumnPlace {
  using Storage = typename V::Storage;

  const Storage* x;
  Storage* y;
  std::size_t x_stride, y_stride;  // of the classes
  std::size_t count;               // of the rows
  bool stream;                     // the results bypass the caches

  [[gnu::always_inline]] typename V::Floats load(std::size_t i) const {
    const Storage* const from = x + i * x_stride;
    return count == 16 ? V::load(from)
                       : V::load_first(from, count, V::all(static_cast<float>(*from)));
  }
  [[gnu::always_inline]] void store(std::size_t i, typename V::Floats v) const {
    Storage* const to = y + i * y_stride;
    if (stream) return V::stream(to, v);
    count == 16 ? V::store(to, v) : V::store_first(to, count, v);
  }
};

template <class V, class Task, std::size_t sums>
struct ColumnGroup {
  ColumnPlace<V> rows;
  std::size_t n;             // of the classes
  float* kept;               // sixteen logits of each class, or t of their terms
  std::size_t plane_stride;  // floats from t to p of a term
  FoundInColumns<Task, sums> found;
  bool plain;
  Task task;
};

// Copies the logits of some classes, and finds what the task must know of them.
template <class V, class Task, std::size_t sums>
void scan_columns(ColumnGroup<V, Task, sums>& group, const ColumnChunk& chunk) {
  // Copies: otherwise the compiler would load and store them for each class.
  auto found = group.found;
  const auto at = group.rows;
  float* const kept = group.kept;
  for (std::size_t k = 0; k < chunk.count; ++k) {
    const std::size_t i = chunk.first + k;
    // The next chunk; it is the same class again if there is no such class.
    const std::size_t ahead = i + ColumnChunk::size < group.n ? ColumnChunk::size : 0;
    V::prefetch(at.x + (i + ahead) * at.x_stride);
    const auto x = at.load(i);
    V::store(kept + 16 * chunk.ranks[k], x);
    found.see(x, x, chunk.ranks[k]);
  }
  group.found = found;
}

// Sums the terms of all classes, except that of the class with the rank `task.skipped()` if the
// task `skips` one. If the task keeps the terms, they replace the logits.
template <class V, class A, bool Clamped, class Task, std::size_t sums>
[[gnu::noinline]] typename V::Doubles sum_columns(const ColumnGroup<V, Task, sums>& group) {
  using Term = typename A::Term;
  using Order = ColumnOrder<sums>;
  const Exponentials<V, Clamped> e(group.task.origin(), group.task.c());
  auto skipped = V::all(0.0F);
  if constexpr (Task::skips) skipped = group.task.skipped();
  // Local copies: otherwise the compiler would load them again after each store of a term.
  float* const kept = group.kept;
  const std::size_t plane_stride = group.plane_stride;
  const auto term = [&](std::size_t rank) __attribute__((always_inline)) {
    const Term made = A::term(e, V::load(kept + 16 * rank));
    if constexpr (keeps_terms<Task, sums>) A::keep(kept, 16 * rank, plane_stride, made);
    if constexpr (Task::skips)
      return A::only(~(skipped == V::all(static_cast<float>(rank))), made);
    else
      return made;
  };
  const Order order{group.n};
  const std::size_t blocks = group.n / Order::lanes, longer = group.n % Order::lanes;
  typename V::Doubles all[sums];
  for (std::size_t l = 0; l < sums; ++l) {
    std::size_t rank[4];
    four_times([&](std::size_t j)
                   __attribute__((always_inline)) { rank[j] = order.first_rank(l + sums * j); });
    typename A::Sum sum;
    Term terms[4];
    for (std::size_t b = 0; b < blocks; ++b) {
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        terms[j] = term(rank[j] + b * Order::rank_step);
      });
      sum.add(terms[0], terms[1], terms[2], terms[3]);
    }
    // The contiguous kernels add terms past the end as zeros, and all sums add as many terms.
    if (longer > 0) {
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        terms[j] = l + sums * j < longer ? term(rank[j] + blocks * Order::rank_step) : A::zero();
      });
      sum.add(terms[0], terms[1], terms[2], terms[3]);
    }
    all[l] = sum.lanes();
  }
  // The order of V::sum.
  for (std::size_t half = sums / 2; half > 0; half /= 2)
    for (std::size_t l = 0; l < half; ++l) all[l] = all[l] + all[l + half];
  return all[0];
}

// Writes the results of some classes.
template <class V, class A, bool Clamped, class Task, std::size_t sums>
void write_columns(const ColumnGroup<V, Task, sums>& group, const ColumnChunk& chunk) {
  const auto result = group.task.template results<Clamped>();
  const Exponentials<V, Clamped> e(group.task.origin(), group.task.c());
  const auto at = group.rows;
  const float* const kept = group.kept;
  const std::size_t plane_stride = group.plane_stride;
  for (std::size_t k = 0; k < chunk.count; ++k) {
    const std::size_t i = chunk.first + k, rank = chunk.ranks[k];
    const std::size_t ahead = i + ColumnChunk::size < group.n ? ColumnChunk::size : 0;
    if (!at.stream) V::prefetch_to_write(at.y + (i + ahead) * at.y_stride);
    if constexpr (Task::rereads)
      at.store(i, result(rank, V::load(kept + 16 * rank)));
    else if constexpr (keeps_terms<Task, sums>)
      at.store(i, result(rank, A::fetch(kept, 16 * rank, plane_stride)));
    else
      at.store(i, result(rank, A::term(e, V::load(kept + 16 * rank))));
  }
}

}  // namespace maxtrick::kernels
