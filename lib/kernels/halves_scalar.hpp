// Sixteen numbers of 16 bits in plain C++, for Stored (stored.hpp). It is the specification of the
// other halves_*.hpp.
#pragma once

#include "kernels/bits_16.hpp"
#include "kernels/vector_scalar.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {

struct Halves {
  struct Bits {
    std::uint16_t v[16];
  };

  // S is Float16Bits or BFloat16Bits.
  template <class S>
  static Floats widened(const Bits& a) {
    return each<Floats>([&](int i) { return float{__builtin_bit_cast(S, a.v[i])}; });
  }
  template <class S>
  static Bits narrowed(const Floats& a) {
    return each<Bits>([&](int i) { return S(a.v[i]).bits; });
  }

  template <class S>
  static Bits load(const S* p) {
    return each<Bits>([p](int i) { return p[i].bits; });
  }
  // The first n, 0 to 16; the others are 0.
  template <class S>
  static Bits load_first(const S* p, std::size_t n) {
    Bits a = {};
    for (std::size_t i = 0; i < n; ++i) a.v[i] = p[i].bits;
    return a;
  }
  template <class S>
  static void store(S* p, const Bits& a) {
    store_first(p, 16, a);
  }
  template <class S>
  static void store_first(S* p, std::size_t n, const Bits& a) {
    for (std::size_t i = 0; i < n; ++i) p[i].bits = a.v[i];
  }
  static constexpr std::size_t stream_alignment = 2;
  template <class S>
  static void stream(S* p, const Bits& a) {
    store(p, a);
  }

  // As Vector::load_columns and Vector::store_columns.
  template <class S>
  static void load_columns(const S* x, std::size_t stride, std::size_t width, Bits (&columns)[4]) {
    for (std::size_t c = 0; c < 4; ++c)
      columns[c] = each<Bits>([&](int i) {
        return c < width ? x[static_cast<std::size_t>(i) * stride + c].bits : std::uint16_t{0};
      });
  }
  template <class S>
  static void store_columns(S* y, std::size_t stride, std::size_t width, const Bits (&columns)[4]) {
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t c = 0; c < width; ++c) y[i * stride + c].bits = columns[c].v[i];
  }
};

}  // namespace maxtrick::kernels::MAXTRICK_VECTOR
