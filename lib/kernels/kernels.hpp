// Softmax, log-softmax, log-sum-exp and cross-entropy by hand-written kernels, in float32, and in
// float64, float16 and bfloat16 with `accurate`. All instruction sets are instances of one algorithm.
//
// Shapes: every function takes a matrix of logits with any strides of rows and classes and any
//   alignment. It has 0 or more rows and 1 or more classes. `accurate` and `fast` run on the matrix
//   itself if its classes are contiguous, or if its rows are adjacent and so are those of the
//   results (up to 2^20 classes); otherwise they run on copies of some rows at a time. `correct`,
//   and `accurate` in float64, run on the matrix itself only if its classes are contiguous.
// Aliasing: the result may be the matrix of the logits (same data and strides). Otherwise it must
//   not overlap them. Nothing outside the rows is read or written.
// Threads: functions may be called from several threads at once.
// Exceptions: a function throws what its comment states, and std::bad_alloc if it must copy rows;
//   in both cases before anything is written.
//
// Algorithms:
//   accurate  at most 1 ULP (the heads of terms.hpp and log_probability.hpp have the proof and its
//             limits); the same bits, NaN included, from every instruction set, for any number of
//             threads, any place of the row in the batch, any alignment, in place or not.
//             16-bit types: logits and results are stored in 16 bits, and all computation in between
//             is in float32. Results are those of float32, rounded once more: at most 0.5 + 2^-13 ULP
//             (float16) and 0.5 + 2^-16 ULP (bfloat16) of the 16-bit type; the head of stored.hpp has
//             the derivation, and an exception for float16 beside its overflow.
//             float64: at most 1 ULP of float64; the head of float64/results.hpp has the proof.
//             Subnormal results are not flushed to 0, and no result is -0.
//   correct   every result is the float nearest to the exact value (the even one of two), so that
//             mathematics alone defines the bits (the head of correct/correct.hpp has the proof).
//   fast      at most 6 ULP; its bits are not promised. It has kernels of its own where they take at
//             most 1/1.25 of the time of `accurate`: softmax of more than 2048 classes, and
//             log-softmax of 33 to 2048. Elsewhere it is `accurate`.
// Special values: a row with NaN or +inf, or with nothing but -inf, gives NaN in all of its
//   results. Other special values are as in oracle/oracle.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "numerics/rows.hpp"
#include "numerics/small_float.hpp"

namespace maxtrick::kernels {

using numerics::BFloat16;
using numerics::Float16;
using numerics::Rows;

// scalar, avx2 (with FMA), avx512 (F, BW, DQ and VL), neon (AArch64)
#define MAXTRICK_ISA(name, ...) name,
enum class Isa {
#include "kernels/instruction_sets.def"
};
#undef MAXTRICK_ISA
#define MAXTRICK_ISA(name, ...) Isa::name,
inline constexpr Isa all_isas[] = {
#include "kernels/instruction_sets.def"
};
#undef MAXTRICK_ISA

enum class Algorithm { fast, accurate, correct };
inline constexpr Algorithm all_algorithms[] = {Algorithm::fast, Algorithm::accurate,
                                               Algorithm::correct};

[[nodiscard]] std::string_view name(Isa isa);              // "scalar", "avx2", ...
[[nodiscard]] std::string_view name(Algorithm algorithm);  // "fast", "accurate", "correct"
// The error bound that the algorithm claims, in ULP of the exact result.
[[nodiscard]] constexpr double max_ulp(Algorithm algorithm) {
  return algorithm == Algorithm::correct ? 0.5 : algorithm == Algorithm::accurate ? 1 : 6;
}
// The same for `accurate` with results of type T.
template <class T>
inline constexpr double accurate_max_ulp = max_ulp(Algorithm::accurate);
template <>
inline constexpr double accurate_max_ulp<Float16> = 0.5 + 0x1p-13;
template <>
inline constexpr double accurate_max_ulp<BFloat16> = 0.5 + 0x1p-16;

// Why an instruction set cannot be used here, as a clause: the CPU, its operating system or the
// compiler of this build lacks it, or the set that MAXTRICK_ISA names does not include it. Empty if
// it can be used.
[[nodiscard]] std::string_view why_unavailable(Isa isa);

// The best instruction set that can be used here. The environment variable MAXTRICK_ISA (scalar,
// avx2, avx512, neon) limits the choice to the set that it names. Throws std::invalid_argument if it
// names none of these, or one that cannot be used here.
[[nodiscard]] Isa best_isa();

// Logit i of row r is data[r * row_stride + i * class_stride].
template <class T>
struct Strided {
  T* data = nullptr;
  std::size_t rows = 0, classes = 0;
  std::size_t row_stride = 0, class_stride = 1;

  Strided() = default;
  Strided(T* data_, std::size_t rows_, std::size_t classes_, std::size_t row_stride_,
          std::size_t class_stride_ = 1)
      : data(data_),
        rows(rows_),
        classes(classes_),
        row_stride(row_stride_),
        class_stride(class_stride_) {}
  Strided(Rows<T> matrix)
      : Strided(matrix.data, matrix.rows, matrix.columns, matrix.stride, matrix.column_stride) {}

  [[nodiscard]] bool is_dense() const { return class_stride == 1 || classes == 1; }
  // `count` rows from row `first` on.
  [[nodiscard]] Strided some(std::size_t first, std::size_t count) const {
    return {data + first * row_stride, count, classes, row_stride, class_stride};
  }
};

struct Method {
  Algorithm algorithm = Algorithm::accurate;
  Isa isa = Isa::scalar;  // must be available
  // The largest number of threads. A small matrix takes fewer.
  unsigned threads = 1;
};

// T is the type of the logits and of the results: float, double, Float16 or BFloat16. It is float
// unless a call names it, so that arguments convert to matrices: softmax(method, x, y) is
// softmax<float>(method, x, y). A function throws std::invalid_argument if T lacks the algorithm.
template <class T>
using Logits = Strided<const std::type_identity_t<T>>;
template <class T>
using Matrix = Strided<std::type_identity_t<T>>;
template <class T>
using Numbers = std::span<std::type_identity_t<T>>;
using Labels = std::span<const std::int32_t>;

// y_i = e^{x_i} / sum_k e^{x_k}
template <class T = float>
void softmax(Method method, Logits<T> x, Matrix<T> y);

// y_i = x_i - log sum_k e^{x_k}
template <class T = float>
void log_softmax(Method method, Logits<T> x, Matrix<T> y);

// The two parts of log-sum-exp: largest[r] = max_k x_k, and
// above[r] = log sum_k e^{x_k} - max_k x_k, which is NaN for a row whose log-softmax is NaN.
template <class T = float>
void log_sum(Method method, Logits<T> x, Numbers<T> largest, std::span<double> above);

// sums[r] = y = log sum_k e^{x_k}, one number for each row.
// Special values: as in oracle/oracle.hpp. A row with +inf (and no NaN) gives +inf, and a row of
//   nothing but -inf gives -inf.
// Error: correct: none but the rounding.
//   accurate: at most 1 ULP of max(|y|, least_log_sum_exp), in float64 least_log_sum_exp_float64.
//   fast: at most 1 ULP of max(|y|, y - max_k x_k).
// Time: if the logits of a row cancel, as log-probabilities do, `accurate` takes a thousand times
//   as long for it, and `correct` some ten times.
// Throws std::bad_alloc, before anything is written, and otherwise only std::invalid_argument, as above.
template <class T = float>
void log_sum_exp(Method method, Logits<T> x, Numbers<T> sums);
inline constexpr double least_log_sum_exp = 0x1p-70, least_log_sum_exp_float64 = 0x1p-40;

// losses[r] = log sum_k e^{x_k} - x_t with t = targets[r] from 0 to classes - 1; one loss for each
// row.
template <class T = float>
void cross_entropy(Method method, Logits<T> x, Labels targets, Numbers<T> losses);

// The losses as above, and their gradient in x: g_i = scale (y_i - [i = t]), where y is the
// softmax. For the mean of the losses, scale is 1 / rows. A g_i below scale e^-110 is 0 (except
// with `correct`, and in float64); with a scale of at most 2^8 it would be rounded to 0 anyway.
// `gradient` may be the matrix x. Throws std::invalid_argument unless 2^-30 <= scale <= 2^30.
template <class T = float>
void cross_entropy_gradient(Method method, Logits<T> x, Labels targets, double scale,
                            Numbers<T> losses, Matrix<T> gradient);

// e^x and log x, element by element, with the exponentials and logarithms of the functions above.
// Special values are those of IEEE 754. Subnormal arguments and results are not flushed to 0.
enum class Function { exp, exp_fast, log };
inline constexpr Function all_functions[] = {Function::exp, Function::exp_fast, Function::log};
[[nodiscard]] std::string_view name(Function function);
// The error bound that the function claims over all floats, in ULP of the exact value.
[[nodiscard]] double max_ulp(Function function);
void evaluate(Function function, Isa isa, std::span<const float> x, std::span<float> y);

}  // namespace maxtrick::kernels
