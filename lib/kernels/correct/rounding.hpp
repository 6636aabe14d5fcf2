// Rounding tests of the algorithm `correct`: whether all numbers near an approximation y round to
// the same float.
//
// A double has 29 bits below the last bit of a normal float. Two neighbouring floats meet where
// these bits are 2^28. Step 1 calls a y doubtful if they are within `window` of 2^28.
//   1. For a normal y, an error of `window` units is a relative error of window 2^-53 or more. So a
//      y with a smaller error that is not doubtful rounds as the exact value does.
//   2. Subnormal floats are multiples of 2^-149. For y below 2^-126, the bits of y + 2^-126 are
//      looked at instead: an ULP of that sum is 2^-178, and again 29 bits are below the last one of
//      the float. The sum rounds y by at most half a unit.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/doubles.hpp"

namespace maxtrick::kernels::correct {

// The windows of narrow and of wide rows (first_step.hpp), as powers of two. Their errors are below
// 2^-46 and 2^-45 (correct.hpp).
inline constexpr int narrow_window = 7, wide_window = 8;

// What near_midpoint() and any_near_midpoint() must be given to find a doubtful y.
struct Window {
  std::uint64_t offset, field;

  [[gnu::always_inline]] explicit constexpr Window(int log2_of_window)
      : offset((std::uint64_t{1} << log2_of_window) - (std::uint64_t{1} << 28)),
        field((std::uint64_t{1} << 29) - (std::uint64_t{2} << log2_of_window)) {}
};

inline constexpr double least_normal = 0x1p-126;

// y + 2^-126 where y < 2^-126, else y. y >= 0 or NaN.
template <class D, class All>
[[gnu::always_inline]] inline D to_normal(D y, All all) {
  return where_less(y, all(least_normal), y + all(least_normal), y);
}
// The float nearest to y, for an s = to_normal(y) that is not doubtful.
template <class V>
[[gnu::always_inline]] inline typename V::Floats from_normal(typename V::Doubles s,
                                                             typename V::Doubles y) {
  const auto least = V::all(least_normal);
  return bits_minus(V::narrow(s), V::narrow(where_less(y, least, least, V::all(0.0))));
}

// The float nearest to h + e, where |e| is at most half an ULP of h. h is rounded to odd first
// (Boldo and Melquiond, IEEE Trans. Computers 57, 2008): a double whose last bit is set is neither
// a float nor halfway between two, so that the second rounding goes the right way.
[[nodiscard]] static inline float nearest(double h, double e) {
  if (h == 0) return static_cast<float>(e);
  auto bits = __builtin_bit_cast(std::int64_t, h);
  if (e != 0 && bits % 2 == 0 && h - h == 0) bits += (e > 0) == (h > 0) ? 1 : -1;
  return static_cast<float>(__builtin_bit_cast(double, bits));
}

}  // namespace maxtrick::kernels::correct
