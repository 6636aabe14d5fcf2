// Softmax, log-softmax, log-sum-exp and cross-entropy in float32, row by row, right to the last
// place or nearly so, and fast: the kernels of the maxtrick suite as a library. C++20.
//
//   std::vector<float> x{1000, 1001, 1002, 0, 0, 0};
//   maxtrick::softmax({x, 2, 3}, {x, 2, 3});  // in place: 0.0900 0.2447 0.6652 and 1/3 three times
//
// What holds for every function:
//
// Shapes. A matrix has `rows` rows of `classes` logits, natural logarithms of weights; any stride
//   from `classes` on, any alignment; 0 rows are no work. Nothing between the rows is read or
//   written.
// Aliasing. Results may take the place of the logits: the same data and stride. They may lie in the
//   gaps between the rows of another argument that has the same stride. Else what is written
//   overlaps no other argument.
// Special values. A row with NaN or +inf in it, or with nothing but -inf, gives NaN throughout, and
//   no other row is touched by that (log_sum_exp says of itself what it gives). A single -inf is a
//   class that is not there: probability 0, log-probability -inf. Results that are subnormal are
//   not flushed to 0. No result is -0.
// Error. In ULP, units in the last place of float32 at the exact value, of 2^-149 where that is
//   subnormal; a correctly rounded result is within 0.5. Beyond the largest float is infinity.
//   Algorithm::accurate: at most 1 ULP, and the same bits from every CPU and compiler, with any
//     number of threads, any stride and alignment, in place or not. (1 + 3 s is what is proven
//     where the classes that lie 13 or more below the largest make up a share s of the sum; for a
//     share that matters it takes a hundred thousand of them.)
//   Algorithm::fast: at most 6 ULP; the bits are not promised.
//   Both hold where rounding is to nearest and subnormal numbers are not flushed, as a program
//   starts.
// Threads. Calls may run at the same time if what one writes no other reads or writes.
// Exceptions. Everything is checked before anything is written: std::invalid_argument names the
//   function, the argument and the figures. It comes too, from every call, where the variable
//   MAXTRICK_ISA names no instruction set or one that is lacking here. A function that throws
//   anything else says so.
// Memory. Up to 128 KiB of the stack of each thread.
#pragma once

#if __cplusplus <= 201703L
#error "maxtrick/maxtrick.hpp wants C++20: -std=c++20"
#endif

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "maxtrick/version.hpp"

#pragma GCC visibility push(default)

namespace maxtrick {

// Row r is values[r * stride] to values[r * stride + classes - 1]. Of `values`, from which a vector
// or an array converts, the last row may be the end; what is beyond it is left alone.
struct ConstMatrix {
  std::span<const float> values;
  std::size_t rows = 0;
  std::size_t classes = 0;
  std::size_t stride = classes;  // in floats; of one row it does not count
};

struct Matrix {
  std::span<float> values;
  std::size_t rows = 0;
  std::size_t classes = 0;
  std::size_t stride = classes;

  operator ConstMatrix() const noexcept { return {values, rows, classes, stride}; }
};

enum class Algorithm { fast, accurate };

struct Options {
  Algorithm algorithm = Algorithm::accurate;
  // At most so many, by OpenMP, from 1 on; a small matrix takes fewer.
  unsigned threads = 1;
};

// y_i = e^{x_i} / sum_k e^{x_k}. One class: 1 (fast: within its error).
void softmax(ConstMatrix logits, Matrix probabilities, Options options = {});

// y_i = x_i - log sum_k e^{x_k}, also where the probability is 1 to the last place, or too small to
// be a float. One class: 0.
void log_softmax(ConstMatrix logits, Matrix log_probabilities, Options options = {});

// sums[r] = y = log sum_k e^{x_k}, r from 0 to rows - 1. A row with NaN gives NaN, else one with
// +inf +inf, else one of -inf -inf. The result may not take the place of the logits. Error, where
// the logits may cancel: accurate: 1 ULP of |y| or of 2^-70, whichever is larger. fast: 4 ULP of
// |y| or of y - max_k x_k, whichever is larger: of a y near 0 no digit need be right.
// Rows that cancel so far that |y| < 0.8 (y - max_k x_k), as log-probabilities do, take `accurate`
// about a microsecond for each logit, some thousand times as long as other rows; `fast` no longer.
// Throws std::bad_alloc too, before anything is written: it has 8 bytes for each row.
void log_sum_exp(ConstMatrix logits, std::span<float> sums, Options options = {});

// losses[r] = log sum_k e^{x_k} - x_t, t = targets[r] from 0 to classes - 1, r from 0 to rows - 1:
// in nats, not averaged. +inf where x_t is -inf. One class: 0.
void cross_entropy(ConstMatrix logits, std::span<const std::int32_t> targets,
                   std::span<float> losses, Options options = {});

// The losses as above, of the same bits with `accurate`, and their gradient in the logits,
// g_i = scale (y_i - [i = t]), y the softmax. The error is that of the exact value, in which the
// target's y - 1 has not cancelled, times scale; a g_i below scale e^-110 is 0. For the mean of the
// losses scale is 1 / rows; it may be from 2^-30 to 2^30.
void cross_entropy_gradient(ConstMatrix logits, std::span<const std::int32_t> targets,
                            std::span<float> losses, Matrix gradient, float scale = 1,
                            Options options = {});

// The instruction set in use: "avx512", "avx2" (with FMA) or "scalar", the best that the CPU has
// or, if the variable MAXTRICK_ISA names one, that. Chosen by the first call of any function here.
[[nodiscard]] std::string_view instruction_set();

}  // namespace maxtrick

#pragma GCC visibility pop
