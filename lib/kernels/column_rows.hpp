// Rows that are neighbours in memory while their classes are apart, as along an axis that is not
// the last. They are computed where they are, sixteen rows at a time with one in each lane, and the
// results have the bits of the contiguous kernels.
//
// Some groups of sixteen rows form a tile. The passes take all groups of a tile before they go on
// to the next classes, so that whole cache lines are read and written, and several of them from
// each page. The strides of the classes are often powers of two, with which the lines of a tile
// would share a few sets of the caches. Therefore the first pass copies the logits to contiguous
// scratch memory, and the others read that.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/column_passes.hpp"
#include "kernels/few_classes.hpp"

namespace maxtrick::kernels {

// The groups of a tile, together with what their tasks read and write in the place of the arrays of
// the work: a task expects sixteen rows, and calls classes by their ranks.
template <class V, class A, class Task, std::size_t sums>
class ColumnTile {
 public:
  using Storage = typename V::Storage;

  explicit ColumnTile(const Work<V>& work) : work_(work) {}

  // Computes some rows from row `first` on; the first group has `head` rows. Returns how many rows
  // the tile has.
  std::size_t run(std::size_t first, std::size_t head) {
    const std::size_t most = column_groups(work_.classes);
    std::size_t rows = 0;
    for (groups_ = 0; groups_ < most && first + rows < work_.rows; ++groups_) {
      const std::size_t left = work_.rows - first - rows, whole = groups_ == 0 ? head : 16;
      begin(group_[groups_], first + rows, left < whole ? left : whole);
      rows += group_[groups_].rows.count;
    }
    each_chunk<sums>(work_.classes, [&](const ColumnChunk& chunk) {
      for (std::size_t g = 0; g < groups_; ++g) scan_columns(group_[g], chunk);
    });
    std::size_t row = first;
    for (std::size_t g = 0; g < groups_; ++g) {
      sum(group_[g], row);
      row += group_[g].rows.count;
    }
    if constexpr (Task::writes) write();
    return rows;
  }

 private:
  using Group = ColumnGroup<V, Task, sums>;

  void begin(Group& group, std::size_t row, std::size_t count) const {
    const std::size_t plane = 16 * work_.classes;
    group.rows = {work_.x + row,
                  work_.y == nullptr ? nullptr : work_.y + row,
                  work_.x_class_stride,
                  work_.y_class_stride,
                  count,
                  streams(row, count)};
    group.n = work_.classes;
    group.kept = work_.scratch + groups_ * column_group_floats(work_.classes);
    group.plane_stride = plane;
    group.found = {};
  }

  // A streaming store needs an aligned address, for every class.
  [[nodiscard]] bool streams(std::size_t row, std::size_t count) const {
    constexpr std::size_t aligned = V::stream_alignment / sizeof(Storage);
    return work_.stream && count == 16 && work_.y_class_stride % aligned == 0 &&
           reinterpret_cast<std::uintptr_t>(work_.y + row) % V::stream_alignment == 0;
  }

  void sum(Group& group, std::size_t row) {
    group.plain = group.task.scanned(group.found);
    if (work_.targets != nullptr) {
      const ColumnOrder<sums> order{group.n};
      for (std::size_t r = 0; r < 16; ++r) {
        const std::size_t from = r < group.rows.count ? r : 0;
        const auto t = static_cast<std::size_t>(work_.targets[row + from]);
        targets_[r] = static_cast<std::int32_t>(order.rank(t));
        logits_[r] = group.rows.x[from + t * group.rows.x_stride];
      }
    }
    Work<V> rows = work_;
    rows.x = logits_;
    rows.x_class_stride = 0;  // there is only the logit of each target
    rows.targets = targets_;
    rows.losses = losses_;
    rows.above = above_;
    group.task.summed(
        rows, group.plain ? sum_columns<V, A, false>(group) : sum_columns<V, A, true>(group));
    for (std::size_t r = 0; r < group.rows.count; ++r) {
      if (work_.losses != nullptr) work_.losses[row + r] = losses_[r];
      if (work_.above != nullptr) work_.above[row + r] = above_[r];
    }
  }

  void write() const {
    each_chunk<sums>(work_.classes, [&](const ColumnChunk& chunk) {
      for (std::size_t g = 0; g < groups_; ++g)
        group_[g].plain ? write_columns<V, A, false>(group_[g], chunk)
                        : write_columns<V, A, true>(group_[g], chunk);
    });
    for (std::size_t g = 0; g < groups_; ++g) {
      Work<V> rows = work_;
      rows.y = group_[g].rows.y;
      rows.rows = group_[g].rows.count;
      fill_nan<V>(rows, group_[g].task.invalid);
    }
  }

  const Work<V>& work_;
  std::size_t groups_ = 0;
  Group group_[most_column_groups];
  // Of sixteen rows: the ranks and logits of the targets, and what the task writes.
  std::int32_t targets_[16] = {};
  Storage logits_[16] = {};
  Storage losses_[16] = {};
  double above_[16] = {};
};

template <class V, class A, class Task, std::size_t sums>
void column_tiles(const Work<V>& work) {
  ColumnTile<V, A, Task, sums> tile(work);
  // If the first group ends at the end of a cache line, so do all the others, and no line belongs
  // to two tiles.
  const typename V::Storage* const begin = Task::writes ? work.y : work.x;
  const std::size_t stride = Task::writes ? work.y_class_stride : work.x_class_stride;
  const std::size_t past = reinterpret_cast<std::uintptr_t>(begin) / sizeof(*begin) % 16;
  std::size_t head = work.rows >= 64 && stride % 16 == 0 ? 16 - past : 16;
  for (std::size_t first = 0; first < work.rows; head = 16) first += tile.run(first, head);
  if (work.stream) V::fence();
}

template <class V, template <class> class Algorithm, template <class, class> class TaskFor>
void column_rows(const Work<V>& all) {
  using A = Algorithm<V>;
  using GroupTask = TaskFor<V, A>;
  if (all.classes > short_classes)
    return column_tiles<V, A, typename ForLongColumns<GroupTask>::type, 16>(all);
  std::size_t done = 0;
  if constexpr (V::registers > 0) done = finish_few_columns<V, Algorithm, TaskFor>(all);
  if (done < all.rows) column_tiles<V, A, GroupTask, 1>(all.from(done));
}

}  // namespace maxtrick::kernels
