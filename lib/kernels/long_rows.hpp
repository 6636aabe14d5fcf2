// Rows of many classes: one row after the other, class i in lane i mod 16.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/log_sum.hpp"

namespace maxtrick::kernels {

inline constexpr std::size_t block = 64;
inline constexpr std::size_t page = 1024;  // floats in 4 KiB

// The finite logits' extremes, NaN left out: -inf and +inf where there is no other logit.
struct Extremes {
  float largest, smallest;
};

// The largest logit in each of 64 lanes.
template <class V>
struct Lanes {
  typename V::Floats largest[4];

  Extremes scan(const float* x, std::size_t n) {
    using Floats = typename V::Floats;
    Floats smallest[4];
    for (int j = 0; j < 4; ++j) {
      largest[j] = V::all(-infinity);
      smallest[j] = V::all(infinity);
    }
    std::size_t i = 0;
    for (; i + block <= n; i += block)
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        const Floats v = V::load(x + i + 16 * j);
        largest[j] = larger(v, largest[j]);
        smallest[j] = smaller(v, smallest[j]);
      });
    for (int j = 0; i < n; ++j, i += 16) {
      const std::size_t count = n - i < 16 ? n - i : 16;
      largest[j] = larger(V::load_first(x + i, count, V::all(-infinity)), largest[j]);
      smallest[j] = smaller(V::load_first(x + i, count, V::all(infinity)), smallest[j]);
    }
    return {
        V::largest(larger(larger(largest[0], largest[1]), larger(largest[2], largest[3]))),
        V::smallest(smaller(smaller(smallest[0], smallest[1]), smaller(smallest[2], smallest[3])))};
  }

  // Where the largest logit m stands, and the largest of the others, -inf where there is none. Of
  // several places the one in the first lane of 64, there the first.
  void locate(const float* x, std::size_t n, float m, std::size_t& place, float& second) const {
    std::size_t lane = block;
    for (std::size_t j = 4; j-- > 0;) {
      const std::size_t at = lowest(largest[j] == V::all(m));
      lane = at < 16 ? 16 * j + at : lane;
    }
    typename V::Floats others = V::all(-infinity);
    four_times([&](std::size_t j) __attribute__((always_inline)) {
      const auto here = lane / 16 == j ? V::one(lane % 16) : V::first(0);
      others = larger(others, select(here, V::all(-infinity), largest[j]));
    });
    second = V::largest(others);
    place = n;
    for (std::size_t i = lane; i < n; i += block) {
      const bool first = place == n && x[i] == m;
      place = first ? i : place;
      second = !first && x[i] > second ? x[i] : second;
    }
  }
};

// `count` classes, the first one for those beyond.
template <class V>
[[gnu::always_inline]] inline typename V::Floats load_some(const float* x, std::size_t count) {
  return count == 16 ? V::load(x) : V::load_first(x, count, V::all(*x));
}

// The sum over a row but for class `skipped` (n: none), keep(i, term) called for the terms of
// classes i to i + 15; what it keeps of the skipped class and past the end means nothing.
template <class V, class A, bool Clamped, class Keep>
double sum_row(const Exponentials<V, Clamped>& e, const float* x, std::size_t n,
               std::size_t skipped, Keep keep) {
  typename A::Sum sum;
  typename A::Term terms[4];
  const auto add = [&](std::size_t i) __attribute__((always_inline)) {
    if (skipped - i < block) {
      const std::size_t at = skipped - i;
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        if (at / 16 == j) terms[j] = A::only(~V::one(at % 16), terms[j]);
      });
    }
    sum.add(terms[0], terms[1], terms[2], terms[3]);
  };
  std::size_t i = 0;
  for (; i + block <= n; i += block) {
    four_times([&](std::size_t j) __attribute__((always_inline)) {
      terms[j] = A::term(e, V::load(x + i + 16 * j));
      keep(i + 16 * j, terms[j]);
    });
    add(i);
  }
  if (i < n) {
    four_times([&](std::size_t j) __attribute__((always_inline)) {
      const std::size_t first = i + 16 * j;
      const std::size_t count = first >= n ? 0 : n - first < 16 ? n - first : 16;
      terms[j] = A::zero();
      if (count == 0) return;
      terms[j] = A::term(e, V::load_first(x + first, count, V::all(x[i])));
      terms[j] = A::only(V::first(count), terms[j]);
      keep(first, terms[j]);
    });
    add(i);
  }
  return V::sum(sum.lanes());
}

// result(i, count) for `count` classes from i on, into y.
template <class V, class Result>
void write_row(float* y, std::size_t n, bool stream, Result result) {
  std::size_t i = 0;
  if (stream) {
    const std::size_t past = reinterpret_cast<std::uintptr_t>(y) / 4 % (V::stream_alignment / 4);
    if (past != 0) {
      i = V::stream_alignment / 4 - past;
      V::store_first(y, i, result(std::size_t{0}, i));
    }
    for (; i + 16 <= n; i += 16) V::stream(y + i, result(i, std::size_t{16}));
  } else {
    for (; i + block <= n; i += block)
      four_times([&](std::size_t j) __attribute__((always_inline)) {
        V::store(y + i + 16 * j, result(i + 16 * j, std::size_t{16}));
      });
    for (; i + 16 <= n; i += 16) V::store(y + i, result(i, std::size_t{16}));
  }
  if (i < n) V::store_first(y + i, n - i, result(i, n - i));
}

// So many rows go through each pass before the next begins, so that what one row waits for at the
// end of a pass is hidden behind the others; their kept terms fill no more than a part of the first
// cache.
static inline std::size_t rows_at_once(std::size_t n) {
  const std::size_t rows = kept_classes / n;
  return rows < 1 ? 1 : rows < 16 ? rows : 16;
}

// Some rows of a work, and where their terms are kept.
template <class V, class A>
struct Batch {
  const Work& work;
  std::size_t n, first, at_once, rows;
  std::size_t span, apart;  // from a row's terms to the next's; from their first part to the second
  float* place;             // of the kept terms; null where they are computed anew

  Batch(const Work& all, std::size_t from)
      : work(all), n(all.classes), first(from), at_once(rows_at_once(n)) {
    rows = work.rows - first < at_once ? work.rows - first : at_once;
    span = (n + 31) / 16 * 16;
    apart = (at_once * span + page - 1) / page * page;
    // A load waits for an earlier store whose address has the same last twelve bits, so the kept
    // terms lie such that neither the loads of x overtake the stores of terms nor the loads of
    // terms those of y.
    const auto at = [](const float* p) { return reinterpret_cast<std::uintptr_t>(p) / 4 % page; };
    const std::size_t ahead = (at(y(0)) - at(x(0))) % page;
    const std::size_t shift = ahead > 0 && ahead < page / 2 ? page / 2 : 0;
    place = n > kept_classes
                ? nullptr
                : work.scratch + (at(x(0)) + shift - at(work.scratch)) % page / 16 * 16;
  }

  const float* x(std::size_t b) const { return work.x + (first + b) * work.x_stride; }
  float* y(std::size_t b) const { return work.y + (first + b) * work.y_stride; }

  // The sum of row b but for class `skipped`; `Kept`: its terms are kept if there is room. A plain
  // row needs no clamping.
  template <bool Kept>
  double sum(bool plain, std::size_t b, float a, float c, std::size_t skipped) const {
    return plain ? sum_as<false, Kept>(b, a, c, skipped) : sum_as<true, Kept>(b, a, c, skipped);
  }

  // y = e K for all classes of row b, K = `k`.
  void write(bool plain, std::size_t b, float a, float c, double k) const {
    plain ? write_as<false>(b, a, c, k) : write_as<true>(b, a, c, k);
  }

 private:
  template <bool Clamped, bool Kept>
  double sum_as(std::size_t b, float a, float c, std::size_t skipped) const {
    const Exponentials<V, Clamped> e(V::all(a), V::all(c));
    const float* next = first + b + at_once < work.rows ? x(b + at_once) : x(b);
    if (!Kept || place == nullptr)
      return sum_row<V, A>(
          e, x(b), n, skipped, [next](std::size_t i, const auto&) __attribute__((always_inline)) {
            V::prefetch(next + i);
          });
    float* const kept = place + b * span;
    float* const result = y(b);
    return sum_row<V, A>(
        e, x(b), n, skipped, [&](std::size_t i, const auto& term) __attribute__((always_inline)) {
          A::keep(kept, i, apart, term);
          V::prefetch(next + i);
          V::prefetch_to_write(result + i);
        });
  }

  template <bool Clamped>
  void write_as(std::size_t b, float a, float c, double k) const {
    const Factor<V> factor(Clamped ? subnormal_factor * k : k);
    const auto result = [&factor](const typename A::Term& term) __attribute__((always_inline)) {
      const auto scaled = A::times(term, factor);
      if constexpr (Clamped)
        return without_factor<V>(scaled);
      else
        return scaled;
    };
    if (place != nullptr) {
      const float* const kept = place + b * span;
      return write_row<V>(
          y(b), n, work.stream, [&](std::size_t i, std::size_t) __attribute__((always_inline)) {
            return result(A::fetch(kept, i, apart));
          });
    }
    const Exponentials<V, Clamped> e(V::all(a), V::all(c));
    write_row<V>(
        y(b), n, work.stream,
        [&, x = x(b) ](std::size_t i, std::size_t count) __attribute__((always_inline)) {
          return result(A::term(e, load_some<V>(x + i, count)));
        });
  }
};

template <class V, class A>
void softmax_rows(const Work& work) {
  for (std::size_t first = 0; first < work.rows; first += rows_at_once(work.classes)) {
    const Batch<V, A> batch(work, first);
    float m[16];
    bool plain[16];
    double sums[16];
    for (std::size_t b = 0; b < batch.rows; ++b) {
      Lanes<V> lanes;
      const auto [largest, smallest] = lanes.scan(batch.x(b), batch.n);
      m[b] = largest;
      plain[b] = largest - smallest < plain_range && origin_of(largest) == 0;
    }
    for (std::size_t b = 0; b < batch.rows; ++b) {
      const float c = origin_of(m[b]);
      sums[b] = batch.template sum<true>(plain[b], b, m[b] - c, c, batch.n);
    }
    for (std::size_t b = 0; b < batch.rows; ++b) {
      const float c = origin_of(m[b]);
      if (!(sums[b] > 0))
        fill_nan(batch.y(b), batch.n);
      else
        batch.write(plain[b], b, m[b] - c, c, 1 / sums[b]);
    }
  }
  if (work.stream) V::fence();
}

// A batch of rows whose log-sum-exp is asked for.
template <class V, class A>
struct LogBatch : Batch<V, A> {
  using Floats = typename V::Floats;

  float m[16] = {}, second[16] = {}, least[16] = {}, a[16] = {}, c[16] = {};
  bool plain[16] = {};
  std::size_t place_of_m[16] = {};
  double sums[16] = {};

  LogBatch(const Work& all, std::size_t from) : Batch<V, A>(all, from) {}

  // A row is plain where no logit is more than `range` below the origin of the exponentials, or,
  // for `from_top`, below the largest.
  template <bool Kept>
  void sum_all(float range, bool from_top) {
    for (std::size_t b = 0; b < this->rows; ++b) {
      Lanes<V> lanes;
      const auto [largest, smallest] = lanes.scan(this->x(b), this->n);
      m[b] = largest;
      least[b] = smallest;
      lanes.locate(this->x(b), this->n, largest, place_of_m[b], second[b]);
    }
    const Tops<V> top = tops();
    V::store(a, top.origin());
    V::store(c, top.c);
    for (std::size_t b = 0; b < this->rows; ++b) {
      plain[b] = (from_top ? m[b] : second[b]) - least[b] < range && c[b] == 0 &&
                 m[b] - second[b] <= nothing;
      sums[b] = this->template sum<Kept>(plain[b], b, a[b], c[b], place_of_m[b]);
    }
  }

  Tops<V> tops() const { return Tops<V>(V::load(m), V::load(second)); }
  LogSum<V> log_sum(const Tops<V>& of) const { return LogSum<V>(of, V::load(sums)); }

  std::size_t target(std::size_t b) const {
    return static_cast<std::size_t>(this->work.targets[this->first + b]);
  }
  // The targets' logits, and where the target is the largest.
  Floats target_logits() const {
    float at[16] = {};
    for (std::size_t b = 0; b < this->rows; ++b) at[b] = this->x(b)[target(b)];
    return V::load(at);
  }
  typename V::Mask hits() const {
    float hit[16] = {};
    for (std::size_t b = 0; b < this->rows; ++b) hit[b] = target(b) == place_of_m[b] ? 1 : 0;
    return V::load(hit) == V::all(1.0F);
  }
};

template <class V, class A, bool Plain>
void write_log_probabilities(const LogBatch<V, A>& batch, std::size_t b, double l) {
  const LogProbability<V, A::accurate> log_p(V::all(batch.m[b]), V::all(l));
  const float* const x = batch.x(b);
  if (batch.m[b] == batch.second[b])
    return write_row<V>(
        batch.y(b), batch.n,
        batch.work.stream, [&](std::size_t i, std::size_t count) __attribute__((always_inline)) {
          return log_p.template operator()<Plain>(load_some<V>(x + i, count));
        });
  write_row<V>(
      batch.y(b), batch.n,
      batch.work.stream, [&](std::size_t i, std::size_t count) __attribute__((always_inline)) {
        return log_p.template below<Plain>(load_some<V>(x + i, count));
      });
  batch.y(b)[batch.place_of_m[b]] = V::lane_0(log_p.at_m);
}

template <class V, class A>
void log_softmax_rows(const Work& work) {
  for (std::size_t first = 0; first < work.rows; first += rows_at_once(work.classes)) {
    LogBatch<V, A> batch(work, first);
    batch.template sum_all<false>(log_range, false);
    double l[16];
    V::store(l, batch.log_sum(batch.tops()).l);
    for (std::size_t b = 0; b < batch.rows; ++b)
      if (!(l[b] >= 0))
        fill_nan(batch.y(b), batch.n);
      else if (batch.plain[b])
        write_log_probabilities<V, A, true>(batch, b, l[b]);
      else
        write_log_probabilities<V, A, false>(batch, b, l[b]);
  }
  if (work.stream) V::fence();
}

template <class V, class A>
void log_sum_rows(const Work& work) {
  for (std::size_t first = 0; first < work.rows; first += rows_at_once(work.classes)) {
    LogBatch<V, A> batch(work, first);
    batch.template sum_all<false>(log_range, false);
    double l[16];
    V::store(l, batch.log_sum(batch.tops()).l);
    for (std::size_t b = 0; b < batch.rows; ++b) {
      work.losses[first + b] = batch.m[b];
      work.above[first + b] = l[b];
    }
  }
}

template <class V, class A>
void loss_rows(const Work& work) {
  for (std::size_t first = 0; first < work.rows; first += rows_at_once(work.classes)) {
    LogBatch<V, A> batch(work, first);
    batch.template sum_all<false>(log_range, false);
    const Tops<V> tops = batch.tops();
    V::store_first(work.losses + first, batch.rows,
                   losses_of<V, A>(tops, batch.log_sum(tops), batch.target_logits()));
  }
}

template <class V, class A>
void gradient_rows(const Work& work) {
  for (std::size_t first = 0; first < work.rows; first += rows_at_once(work.classes)) {
    LogBatch<V, A> batch(work, first);
    batch.template sum_all<true>(plain_range, true);
    const Tops<V> tops = batch.tops();
    const LogSum<V> s = batch.log_sum(tops);
    const auto x = batch.target_logits();
    const GradientParts<V> parts(tops, s, x, batch.hits(), work.scale);
    V::store_first(work.losses + first, batch.rows, losses_of<V, A>(tops, s, x));
    double k[16], l[16];
    float at_top[16], at_target[16];
    V::store(k, parts.k);
    V::store(l, s.l);
    V::store(at_top, parts.at_top);
    V::store(at_target, parts.at_target);
    for (std::size_t b = 0; b < batch.rows; ++b) {
      float* const y = batch.y(b);
      if (!(l[b] >= 0)) {
        fill_nan(y, batch.n);
        continue;
      }
      batch.write(batch.plain[b], b, batch.a[b], batch.c[b], k[b]);
      y[batch.place_of_m[b]] = at_top[b];
      y[batch.target(b)] = at_target[b];
    }
  }
  if (work.stream) V::fence();
}

}  // namespace maxtrick::kernels
