// Rows of more classes than a register has room for several of them: one row at a time, class i in
// lane i mod 16.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/doubles.hpp"
#include "kernels/log_probability.hpp"
#include "kernels/logarithm.hpp"
#include "kernels/range.hpp"
#include "kernels/terms.hpp"
#include "kernels/work.hpp"

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
      four_times([&](std::size_t j) {
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
    std::size_t lane = 0;
    second = -infinity;
    typename V::Floats others = V::all(-infinity);
    bool found = false;
    for (std::size_t j = 0; j < 4; ++j) {
      const std::size_t at = found ? 16 : lowest(largest[j] == V::all(m));
      if (at < 16) {
        found = true;
        lane = 16 * j + at;
        others = larger(others, select(V::one(at), V::all(-infinity), largest[j]));
      } else {
        others = larger(others, largest[j]);
      }
    }
    second = V::largest(others);
    place = n;
    for (std::size_t i = lane; i < n; i += block) {
      if (place == n && x[i] == m)
        place = i;
      else if (x[i] > second)
        second = x[i];
    }
  }
};

static inline void fill_nan(float* y, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) y[i] = nan_result;
}

// The sum over a row but for class `skipped` (n: none), keep(i, term) called for the terms of
// classes i to i + 15; what it keeps of the skipped class and past the end means nothing.
template <class V, class A, bool Clamped, class Keep>
double sum_row(const Exponentials<V, Clamped>& e, const float* x, std::size_t n,
               std::size_t skipped, Keep keep) {
  typename A::Sum sum;
  typename A::Term terms[4];
  const auto add = [&](std::size_t i) {
    if (skipped - i < block) {
      const std::size_t at = skipped - i;
      four_times([&](std::size_t j) {
        if (at / 16 == j) terms[j] = A::only(~V::one(at % 16), terms[j]);
      });
    }
    sum.add(terms[0], terms[1], terms[2], terms[3]);
  };
  std::size_t i = 0;
  for (; i + block <= n; i += block) {
    four_times([&](std::size_t j) {
      terms[j] = A::term(e, V::load(x + i + 16 * j));
      keep(i + 16 * j, terms[j]);
    });
    add(i);
  }
  if (i < n) {
    four_times([&](std::size_t j) {
      const std::size_t first = i + 16 * j;
      const std::size_t count = first >= n ? 0 : n - first < 16 ? n - first : 16;
      terms[j] = typename A::Term{};
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
      four_times(
          [&](std::size_t j) { V::store(y + i + 16 * j, result(i + 16 * j, std::size_t{16})); });
    for (; i + 16 <= n; i += 16) V::store(y + i, result(i, std::size_t{16}));
  }
  if (i < n) V::store_first(y + i, n - i, result(i, n - i));
}

// Where the terms of a row go. A load waits for an earlier store whose address has the same last
// twelve bits, so the kept terms lie such that neither the loads of x overtake the stores of terms
// nor the loads of terms those of y.
static inline float* place_for(float* scratch, std::size_t n, const float* x, const float* y) {
  if (n > kept_classes) return nullptr;
  const auto at = [](const float* p) { return reinterpret_cast<std::uintptr_t>(p) / 4 % page; };
  const std::size_t ahead = (at(y) - at(x)) % page;
  const std::size_t shift = ahead > 0 && ahead < page / 2 ? page / 2 : 0;
  return scratch + (at(x) + shift - at(scratch)) % page / 16 * 16;
}

// A row, and what its passes share.
template <class V, class A, bool Clamped>
struct Row {
  static constexpr bool clamped = Clamped;

  const float* x;
  float* y;
  std::size_t n;
  float* scratch;     // for kept terms; null where they are computed anew
  const float* next;  // the row after it, to be fetched
  Exponentials<V, Clamped> exponentials;

  Row(const Work& work, std::size_t row, float a, float c)
      : x(work.x + row * work.x_stride),
        y(work.y + row * work.y_stride),
        n(work.classes),
        scratch(place_for(work.scratch, n, x, y)),
        next(row + 1 < work.rows ? x + work.x_stride : x),
        exponentials(V::all(a), V::all(c)) {}

  // From the first part of a row's terms to the second: pages lie between them, as below.
  std::size_t apart() const { return (n + 16 + page - 1) / page * page; }

  double sum(std::size_t skipped) const {
    if (scratch == nullptr)
      return sum_row<V, A>(exponentials, x, n, skipped,
                           [this](std::size_t i, const auto&) { V::prefetch(next + i); });
    return sum_row<V, A>(exponentials, x, n, skipped, [this](std::size_t i, const auto& term) {
      A::keep(scratch, i, apart(), term);
      V::prefetch(next + i);
      V::prefetch_to_write(y + i);
    });
  }

  // y = e K for all classes; K carries the factor where `Clamped`.
  void write(const Factor<V>& k, bool stream) const {
    const auto result = [&k](const typename A::Term& term) {
      const auto y_factor = A::times(term, k);
      if constexpr (Clamped)
        return without_factor<V>(y_factor);
      else
        return y_factor;
    };
    if (scratch != nullptr)
      write_row<V>(y, n, stream, [&](std::size_t i, std::size_t) {
        return result(A::fetch(scratch, i, apart()));
      });
    else
      write_row<V>(y, n, stream, [&](std::size_t i, std::size_t count) {
        return result(A::term(exponentials, count == 16
                                                ? V::load(x + i)
                                                : V::load_first(x + i, count, V::all(x[i]))));
      });
  }
};

template <class V, class A, bool Clamped>
void softmax_row(const Work& work, std::size_t r, float m) {
  const float c = origin_of(m);
  const Row<V, A, Clamped> row(work, r, m - c, c);
  const double sum = row.sum(row.n);
  if (!(sum > 0)) return fill_nan(row.y, row.n);
  row.write(Factor<V>((Clamped ? subnormal_factor : 1.0) / sum), work.stream);
}

template <class V, class A>
void softmax_rows(const Work& work) {
  for (std::size_t r = 0; r < work.rows; ++r) {
    Lanes<V> lanes;
    const auto [m, least] = lanes.scan(work.x + r * work.x_stride, work.classes);
    if (!finite(m))
      fill_nan(work.y + r * work.y_stride, work.classes);
    else if (m - least < plain_range && origin_of(m) == 0)
      softmax_row<V, A, false>(work, r, m);
    else
      softmax_row<V, A, true>(work, r, m);
  }
  if (work.stream) V::fence();
}

// What the sum of a row is made of, relative to 2^N of its second largest logit.
struct LogSum {
  double below;  // the sum over the others
  double top;    // e^m
  double l;      // log-sum-exp less m; NaN where the row has a NaN
};

// For the largest logit m at `place`; where it stands alone, all others being nothing beside it,
// the sum of them only tells whether there is a NaN.
template <class V, class A, bool Clamped>
LogSum log_sum(const Row<V, A, Clamped>& row, float m, std::size_t place, bool alone) {
  const double below = row.sum(place);
  if (alone) return {0, 1, below - below};
  const float c = origin_of(m);
  const Exponentials<V, Clamped> to_top(V::all(m - c), V::all(c));
  const double at_m = V::lane_0(value<V>(to_top(V::all(m))));
  const double top = times_power_of_two(at_m, V::lane_0(to_top.scale() - row.exponentials.scale()));
  return {below, top, log1p(below / top, [](double a) { return a; })};
}

// The rows of a work, each as task(row, sum, second): the row's exponentials are relative to its
// second largest logit, or to the largest where all others are nothing beside it. invalid(r) is
// called for a row that has no finite largest logit. `range` is how far below that origin a logit
// may be in a plain row.
template <class V, class A, class Task, class Invalid>
void log_rows(const Work& work, float range, bool from_top, Task task, Invalid invalid) {
  for (std::size_t r = 0; r < work.rows; ++r) {
    const float* x = work.x + r * work.x_stride;
    Lanes<V> lanes;
    const auto [m, least] = lanes.scan(x, work.classes);
    if (!finite(m)) {
      invalid(r);
      continue;
    }
    std::size_t place;
    float second;
    lanes.locate(x, work.classes, m, place, second);
    const bool alone = !(m - second <= nothing);
    const float c = origin_of(m), a = (alone ? m : second) - c;
    if ((from_top ? m : second) - least < range && c == 0 && !alone) {
      const Row<V, A, false> row(work, r, a, c);
      task(r, row, m, place, alone, m == second);
    } else {
      const Row<V, A, true> row(work, r, a, c);
      task(r, row, m, place, alone, m == second);
    }
  }
  if (work.stream) V::fence();
}

template <class V, class A>
void log_softmax_rows(const Work& work) {
  log_rows<V, A>(
      work, 100, false,
      [&work](std::size_t, auto row, float m, std::size_t place, bool alone, bool tie) {
        constexpr bool plain = !decltype(row)::clamped;
        row.scratch = nullptr;  // the result needs no exponentials
        const LogSum s = log_sum(row, m, place, alone);
        if (!(s.l >= 0)) return fill_nan(row.y, row.n);
        const LogProbability<V, A::accurate> log_p(V::all(m), V::all(s.l));
        const auto load = [&row](std::size_t i, std::size_t count) {
          return count == 16 ? V::load(row.x + i)
                             : V::load_first(row.x + i, count, V::all(row.x[i]));
        };
        if (tie) {
          write_row<V>(row.y, row.n, work.stream, [&](std::size_t i, std::size_t count) {
            return log_p.template operator()<plain>(load(i, count));
          });
        } else {
          write_row<V>(row.y, row.n, work.stream, [&](std::size_t i, std::size_t count) {
            return log_p.template below<plain>(load(i, count));
          });
          row.y[place] = V::lane_0(log_p.at_m);
        }
      },
      [&work](std::size_t r) { fill_nan(work.y + r * work.y_stride, work.classes); });
}

template <class V, class A>
void log_sum_rows(const Work& work) {
  log_rows<V, A>(
      work, 100, false,
      [&work](std::size_t r, auto row, float m, std::size_t place, bool alone, bool) {
        row.scratch = nullptr;
        work.losses[r] = m;
        work.above[r] = log_sum(row, m, place, alone).l;
      },
      [&work](std::size_t r) { work.above[r] = static_cast<double>(nan_result); });
}

template <class V, class A>
float loss_of(float x, float m, double l) {
  const LogProbability<V, A::accurate> log_p(V::all(m), V::all(l));
  return V::lane_0(V::all(0.0F) - log_p.template operator()<false>(V::all(x)));
}

template <class V, class A>
void loss_rows(const Work& work) {
  log_rows<V, A>(
      work, 100, false,
      [&work](std::size_t r, auto row, float m, std::size_t place, bool alone, bool) {
        row.scratch = nullptr;
        const LogSum s = log_sum(row, m, place, alone);
        work.losses[r] = s.l >= 0 ? loss_of<V, A>(row.x[work.targets[r]], m, s.l) : nan_result;
      },
      [&work](std::size_t r) { work.losses[r] = nan_result; });
}

// y - t of the target as what it is, minus the sum of the others, where it is the largest: 1 - y
// would cancel. Else y is 1/2 at most.
template <class V, class A>
void gradient_rows(const Work& work) {
  log_rows<V, A>(
      work, plain_range, true,
      [&work](std::size_t r, auto row, float m, std::size_t place, bool alone, bool) {
        constexpr bool clamped = decltype(row)::clamped;
        const auto t = static_cast<std::size_t>(work.targets[r]);
        const float xt = row.x[t];
        const LogSum s = log_sum(row, m, place, alone);
        if (!(s.l >= 0)) {
          work.losses[r] = nan_result;
          return fill_nan(row.y, row.n);
        }
        const double scale = static_cast<double>(work.scale);
        const double sum = s.below + s.top;
        const double et = V::lane_0(A::value(A::term(row.exponentials, V::all(xt))));
        work.losses[r] = loss_of<V, A>(xt, m, s.l);
        if (alone) {
          for (std::size_t i = 0; i < row.n; ++i) row.y[i] = 0;
          row.y[place] = work.scale;
          row.y[t] = t == place ? 0 : -work.scale;
          return;
        }
        row.write(Factor<V>(scale * (clamped ? subnormal_factor : 1.0) / sum), work.stream);
        row.y[place] = static_cast<float>(scale * (s.top / sum));
        row.y[t] = static_cast<float>(0 - scale * ((t == place ? s.below : sum - et) / sum));
      },
      [&work](std::size_t r) {
        work.losses[r] = nan_result;
        fill_nan(work.y + r * work.y_stride, work.classes);
      });
}

}  // namespace maxtrick::kernels
