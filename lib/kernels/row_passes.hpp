// The passes over a row of many classes. Class i is in lane i mod 16.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/log_probability.hpp"
#include "kernels/passes.hpp"
#include "kernels/range.hpp"
#include "kernels/terms.hpp"

namespace maxtrick::kernels {

inline constexpr std::size_t row_block = 64;

// How many of the 16 classes from `first` on exist in a row of n classes.
[[gnu::always_inline]] static inline std::size_t count_from(std::size_t first, std::size_t n) {
  return first >= n ? 0 : n - first < 16 ? n - first : 16;
}
// Loads `count` classes, 1 to 16. The other lanes are `beyond`.
template <class V, class S>
[[gnu::always_inline]] inline typename V::Floats load_some(const S* x, std::size_t count,
                                                           float beyond) {
  return count == 16 ? V::load(x) : V::load_first(x, count, V::all(beyond));
}

// The largest and the smallest logit. NaN is ignored; if there is nothing else they are -inf and
// +inf.
struct Extremes {
  float largest, smallest;
};

// Finds the largest logit in each of 16 * Width lanes, and the smallest logit. A larger Width needs
// more registers, but saves time in locate().
template <class V, std::size_t Width>
class Scan {
 public:
  using Floats = typename V::Floats;
  using Storage = typename V::Storage;

  [[gnu::always_inline]] Scan(const Storage* x, std::size_t n) : x_(x), n_(n) {
    for (Floats& v : largest_) v = V::all(-infinity);
    for (Floats& v : smallest_) v = V::all(infinity);
  }

  [[gnu::always_inline]] static std::size_t ahead() { return 0; }
  [[gnu::always_inline]] void block(std::size_t i) {
    four_times([&](std::size_t j) __attribute__((always_inline)) {
      const Floats v = V::load(x_ + i + 16 * j);
      largest_[j % Width] = larger(v, largest_[j % Width]);
      smallest_[j % 2] = smaller(v, smallest_[j % 2]);
    });
  }
  [[gnu::always_inline]] void rest(std::size_t i) {
    for (; i < n_; i += row_block)
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        const std::size_t first = i + 16 * j, count = count_from(first, n_);
        if (count == 0) return;
        Floats& largest = largest_[j % Width];
        largest = larger(load_some<V>(x_ + first, count, -infinity), largest);
        smallest_[j % 2] = smaller(load_some<V>(x_ + first, count, infinity), smallest_[j % 2]);
      });
  }

  [[gnu::always_inline]] Extremes extremes() const {
    Floats largest = larger(largest_[0], largest_[1]);
    if constexpr (Width == 4) largest = larger(largest, larger(largest_[2], largest_[3]));
    return {V::largest(largest), V::smallest(smaller(smallest_[0], smallest_[1]))};
  }

  // Finds the class `place` of the largest logit m, and `second`, the largest of the other logits
  // (-inf if there is none). If several classes have the logit m, `place` is the first one in the
  // lowest lane that has any.
  [[gnu::always_inline]] void locate(float m, std::size_t& place, float& second) const {
    std::size_t lane = 16 * Width;
    for (std::size_t j = Width; j-- > 0;) {
      const std::size_t at = lowest(largest_[j] == V::all(m));
      lane = at < 16 ? 16 * j + at : lane;
    }
    Floats others = V::all(-infinity);
    for (std::size_t j = 0; j < Width; ++j) {
      const auto here = lane / 16 == j ? V::one(lane % 16) : V::first(0);
      others = larger(others, select(here, V::all(-infinity), largest_[j]));
    }
    second = V::largest(others);
    place = n_;
    for (std::size_t i = lane; i < n_; i += 16 * Width) {
      // A conversion into a variable before these lines makes GCC 12 replace the branch by a conditional move,
      // which costs losses of rows of 1000 and more classes 1 to 3 percent.
      const bool first = place == n_ && static_cast<float>(x_[i]) == m;
      place = first ? i : place;
      second = !first && static_cast<float>(x_[i]) > second ? static_cast<float>(x_[i]) : second;
    }
  }

 private:
  const Storage* x_;
  std::size_t n_;
  Floats largest_[Width], smallest_[2];
};

// Where the terms of a row are stored between its sum and its results.
enum class Terms {
  recompute,  // nowhere: they are computed again
  kept,       // in a buffer
  part        // one float of each term, in a buffer or where its result will be; the rest of the
              // term is computed again
};

// Sums the terms of a row except that of class `skipped` (n: none is skipped). The stored terms of
// that class and past the end of the row are unspecified. With `prefetches`, memory that will be
// used soon is prefetched. Within a cache that would only take time.
template <class V, class A, bool Clamped, Terms terms_are, bool prefetches>
class Summation {
 public:
  using Storage = typename V::Storage;

  // `next` is a row that will be read soon. `result` is where results will be written soon; null if
  // it is not to be prefetched.
  struct Place {
    const Storage* x;
    std::size_t n, skipped;
    float* kept;
    std::size_t plane_stride;
    const Storage* next;
    Storage* result;
  };

  [[gnu::always_inline]] Summation(const Exponentials<V, Clamped>& e, const Place& place)
      : e_(e), at_(place) {}

  [[gnu::always_inline]] static std::size_t ahead() { return 0; }
  [[gnu::always_inline]] void block(std::size_t i) {
    typename A::Term terms[4];
    four_times([&](std::size_t j) __attribute__((always_inline)) {
      const std::size_t first = i + 16 * j;
      if constexpr (prefetches) V::prefetch(at_.next + first);
      if constexpr (prefetches)
        if (at_.result != nullptr) V::prefetch_to_write(at_.result + first);
      terms[j] = A::term(e_, V::load(at_.x + first));
      if constexpr (terms_are == Terms::kept) A::keep(at_.kept, first, at_.plane_stride, terms[j]);
      if constexpr (terms_are == Terms::part) V::store(at_.kept + first, A::part_to_keep(terms[j]));
    });
    add(i, terms);
  }
  [[gnu::always_inline]] void rest(std::size_t i) {
    for (; i < at_.n; i += row_block) {
      typename A::Term terms[4];
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        const std::size_t first = i + 16 * j;
        const std::size_t count = count_from(first, at_.n);
        terms[j] = A::zero();
        if (count == 0) return;
        const auto beyond = static_cast<float>(at_.x[i]);
        terms[j] = A::term(e_, load_some<V>(at_.x + first, count, beyond));
        if (count < 16) terms[j] = A::only(V::first(count), terms[j]);
        if constexpr (terms_are == Terms::kept)
          A::keep(at_.kept, first, at_.plane_stride, terms[j]);
        if constexpr (terms_are == Terms::part)
          V::store_first(at_.kept + first, count, A::part_to_keep(terms[j]));
      });
      add(i, terms);
    }
  }

  [[gnu::always_inline]] double sum() const { return V::sum(sum_.lanes()); }

 private:
  [[gnu::always_inline]] void add(std::size_t i, typename A::Term (&terms)[4]) {
    if (at_.skipped - i < row_block) {
      const std::size_t at = at_.skipped - i;
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        if (at / 16 == j) terms[j] = A::only(~V::one(at % 16), terms[j]);
      });
    }
    sum_.add(terms[0], terms[1], terms[2], terms[3]);
  }

  Exponentials<V, Clamped> e_;
  Place at_;
  typename A::Sum sum_;
};

// Writes result(i, count), which returns the results of `count` classes from i on, to y. With
// `stream` they bypass the caches. The first head_ results are then written before the pass,
// because a streaming store needs an aligned address.
template <class V, class Result>
class Writing {
 public:
  using Storage = typename V::Storage;

  [[gnu::always_inline]] Writing(Storage* y, std::size_t n, bool stream, const Result& result)
      : y_(y), n_(n), stream_(stream), result_(result) {
    constexpr std::size_t aligned = V::stream_alignment / sizeof(Storage);
    const std::size_t past = reinterpret_cast<std::uintptr_t>(y) / sizeof(Storage) % aligned;
    if (!stream || past == 0) return;
    head_ = aligned - past;
    V::store_first(y, head_, result_(std::size_t{0}, head_));
  }

  [[gnu::always_inline]] std::size_t ahead() const { return head_; }
  [[gnu::always_inline]] void block(std::size_t i) {
    i += head_;
    four_times([&](std::size_t j) __attribute__((always_inline)) { put(i + 16 * j); });
  }
  [[gnu::always_inline]] void rest(std::size_t i) {
    i += head_;
    for (; i + 16 <= n_; i += 16) put(i);
    if (i < n_) V::store_first(y_ + i, n_ - i, result_(i, n_ - i));
  }

 private:
  [[gnu::always_inline]] void put(std::size_t i) {
    const auto v = result_(i, std::size_t{16});
    stream_ ? V::stream(y_ + i, v) : V::store(y_ + i, v);
  }

  Storage* y_;
  std::size_t n_, head_ = 0;
  bool stream_;
  Result result_;
};

// The results e K.
template <class V, class A, bool Clamped, Terms terms_are>
class Scaled {
 public:
  using Storage = typename V::Storage;

  // `place` is where terms or their parts are kept.
  [[gnu::always_inline]] Scaled(const Exponentials<V, Clamped>& e, double k, const Storage* x,
                                const float* place, std::size_t plane_stride)
      : e_(e),
        factor_(Clamped ? subnormal_factor * k : k),
        x_(x),
        place_(place),
        plane_stride_(plane_stride) {}

  [[gnu::always_inline]] typename V::Floats operator()(std::size_t i, std::size_t count) const {
    const auto y = A::times(term(i, count), factor_);
    if constexpr (Clamped)
      return without_factor<V>(y);
    else
      return y;
  }

 private:
  [[gnu::always_inline]] typename A::Term term(std::size_t i, std::size_t count) const {
    if constexpr (terms_are == Terms::kept) return A::fetch(place_, i, plane_stride_);
    const auto x = load_some<V>(x_ + i, count, static_cast<float>(x_[i]));
    if constexpr (terms_are == Terms::recompute)
      return A::term(e_, x);
    else
      return A::term_from(e_, x, load_some<V>(place_ + i, count, 0));
  }

  Exponentials<V, Clamped> e_;
  Factor<V> factor_;
  const Storage* x_;
  const float* place_;
  std::size_t plane_stride_;
};

// The log-probabilities. If `Plain`, the one of the largest logit is not valid; LogSoftmax::written
// stores it afterwards.
template <class V, bool accurate, bool Plain>
class LogProbabilities {
 public:
  using Storage = typename V::Storage;

  [[gnu::always_inline]] LogProbabilities(const LogProbability<V, accurate>& log_p,
                                          const Storage* x)
      : log_p_(log_p), x_(x) {}

  [[gnu::always_inline]] typename V::Floats operator()(std::size_t i, std::size_t count) const {
    const auto x = load_some<V>(x_ + i, count, static_cast<float>(x_[i]));
    if constexpr (Plain)
      return log_p_.template below<true>(x);
    else
      return log_p_.template operator()<false>(x);
  }

 private:
  LogProbability<V, accurate> log_p_;
  const Storage* x_;
};

}  // namespace maxtrick::kernels
