// The kernels of the maxtrick suite as a library: softmax, log-softmax, log-sum-exp and
// cross-entropy in float32, row by row, fast, and within 1 ULP (accurate) or 6 ULP (fast). C++20.
//
//   std::vector<float> x{1000, 1001, 1002, 0, 0, 0};
//   maxtrick::softmax({x, 2, 3}, {x, 2, 3});  // in place: 0.0900 0.2447 0.6652 and 1/3 three times
//
// The following holds for every function.
//
// Shapes. A matrix has `rows` rows of `classes` logits (natural logarithms of weights), with any
//   strides of both as long as rows, or else classes, do not interleave. The alignment is
//   arbitrary. There may be 0 rows. Nothing between the numbers is read or written. So the softmax
//   along any axis of an array is a call on views: along axis 1 of a 2 x 3 x 4 array,
//     for (std::size_t i = 0; i < 2; ++i) {
//       const std::span<float> part = array.subspan(i * 3 * 4);
//       maxtrick::softmax({part, 4, 3, 1, 4}, {part, 4, 3, 1, 4});  // 4 rows of 3 classes
//     }
// Scale. All functions compute with x = Options::logit_scale * logit. Formulas and special values
//   below are about x. The kernels have no scale: x is rounded to float once before they read it,
//   and their errors are relative to the results of the rounded x, which changes a softmax by a
//   factor of up to e^(2^-23 max_k |x_k|), and a logarithm or a loss (of coefficients: times
//   sum_k |c_k|) by up to 2^-23 max_k |x_k|. With a power of two as scale, nothing is rounded
//   unless x is subnormal.
// Aliasing. The result may be the matrix of the logits (the same data and strides). A result may
//   also lie in the gaps between the rows of another argument, or between the numbers of its rows,
//   if both have the same strides. Otherwise an argument that is written must not overlap any other
//   argument.
// Special values. A row with NaN or +inf, or with nothing but -inf, gives NaN in all of its
//   results. This does not affect other rows. (log_sum_exp differs; see there.) A single -inf is a
//   class that does not take part: its probability is 0, its log-probability -inf. Subnormal
//   results are not flushed to 0. No result is -0.
// Error. Errors are in ULP, units in the last place of float32 at the exact value, which are 2^-149
//   if that is subnormal. The error of a correctly rounded result is at most 0.5 ULP. A result
//   beyond the largest float is an infinity.
//   Algorithm::accurate: at most 1 ULP. The bits are the same from every CPU and compiler, with any
//     number of threads, any stride and alignment, in place or not. (The proven bound is 1 + 3 s,
//     where s is the share of the sum that comes from classes 13 or more below the largest one. A
//     share that matters takes a hundred thousand such classes.)
//   Algorithm::correct: every result is the float nearest to the exact value; if two are equally
//     near, the one whose last bit is 0. So mathematics alone defines the bits. It takes two to
//     three times as long as accurate, and, for a row with results beside midpoints, some 20
//     microseconds for each of its logits and of these results.
//   Algorithm::fast: at most 6 ULP. The bits are not promised.
//   All require that rounding is to nearest and that subnormal numbers are not flushed, which is
//   the state in which a program starts.
// Threads. Calls may run at the same time if no call writes what another one reads or writes.
// Exceptions. All arguments are checked before anything is written. std::invalid_argument names the
//   function, the argument and the figures. Every call also throws it if the environment variable
//   MAXTRICK_ISA does not name an instruction set, or names one that cannot be used here. A
//   function throws nothing else unless its comment says so. With Algorithm::correct, softmax,
//   log_softmax and cross_entropy_gradient in place also throw std::bad_alloc, and so does every
//   function with a class_stride; before anything is written. With a logit_scale, or with
//   coefficients, some results may be written before std::bad_alloc.
// Memory. Up to 128 KiB of the stack of each thread; correct: up to 384 KiB, and one row of logits
//   for each thread if it works in place. With a class_stride or a logit_scale, for each thread half
//   a megabyte or one row; if the rows are adjacent and have up to 2^20 classes, 4 megabytes at
//   most, or 64 bytes for each class.
#pragma once

#if __cplusplus <= 201703L
#error "maxtrick/maxtrick.hpp requires C++20: compile with -std=c++20"
#endif

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "maxtrick/version.hpp"

#pragma GCC visibility push(default)

namespace maxtrick {

// Class k of row r is values[r * stride + k * class_stride]. A vector or an array converts to
// `values`. `values` may end with the last number of the last row; numbers beyond it are not read
// or written.
struct ConstMatrix {
  std::span<const float> values;
  std::size_t rows = 0;
  std::size_t classes = 0;
  std::size_t stride = classes;  // in floats; ignored if there is one row
  std::size_t class_stride = 1;  // in floats; ignored if there is one class
};

struct Matrix {
  std::span<float> values;
  std::size_t rows = 0;
  std::size_t classes = 0;
  std::size_t stride = classes;
  std::size_t class_stride = 1;

  operator ConstMatrix() const noexcept { return {values, rows, classes, stride, class_stride}; }
};

enum class Algorithm { fast, accurate, correct };

struct Options {
  Algorithm algorithm = Algorithm::accurate;
  // The largest number of OpenMP threads, at least 1. A small matrix takes fewer.
  unsigned threads = 1;
  // The factor of the logits, such as 1 / temperature: finite and above 0.
  double logit_scale = 1;
};

// y_i = e^{x_i} / sum_k e^{x_k}. For one class it is 1.
void softmax(ConstMatrix logits, Matrix probabilities, Options options = {});

// y_i = x_i - log sum_k e^{x_k}. The error bound also holds if the probability rounds to 1 or is
// too small for a float. For one class it is 0.
void log_softmax(ConstMatrix logits, Matrix log_probabilities, Options options = {});

// sums[r] = y = log sum_k e^{x_k}, r from 0 to rows - 1.
// Special values: a row with NaN gives NaN. Otherwise a row with +inf gives +inf, and a row of
//   nothing but -inf gives -inf.
// Aliasing: the result cannot take the place of the logits.
// Error, because the logits can cancel:
//   correct: none but the rounding.
//   accurate: at most 1 ULP of |y| or of 2^-70, whichever is larger.
//   fast: at most 1 ULP of |y| or of y - max_k x_k, whichever is larger. If y is near 0, none of
//     its digits need be right.
// Time: if a row cancels so far that |y| < 0.8 (y - max_k x_k), as log-probabilities do, `accurate`
//   takes about a microsecond for each logit, which is some thousand times as long as for other
//   rows. `correct` takes some ten times as long, and `fast` does not take longer.
// Exceptions: also std::bad_alloc, before anything is written. It allocates 8 bytes for each row.
void log_sum_exp(ConstMatrix logits, std::span<float> sums, Options options = {});

// Functions of losses have two forms: a target for each row, or a coefficient for each class of each
// row.

// losses[r] = log sum_k e^{x_k} - x_t, r from 0 to rows - 1, with t = targets[r] from 0 to
// classes - 1. The losses are in nats and not averaged. A loss is +inf if x_t is -inf. For one
// class it is 0.
void cross_entropy(ConstMatrix logits, std::span<const std::int32_t> targets,
                   std::span<float> losses, Options options = {});

// The losses as above (with `accurate`, of the same bits), and their gradient with respect to the
// logits, g_i = scale (y_i - [i = t]), where y is the softmax. The error of g_i is in ULP of its
// exact value, also for the target, where y - 1 does not cancel. A g_i below scale e^-110 is 0
// (except with `correct`). For the mean of the losses, scale is 1 / rows. It must be from 2^-30 to
// 2^30. `scale` is the only factor: with a logit_scale the gradient is that with respect to x, and
// logit_scale times it is that with respect to the logits.
void cross_entropy_gradient(ConstMatrix logits, std::span<const std::int32_t> targets,
                            std::span<float> losses, Matrix gradient, float scale = 1,
                            Options options = {});

// losses[r] = sum_k c_k (log sum_j e^{x_j} - x_k), where c are the coefficients of row r. They are
// any numbers, and need not sum to 1. A class with c_k = 0 adds nothing, also if its x_k is -inf.
// Error, with C = sum_k c_k and L = log sum_k e^{x_k} - max_k x_k:
//   0.5 ULP, and q |C| L, and 2^-51 sum_k |c_k| (log sum_j e^{x_j} - x_k), where q is 2^-25 with
//   `accurate`, 2^-45 with `correct` and 2^-22 with `fast`. If no coefficient is below 0, this is
//   at most 1 ULP with `accurate` and `correct`, and 4.6 ULP with `fast`. `correct` does not always
//   return the nearest float here.
// Threads: the sums are computed by Options::threads threads too.
// Memory: 12 bytes for each row.
void cross_entropy(ConstMatrix logits, ConstMatrix coefficients, std::span<float> losses,
                   Options options = {});

// The losses as above (of the same bits), and their gradient in x, g_i = scale (y_i C - c_i), where
// y is the softmax. Error of g_i: 0.5 ULP, and scale |C| times the error of softmax (1 ULP of y_i
// with `accurate`). So a g_i near 0 has an absolute error bound only; for one class as the target,
// the function of targets is more accurate. `scale` is from 2^-30 to 2^30.
void cross_entropy_gradient(ConstMatrix logits, ConstMatrix coefficients, std::span<float> losses,
                            Matrix gradient, float scale = 1, Options options = {});

// The instruction set in use: "avx512", "avx2" (with FMA), "neon" or "scalar". It is the best one
// that the CPU has, or the one that the environment variable MAXTRICK_ISA names. The first call of
// any function of this header chooses it.
[[nodiscard]] std::string_view instruction_set();

}  // namespace maxtrick

#pragma GCC visibility pop
