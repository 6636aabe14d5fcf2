// Sixteen lanes in plain C++. Every machine can run this vector type, and it is the specification
// of the others.
//
// CMake compiles the scalar kernels a second time for CPUs with FMA, in the namespace scalar_fma.
// Therefore no function of the standard library is called here (see doubles.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/doubles.hpp"

#ifndef MAXTRICK_VECTOR
#define MAXTRICK_VECTOR scalar
#endif

namespace maxtrick::kernels::MAXTRICK_VECTOR {

struct Mask {
  std::uint32_t v[16];  // all bits of a lane, or none
};
struct Floats {
  float v[16];
};
struct Doubles {
  double v[16];
};

// Without FMA each fma is a call of libm. Inlining this would then only make the code larger.
#ifdef __FMA__
#define MAXTRICK_EACH [[gnu::always_inline]] inline
#else
#define MAXTRICK_EACH [[gnu::noinline]]
#endif
template <class Result, class Function>
MAXTRICK_EACH Result each(Function function) {
  Result result;
  for (int i = 0; i < 16; ++i) result.v[i] = function(i);
  return result;
}
#undef MAXTRICK_EACH

inline std::uint32_t all_bits_if(bool is) { return is ? ~std::uint32_t{0} : 0; }
// `is ? a : b`, where all bits of `is` are set or none. GCC does not vectorise a loop with a condition that loads
// only one of them.
inline float chosen(std::uint32_t is, float a, float b) {
  return __builtin_bit_cast(float, (__builtin_bit_cast(std::uint32_t, a) & is) |
                                       (__builtin_bit_cast(std::uint32_t, b) & ~is));
}
inline double chosen(std::uint64_t is, double a, double b) {
  return __builtin_bit_cast(double, (__builtin_bit_cast(std::uint64_t, a) & is) |
                                        (__builtin_bit_cast(std::uint64_t, b) & ~is));
}

inline Floats operator+(const Floats& a, const Floats& b) {
  return each<Floats>([&](int i) { return a.v[i] + b.v[i]; });
}
inline Floats operator-(const Floats& a, const Floats& b) {
  return each<Floats>([&](int i) { return a.v[i] - b.v[i]; });
}
inline Floats operator*(const Floats& a, const Floats& b) {
  return each<Floats>([&](int i) { return a.v[i] * b.v[i]; });
}
inline Floats operator/(const Floats& a, const Floats& b) {
  return each<Floats>([&](int i) { return a.v[i] / b.v[i]; });
}
inline Mask operator<(const Floats& a, const Floats& b) {
  return each<Mask>([&](int i) { return all_bits_if(a.v[i] < b.v[i]); });
}
inline Mask operator==(const Floats& a, const Floats& b) {
  return each<Mask>([&](int i) { return all_bits_if(a.v[i] == b.v[i]); });
}
inline Mask operator~(const Mask& a) {
  return each<Mask>([&](int i) { return ~a.v[i]; });
}
inline Mask operator|(const Mask& a, const Mask& b) {
  return each<Mask>([&](int i) { return a.v[i] | b.v[i]; });
}
inline bool any(const Mask& a) {
  for (const std::uint32_t is : a.v)
    if (is != 0) return true;
  return false;
}

// The index of the first lane that is set; 16 if none is set.
inline std::size_t lowest(const Mask& a) {
  std::size_t i = 0;
  while (i < 16 && a.v[i] == 0) ++i;
  return i;
}

// a b + c, rounded once.
inline Floats fma(const Floats& a, const Floats& b, const Floats& c) {
  return each<Floats>([&](int i) { return __builtin_fmaf(a.v[i], b.v[i], c.v[i]); });
}
// c - a b, rounded once.
inline Floats fnma(const Floats& a, const Floats& b, const Floats& c) {
  return each<Floats>([&](int i) { return __builtin_fmaf(-a.v[i], b.v[i], c.v[i]); });
}
// The larger of a and b in each lane; b if either is NaN. smaller() treats NaN in the same way.
inline Floats larger(const Floats& a, const Floats& b) {
  return each<Floats>([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
inline Floats smaller(const Floats& a, const Floats& b) {
  return each<Floats>([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
inline Floats select(const Mask& m, const Floats& a, const Floats& b) {
  return each<Floats>([&](int i) { return chosen(m.v[i], a.v[i], b.v[i]); });
}
// a in the lanes of m, 0 in the other lanes.
inline Floats only_lanes(const Mask& m, const Floats& a) {
  return each<Floats>([&](int i) { return chosen(m.v[i], a.v[i], 0.0F); });
}
// Subtracts the bit patterns as integers; the difference is the bit pattern of the result.
inline Floats bits_minus(const Floats& a, const Floats& b) {
  return each<Floats>([&](int i) {
    return __builtin_bit_cast(float, __builtin_bit_cast(std::uint32_t, a.v[i]) -
                                         __builtin_bit_cast(std::uint32_t, b.v[i]));
  });
}

inline Doubles operator+(const Doubles& a, const Doubles& b) {
  return each<Doubles>([&](int i) { return a.v[i] + b.v[i]; });
}
inline Doubles operator-(const Doubles& a, const Doubles& b) {
  return each<Doubles>([&](int i) { return a.v[i] - b.v[i]; });
}
inline Doubles operator*(const Doubles& a, const Doubles& b) {
  return each<Doubles>([&](int i) { return a.v[i] * b.v[i]; });
}
inline Doubles operator/(const Doubles& a, const Doubles& b) {
  return each<Doubles>([&](int i) { return a.v[i] / b.v[i]; });
}
inline Doubles fma(const Doubles& a, const Doubles& b, const Doubles& c) {
  return each<Doubles>([&](int i) { return __builtin_fma(a.v[i], b.v[i], c.v[i]); });
}
inline Doubles fnma(const Doubles& a, const Doubles& b, const Doubles& c) {
  return each<Doubles>([&](int i) { return __builtin_fma(-a.v[i], b.v[i], c.v[i]); });
}
inline Doubles larger(const Doubles& a, const Doubles& b) {
  return each<Doubles>([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
inline Doubles smaller(const Doubles& a, const Doubles& b) {
  return each<Doubles>([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
inline Doubles bits_minus(const Doubles& a, const Doubles& b) {
  return each<Doubles>([&](int i) { return kernels::bits_minus(a.v[i], b.v[i]); });
}
inline Doubles select(const Mask& m, const Doubles& a, const Doubles& b) {
  return each<Doubles>([&](int i) {
    const auto is = static_cast<std::int64_t>(static_cast<std::int32_t>(m.v[i]));
    return chosen(static_cast<std::uint64_t>(is), a.v[i], b.v[i]);
  });
}
// x < y ? a : b
inline Doubles where_less(const Doubles& x, const Doubles& y, const Doubles& a, const Doubles& b) {
  return each<Doubles>([&](int i) {
    const std::uint64_t is = x.v[i] < y.v[i] ? ~std::uint64_t{0} : 0;
    return chosen(is, a.v[i], b.v[i]);
  });
}

// a 2^n for integral n; a and the result are normal numbers.
inline Doubles times_power_of_two(const Doubles& a, const Floats& n) {
  return each<Doubles>([&](int i) { return kernels::times_power_of_two(a.v[i], n.v[i]); });
}
// The k for which a 2^-k is in [p, 2 p), where p is the double with the bits `pivot`; a > 0.
inline Doubles exponent(const Doubles& a, std::uint64_t pivot) {
  return each<Doubles>([&](int i) { return kernels::exponent(a.v[i], pivot); });
}
// a 2^-k
inline Doubles without_exponent(const Doubles& a, const Doubles& k) {
  return each<Doubles>([&](int i) { return kernels::without_exponent(a.v[i], k.v[i]); });
}

// The entries of the table that the four lowest bits of each z select.
inline Doubles entry(const Doubles& z, const double (&table)[16]) {
  return each<Doubles>([&](int i) { return kernels::entry(z.v[i], table); });
}
// The doubles with the bits table[b mod 16] + b 2^48, where b is the bit pattern of z as an integer.
// Entry i of `table` has i 2^48 subtracted.
inline Doubles power(const Doubles& z, const std::int64_t (&table)[16]) {
  return each<Doubles>([&](int i) { return kernels::power(z.v[i], table); });
}
// The doubles with the bits table[b mod 8] + b 2^49. Entry i of `table` has i 2^49 subtracted.
inline Doubles power(const Doubles& z, const std::int64_t (&table)[8]) {
  return each<Doubles>([&](int i) { return kernels::power(z.v[i], table); });
}
// Whether any of the y is near a midpoint between two floats: no bit of the integer y + offset is set
// in the places of `field` (correct/rounding.hpp).
inline bool any_near_midpoint(const Doubles (&y)[4], std::uint64_t offset, std::uint64_t field) {
  for (const Doubles& four : y)
    for (const double yi : four.v)
      if (near_midpoint(yi, offset, field)) return true;
  return false;
}

struct Vector {
  using Floats = MAXTRICK_VECTOR::Floats;
  using Doubles = MAXTRICK_VECTOR::Doubles;
  using Mask = MAXTRICK_VECTOR::Mask;
  using Storage = float;  // of logits and results
  static constexpr std::size_t lanes = 16;
  static constexpr int registers = 0;  // number of registers, counted in sixteen floats each

  static Floats all(float a) {
    return each<Floats>([a](int) { return a; });
  }
  static Doubles all(double a) {
    return each<Doubles>([a](int) { return a; });
  }
  // The first n lanes, 0 to 16.
  static Mask first(std::size_t n) {
    return each<Mask>([n](int i) { return all_bits_if(static_cast<std::size_t>(i) < n); });
  }
  static Mask one(std::size_t lane) {
    return each<Mask>([lane](int i) { return all_bits_if(static_cast<std::size_t>(i) == lane); });
  }

  static Floats load(const float* p) {
    return each<Floats>([p](int i) { return p[i]; });
  }
  static Floats load_first(const float* p, std::size_t n, Floats fill) {
    for (std::size_t i = 0; i < n; ++i) fill.v[i] = p[i];
    return fill;
  }
  static void store(float* p, const Floats& a) { store_first(p, 16, a); }
  static void store_first(float* p, std::size_t n, const Floats& a) {
    for (std::size_t i = 0; i < n; ++i) p[i] = a.v[i];
  }
  static Doubles load(const double* p) {
    return each<Doubles>([p](int i) { return p[i]; });
  }
  static void store(double* p, const Doubles& a) {
    for (int i = 0; i < 16; ++i) p[i] = a.v[i];
  }
  static Doubles load_first(const double* p, std::size_t n, Doubles fill) {
    for (std::size_t i = 0; i < n; ++i) fill.v[i] = p[i];
    return fill;
  }
  static void store_first(double* p, std::size_t n, const Doubles& a) {
    for (std::size_t i = 0; i < n; ++i) p[i] = a.v[i];
  }
  static constexpr std::size_t stream_alignment = 4;
  static void stream(float* p, const Floats& a) { store(p, a); }
  static void stream(double* p, const Doubles& a) { store(p, a); }
  static void fence() {}
  static void prefetch(const void*) {}
  static void prefetch_to_write(const void*) {}

  // The float with the bits table[b mod 8] + b 2^20, where b is the bit pattern of z as an integer.
  // Entry i of `table` has i 2^20 subtracted, so that the three lowest bits of b, which are the
  // index i, do not count in the sum.
  static Floats power(const Floats& z, const std::int32_t (&table)[16]) {
    return each<Floats>([&](int i) {
      const auto bits = __builtin_bit_cast(std::uint32_t, z.v[i]);
      return __builtin_bit_cast(float, static_cast<std::uint32_t>(table[bits & 7]) + (bits << 20));
    });
  }

  static float largest(const Floats& a) {
    float m = a.v[0];
    for (const float ai : a.v) m = ai > m ? ai : m;
    return m;
  }
  static float smallest(const Floats& a) {
    float m = a.v[0];
    for (const float ai : a.v) m = ai < m ? ai : m;
    return m;
  }
  static float lane_0(const Floats& a) { return a.v[0]; }
  static double lane_0(const Doubles& a) { return a.v[0]; }

  static Doubles widen(const Floats& a) {
    return each<Doubles>([&](int i) { return static_cast<double>(a.v[i]); });
  }
  static Floats narrow(const Doubles& a) {
    return each<Floats>([&](int i) { return static_cast<float>(a.v[i]); });
  }
  // The sum of all lanes: lane l is added to lane l + 8, then to l + 4, l + 2 and l + 1. The order
  // is the same for every instruction set, so that the bits are the same.
  static double sum(Doubles a) {
    for (int half = 8; half > 0; half /= 2)
      for (int i = 0; i < half; ++i) a.v[i] += a.v[i + half];
    return a.v[0];
  }

  // Loads columns 0 to width - 1 (width 1 to 4) of 16 rows that begin `stride` floats apart. Lane r
  // of columns[c] is column c of row r. Columns from `width` on are 0.
  static void load_columns(const float* x, std::size_t stride, std::size_t width, Floats* columns) {
    for (std::size_t c = 0; c < 4; ++c)
      columns[c] = each<Floats>(
          [&](int i) { return c < width ? x[static_cast<std::size_t>(i) * stride + c] : 0; });
  }

  // The inverse of load_columns. Nothing is written beyond column width - 1.
  static void store_columns(float* y, std::size_t stride, std::size_t width,
                            const Floats* columns) {
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t c = 0; c < width; ++c) y[i * stride + c] = columns[c].v[i];
  }

  // The same in float64.
  static void load_columns(const double* x, std::size_t stride, std::size_t width,
                           Doubles* columns) {
    for (std::size_t c = 0; c < 4; ++c) {
      double column[16] = {};
      for (std::size_t r = 0; r < 16 && c < width; ++r) column[r] = x[r * stride + c];
      columns[c] = load(column);
    }
  }
  static void store_columns(double* y, std::size_t stride, std::size_t width,
                            const Doubles* columns) {
    for (std::size_t c = 0; c < width; ++c) {
      double column[16];
      store(column, columns[c]);
      for (std::size_t r = 0; r < 16; ++r) y[r * stride + c] = column[r];
    }
  }
};

}  // namespace maxtrick::kernels::MAXTRICK_VECTOR
