// Two vectors as one with twice the lanes. Each operation is done on both vectors before the next
// operation, so that each vector hides the latency of the other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace maxtrick::kernels {

template <class V>
struct Twice {
  using Storage = typename V::Storage;
  static constexpr std::size_t lanes = 2 * V::lanes;

  struct Mask {
    typename V::Mask low, high;

    [[gnu::always_inline]] friend Mask operator~(const Mask& a) { return {~a.low, ~a.high}; }
    [[gnu::always_inline]] friend Mask operator|(const Mask& a, const Mask& b) {
      return {a.low | b.low, a.high | b.high};
    }
    [[gnu::always_inline]] friend bool any(const Mask& a) { return any(a.low | a.high); }
  };

  struct Floats {
    typename V::Floats low, high;

    [[gnu::always_inline]] friend Floats operator+(const Floats& a, const Floats& b) {
      return {a.low + b.low, a.high + b.high};
    }
    [[gnu::always_inline]] friend Floats operator-(const Floats& a, const Floats& b) {
      return {a.low - b.low, a.high - b.high};
    }
    [[gnu::always_inline]] friend Floats operator*(const Floats& a, const Floats& b) {
      return {a.low * b.low, a.high * b.high};
    }
    [[gnu::always_inline]] friend Floats operator/(const Floats& a, const Floats& b) {
      return {a.low / b.low, a.high / b.high};
    }
    [[gnu::always_inline]] friend Mask operator<(const Floats& a, const Floats& b) {
      return {a.low < b.low, a.high < b.high};
    }
    [[gnu::always_inline]] friend Mask operator==(const Floats& a, const Floats& b) {
      return {a.low == b.low, a.high == b.high};
    }
    [[gnu::always_inline]] friend Floats fma(const Floats& a, const Floats& b, const Floats& c) {
      return {fma(a.low, b.low, c.low), fma(a.high, b.high, c.high)};
    }
    [[gnu::always_inline]] friend Floats fnma(const Floats& a, const Floats& b, const Floats& c) {
      return {fnma(a.low, b.low, c.low), fnma(a.high, b.high, c.high)};
    }
    [[gnu::always_inline]] friend Floats larger(const Floats& a, const Floats& b) {
      return {larger(a.low, b.low), larger(a.high, b.high)};
    }
    [[gnu::always_inline]] friend Floats smaller(const Floats& a, const Floats& b) {
      return {smaller(a.low, b.low), smaller(a.high, b.high)};
    }
    [[gnu::always_inline]] friend Floats select(const Mask& m, const Floats& a, const Floats& b) {
      return {select(m.low, a.low, b.low), select(m.high, a.high, b.high)};
    }
    [[gnu::always_inline]] friend Floats only_lanes(const Mask& m, const Floats& a) {
      return {only_lanes(m.low, a.low), only_lanes(m.high, a.high)};
    }
    [[gnu::always_inline]] friend Floats bits_minus(const Floats& a, const Floats& b) {
      return {bits_minus(a.low, b.low), bits_minus(a.high, b.high)};
    }
  };

  struct Doubles {
    typename V::Doubles low, high;

    [[gnu::always_inline]] friend Doubles operator+(const Doubles& a, const Doubles& b) {
      return {a.low + b.low, a.high + b.high};
    }
    [[gnu::always_inline]] friend Doubles operator-(const Doubles& a, const Doubles& b) {
      return {a.low - b.low, a.high - b.high};
    }
    [[gnu::always_inline]] friend Doubles operator*(const Doubles& a, const Doubles& b) {
      return {a.low * b.low, a.high * b.high};
    }
    [[gnu::always_inline]] friend Doubles operator/(const Doubles& a, const Doubles& b) {
      return {a.low / b.low, a.high / b.high};
    }
    [[gnu::always_inline]] friend Doubles fma(const Doubles& a, const Doubles& b,
                                              const Doubles& c) {
      return {fma(a.low, b.low, c.low), fma(a.high, b.high, c.high)};
    }
    [[gnu::always_inline]] friend Doubles select(const Mask& m, const Doubles& a,
                                                 const Doubles& b) {
      return {select(m.low, a.low, b.low), select(m.high, a.high, b.high)};
    }
    [[gnu::always_inline]] friend Doubles where_less(const Doubles& x, const Doubles& y,
                                                     const Doubles& a, const Doubles& b) {
      return {where_less(x.low, y.low, a.low, b.low), where_less(x.high, y.high, a.high, b.high)};
    }
    [[gnu::always_inline]] friend Doubles times_power_of_two(const Doubles& a, const Floats& n) {
      return {times_power_of_two(a.low, n.low), times_power_of_two(a.high, n.high)};
    }
    [[gnu::always_inline]] friend Doubles exponent(const Doubles& a, std::uint64_t pivot) {
      return {exponent(a.low, pivot), exponent(a.high, pivot)};
    }
    [[gnu::always_inline]] friend Doubles without_exponent(const Doubles& a, const Doubles& k) {
      return {without_exponent(a.low, k.low), without_exponent(a.high, k.high)};
    }
  };

  [[gnu::always_inline]] static Floats all(float a) { return {V::all(a), V::all(a)}; }
  [[gnu::always_inline]] static Doubles all(double a) { return {V::all(a), V::all(a)}; }
  // All lanes if a, else none.
  [[gnu::always_inline]] static Mask where(bool a) { return {V::where(a), V::where(a)}; }

  template <class S>
  [[gnu::always_inline]] static Floats load(const S* p) {
    return {V::load(p), V::load(p + V::lanes)};
  }
  template <class S>  // float, or Storage
  [[gnu::always_inline]] static void store(S* p, const Floats& a) {
    V::store(p, a.low);
    V::store(p + V::lanes, a.high);
  }
  [[gnu::always_inline]] static void store(double* p, const Doubles& a) {
    V::store(p, a.low);
    V::store(p + V::lanes, a.high);
  }

  [[gnu::always_inline]] static Floats power(const Floats& z, const std::int32_t (&table)[16]) {
    return {V::power(z.low, table), V::power(z.high, table)};
  }
  [[gnu::always_inline]] static Doubles widen(const Floats& a) {
    return {V::widen(a.low), V::widen(a.high)};
  }
  [[gnu::always_inline]] static Floats narrow(const Doubles& a) {
    return {V::narrow(a.low), V::narrow(a.high)};
  }

  [[gnu::always_inline]] static void load_columns(const Storage* x, std::size_t stride,
                                                  std::size_t width, Floats* columns) {
    typename V::Floats low[4], high[4];
    V::load_columns(x, stride, width, low);
    V::load_columns(x + V::lanes * stride, stride, width, high);
    for (std::size_t c = 0; c < 4; ++c) columns[c] = {low[c], high[c]};
  }
  [[gnu::always_inline]] static void store_columns(Storage* y, std::size_t stride,
                                                   std::size_t width, const Floats* columns) {
    typename V::Floats low[4], high[4];
    for (std::size_t c = 0; c < 4; ++c) {
      low[c] = columns[c].low;
      high[c] = columns[c].high;
    }
    V::store_columns(y, stride, width, low);
    V::store_columns(y + V::lanes * stride, stride, width, high);
  }
  // The columns of contiguous rows of n classes; n is 2 or 4.
  template <std::size_t n>
  [[gnu::always_inline]] static void load_dense(const Storage* x, Floats (&columns)[n]) {
    typename V::Floats low[n], high[n];
    V::load_dense(x, low);
    V::load_dense(x + n * V::lanes, high);
    for (std::size_t c = 0; c < n; ++c) columns[c] = {low[c], high[c]};
  }
  template <std::size_t n>
  [[gnu::always_inline]] static void store_dense(Storage* y, const Floats (&columns)[n]) {
    typename V::Floats low[n], high[n];
    for (std::size_t c = 0; c < n; ++c) {
      low[c] = columns[c].low;
      high[c] = columns[c].high;
    }
    V::store_dense(y, low);
    V::store_dense(y + n * V::lanes, high);
  }
};

}  // namespace maxtrick::kernels
