// The passes over a row of many classes, class i in lane i mod 16.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/log_probability.hpp"
#include "kernels/passes.hpp"
#include "kernels/range.hpp"
#include "kernels/terms.hpp"

namespace maxtrick::kernels {

inline constexpr std::size_t row_block = 64;

// So many of 16 classes from `first` on are among n.
[[gnu::always_inline]] static inline std::size_t count_from(std::size_t first, std::size_t n) {
  return first >= n ? 0 : n - first < 16 ? n - first : 16;
}
// `count` classes, 1 to 16; `beyond` for the others.
template <class V, class S>
[[gnu::always_inline]] inline typename V::Floats load_some(const S* x, std::size_t count,
                                                           float beyond) {
  return count == 16 ? V::load(x) : V::load_first(x, count, V::all(beyond));
}

// The logits' extremes, NaN left out: -inf and +inf where there is no other.
struct Extremes {
  float largest, smallest;
};

// The largest logit in each of 16 `Width` lanes; more of them cost registers, and save time where
// the largest is to be located.
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

  // Where the largest logit m stands, and the largest of the others, -inf where there is none. Of
  // several places the one in the first lane, there the first.
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

// What becomes of a row's terms between its sum and its results.
enum class Terms {
  recompute,  // they are computed once more
  kept,       // they stay in a place of their own
  in_results  // what a float of each holds stays where its result will be; the rest is computed
              // anew
};

// The sum over a row but for class `skipped` (n: none). What stays of that class's term and past
// the end means nothing.
template <class V, class A, bool Clamped, Terms terms_are>
class Summation {
 public:
  using Storage = typename V::Storage;

  // `next`, a row too, will be read soon, and `result` written.
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
      V::prefetch(at_.next + first);
      if constexpr (terms_are == Terms::kept) V::prefetch_to_write(at_.result + first);
      terms[j] = A::term(e_, V::load(at_.x + first));
      if constexpr (terms_are == Terms::kept) A::keep(at_.kept, first, at_.plane_stride, terms[j]);
      if constexpr (terms_are == Terms::in_results)
        V::store(at_.result + first, A::part_to_keep(terms[j]));
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
        if constexpr (terms_are == Terms::in_results)
          V::store_first(at_.result + first, count, A::part_to_keep(terms[j]));
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

// result(i, count), for `count` classes from i on, into y; `stream`: past the caches.
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

// Results e K.
template <class V, class A, bool Clamped, Terms terms_are>
class Scaled {
 public:
  using Storage = typename V::Storage;

  // `place`: of the kept terms or of the results.
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

// Log-probabilities; where `Plain` that of the largest logit is left to be put there.
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
