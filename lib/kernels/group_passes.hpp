// The passes over a group of sixteen rows of few classes. Each lane has one row; the classes follow
// one after the other.
#pragma once

#include <cstddef>

#include "kernels/log_sum.hpp"
#include "kernels/passes.hpp"

namespace maxtrick::kernels {

inline constexpr std::size_t group_block = 4;

// The result of a scan: the largest and the smallest logit of each row. NaN is ignored.
template <class V>
struct GroupExtremes {
  using Floats = typename V::Floats;
  Floats m = V::all(-infinity), least = V::all(infinity);

  // Takes class i into account: `high` for the largest logit, `low` for the smallest.
  [[gnu::always_inline]] void see(Floats high, Floats low, std::size_t) {
    m = larger(high, m);
    least = smaller(low, least);
  }
};

// In addition the second largest logit, which equals the largest if two classes share the maximum,
// and the class of the largest logit, the first one of several.
template <class V>
struct GroupTops : GroupExtremes<V> {
  using Floats = typename V::Floats;
  Floats second = V::all(-infinity), place = V::all(0.0F);

  [[gnu::always_inline]] void see(Floats high, Floats low, std::size_t i) {
    second = larger(smaller(high, this->m), second);
    place = select(this->m < high, V::all(static_cast<float>(i)), place);
    GroupExtremes<V>::see(high, low, i);
  }
};

// The buffers of a group: sixteen logits of each class, and the terms of all classes as A::keep
// stores them. They are floats and no vectors, because GCC copies a vector of two registers in
// pieces.
struct Columns {
  float* x;
  float* terms;
  std::size_t plane_stride;
};

// Transposes the logits of the rows into columns.
template <class V>
class GroupLoading {
 public:
  using Floats = typename V::Floats;

  [[gnu::always_inline]] GroupLoading(const Work<V>& rows, const Columns& columns)
      : x_(rows.x), stride_(rows.x_stride), n_(rows.classes), columns_(columns.x) {}

  [[gnu::always_inline]] static std::size_t ahead() { return 0; }
  [[gnu::always_inline]] void block(std::size_t i) { take(i, 4); }
  [[gnu::always_inline]] void rest(std::size_t i) { take(i, n_ - i); }

 private:
  [[gnu::always_inline]] void take(std::size_t i, std::size_t width) {
    Floats four[4];
    V::load_columns(x_ + i, stride_, width, four);
    for (std::size_t j = 0; j < width; ++j) V::store(columns_ + 16 * (i + j), four[j]);
  }

  const typename V::Storage* x_;
  std::size_t stride_, n_;
  float* columns_;
};

template <class V, class Found>
class GroupScan {
 public:
  [[gnu::always_inline]] GroupScan(const Columns& columns, std::size_t n)
      : columns_(columns.x), n_(n) {}

  [[gnu::always_inline]] static std::size_t ahead() { return 0; }
  [[gnu::always_inline]] void block(std::size_t i) {
    four_times([&](std::size_t j) __attribute__((always_inline)) { see(i + j); });
  }
  [[gnu::always_inline]] void rest(std::size_t i) {
    for (; i < n_; ++i) see(i);
  }

  // Returns a copy: the compiler does not hold an object in registers if its address is passed on.
  [[gnu::always_inline]] Found found() const { return found_; }

 private:
  [[gnu::always_inline]] void see(std::size_t i) {
    const auto x = V::load(columns_ + 16 * i);
    found_.see(x, x, i);
  }

  const float* columns_;
  std::size_t n_;
  Found found_;
};

// Computes the terms of the columns, keeps them, and sums them.
template <class V, class A, bool Clamped, class Task>
class GroupSum {
 public:
  using Floats = typename V::Floats;
  using Term = typename A::Term;

  [[gnu::always_inline]] GroupSum(const Task& task, std::size_t n, const Columns& columns)
      : e_(task.origin(), task.c()), n_(n), columns_(columns) {
    if constexpr (Task::skips) skipped_ = task.skipped();
  }

  [[gnu::always_inline]] static std::size_t ahead() { return 0; }
  [[gnu::always_inline]] void block(std::size_t i) {
    Term four[4];
    four_times([&](std::size_t j) __attribute__((always_inline)) { four[j] = term(i + j); });
    sum_.add(four[0], four[1], four[2], four[3]);
  }
  [[gnu::always_inline]] void rest(std::size_t i) {
    Term four[4];
    four_times([&](std::size_t j) __attribute__((always_inline)) {
      four[j] = i + j < n_ ? term(i + j) : A::zero();
    });
    sum_.add(four[0], four[1], four[2], four[3]);
  }

  [[gnu::always_inline]] typename V::Doubles sum() const { return sum_.lanes(); }

 private:
  [[gnu::always_inline]] Term term(std::size_t i) {
    const Term e = A::term(e_, V::load(columns_.x + 16 * i));
    A::keep(columns_.terms, 16 * i, columns_.plane_stride, e);
    if constexpr (Task::skips)
      return A::only(~(skipped_ == V::all(static_cast<float>(i))), e);
    else
      return e;
  }

  Exponentials<V, Clamped> e_;
  std::size_t n_;
  Columns columns_;
  Floats skipped_ = V::all(0.0F);
  typename A::Sum sum_;
};

// Writes result(i, term) for each class i, or result(i, logit) if `of_logits` is set.
template <class V, class A, bool of_logits, class Result>
class GroupWriting {
 public:
  using Floats = typename V::Floats;

  [[gnu::always_inline]] GroupWriting(const Work<V>& rows, const Columns& columns,
                                      const Result& result)
      : y_(rows.y), stride_(rows.y_stride), n_(rows.classes), columns_(columns), result_(result) {}

  [[gnu::always_inline]] static std::size_t ahead() { return 0; }
  [[gnu::always_inline]] void block(std::size_t i) { put(i, 4); }
  [[gnu::always_inline]] void rest(std::size_t i) { put(i, n_ - i); }

 private:
  [[gnu::always_inline]] void put(std::size_t i, std::size_t width) {
    Floats four[4];
    four_times([&](std::size_t j) __attribute__((always_inline)) {
      four[j] = j < width ? result(i + j) : V::all(0.0F);
    });
    V::store_columns(y_ + i, stride_, width, four);
  }
  [[gnu::always_inline]] Floats result(std::size_t i) const {
    if constexpr (of_logits)
      return result_(i, V::load(columns_.x + 16 * i));
    else
      return result_(i, A::fetch(columns_.terms, 16 * i, columns_.plane_stride));
  }

  typename V::Storage* y_;
  std::size_t stride_, n_;
  Columns columns_;
  Result result_;
};

}  // namespace maxtrick::kernels
