// The vector type V for logits and results that are stored in 16 bits: it converts them to Floats
// when it loads, and Floats to them when it stores.
//
// Error: let y be the exact result, f the float that the kernels compute, and s the result. ULP is
// a unit in the last place at y of the stored type, which has p digits, and ulp one of float.
//   1. |f - y| <= 1 ulp (terms.hpp, log_probability.hpp, log_sum_exp.hpp).
//   2. s is f rounded to nearest: |s - f| <= 0.5 ULP. This holds also where f and y are in different
//      binades. If f is below a power of two and y is not, the unit of f is the smaller one. If y
//      is below it and f is not, f is that power of two by step 1, because it is the only such float
//      within 1 ulp of y, and s = f.
//   3. 1 ulp is 2^(p - 24) ULP. For a float16 below 2^-14 it is less, because ULP does not shrink
//      there but ulp does: at most 2^-14 ULP.
// Together: |s - y| <= (0.5 + 2^-13) ULP for float16, and (0.5 + 2^-16) ULP for bfloat16. If the
// bound of step 1 is exceeded by 4 s ulp (a long tail, see sum.hpp), so is this one, by 4 s 2^(p - 24).
// One exception: step 2 does not hold for a float16 if f is 65520, the first number that rounds to
// infinity, and |y| is up to 1 ulp (0.004) smaller. The result is then infinite instead of 65504. This
// takes a log-probability or a loss of that size: eleven logits of 65504 and one of -13.6015625.
#pragma once

#include <cstddef>

namespace maxtrick::kernels {

// `Halves` moves sixteen numbers of 16 bits and converts them (halves_NAME.hpp). S is the type of
// these numbers (bits_16.hpp).
template <class V, class Halves, class S>
struct Stored : V {
  using Storage = S;
  using Floats = typename V::Floats;
  using Bits = typename Halves::Bits;

  // Floats and doubles are stored as they are.
  using V::load, V::load_first, V::store, V::store_first;

  [[gnu::always_inline]] static Floats load(const S* p) {
    return Halves::template widened<S>(Halves::load(p));
  }
  [[gnu::always_inline]] static Floats load_first(const S* p, std::size_t n, Floats fill) {
    return select(V::first(n), Halves::template widened<S>(Halves::load_first(p, n)), fill);
  }
  [[gnu::always_inline]] static void store(S* p, const Floats& a) {
    Halves::store(p, Halves::template narrowed<S>(a));
  }
  [[gnu::always_inline]] static void store_first(S* p, std::size_t n, const Floats& a) {
    Halves::store_first(p, n, Halves::template narrowed<S>(a));
  }
  static constexpr std::size_t stream_alignment = Halves::stream_alignment;
  [[gnu::always_inline]] static void stream(S* p, const Floats& a) {
    Halves::stream(p, Halves::template narrowed<S>(a));
  }

  [[gnu::always_inline]] static void load_columns(const S* x, std::size_t stride, std::size_t width,
                                                  Floats* columns) {
    Bits four[4];
    Halves::load_columns(x, stride, width, four);
    for (std::size_t c = 0; c < 4; ++c) columns[c] = Halves::template widened<S>(four[c]);
  }
  [[gnu::always_inline]] static void store_columns(S* y, std::size_t stride, std::size_t width,
                                                   const Floats* columns) {
    Bits four[4];
    for (std::size_t c = 0; c < 4; ++c) four[c] = Halves::template narrowed<S>(columns[c]);
    Halves::store_columns(y, stride, width, four);
  }
  // The columns of contiguous rows of n classes; n is 2 or 4.
  template <std::size_t n>
  [[gnu::always_inline]] static void load_dense(const S* x, Floats (&columns)[n]) {
    Bits all[n];
    Halves::load_dense(x, all);
    for (std::size_t c = 0; c < n; ++c) columns[c] = Halves::template widened<S>(all[c]);
  }
  template <std::size_t n>
  [[gnu::always_inline]] static void store_dense(S* y, const Floats (&columns)[n]) {
    Bits all[n];
    for (std::size_t c = 0; c < n; ++c) all[c] = Halves::template narrowed<S>(columns[c]);
    Halves::store_dense(y, all);
  }
};

}  // namespace maxtrick::kernels
