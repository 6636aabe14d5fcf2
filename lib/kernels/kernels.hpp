// Softmax, log-softmax, log-sum-exp and cross-entropy in float32 by hand-written kernels: one
// algorithm, of which each instruction set is an instance.
//
// Every function takes a matrix of logits: any strides of rows and classes, any alignment, 0 rows;
// classes from 1 on. Where the classes of a row lie side by side the kernels run on it as it is;
// else on copies of some rows at a time. The result may be the logits' own place (same data and
// strides), and may not overlap them otherwise. Nothing outside the rows is read or written.
// Functions may be called from several threads at once, and throw nothing but where it says so.
//
// Algorithms:
//   accurate  at most 1 ULP (the heads of terms.hpp and log_probability.hpp have the proof and its
//             limits); the same bits, NaN included, from every instruction set, for any number of
//             threads, any place of the row in the batch, any alignment, in place or not.
//   fast      at most 6 ULP; its bits are not promised.
// A row with NaN or +inf in it, or with nothing but -inf, gives NaN throughout; other special
// values as in numerics/oracle.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "numerics/rows.hpp"

namespace maxtrick::kernels {

using numerics::Rows;

// scalar, avx2 (with FMA), avx512 (F, BW, DQ and VL)
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

enum class Algorithm { fast, accurate };
inline constexpr Algorithm all_algorithms[] = {Algorithm::fast, Algorithm::accurate};

[[nodiscard]] std::string_view name(Isa isa);              // "scalar", "avx2", "avx512"
[[nodiscard]] std::string_view name(Algorithm algorithm);  // "fast", "accurate"
// The claim: at most so many ULP from the exact result.
[[nodiscard]] constexpr double max_ulp(Algorithm algorithm) {
  return algorithm == Algorithm::accurate ? 1 : 6;
}

// Why an instruction set cannot be used here, as a clause: the CPU or its system lacks it, or it is
// not part of the one that MAXTRICK_ISA names. Empty where it can be used.
[[nodiscard]] std::string_view why_unavailable(Isa isa);

// The best that can be used here. The variable MAXTRICK_ISA (scalar, avx2, avx512) is the most that
// is used; throws std::invalid_argument where it names none of these, or one that is lacking here.
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
  Strided(Rows<T> dense) : Strided(dense.data, dense.rows, dense.columns, dense.stride) {}

  [[nodiscard]] bool is_dense() const { return class_stride == 1 || classes == 1; }
  // `count` rows from row `first` on.
  [[nodiscard]] Strided some(std::size_t first, std::size_t count) const {
    return {data + first * row_stride, count, classes, row_stride, class_stride};
  }
};

struct Method {
  Algorithm algorithm = Algorithm::accurate;
  Isa isa = Isa::scalar;  // must be available
  // At most so many; a small matrix takes fewer.
  unsigned threads = 1;
};

// y_i = e^{x_i} / sum_k e^{x_k}
void softmax(Method method, Strided<const float> x, Strided<float> y);

// y_i = x_i - log sum_k e^{x_k}
void log_softmax(Method method, Strided<const float> x, Strided<float> y);

// What log-sum-exp is made of: the largest logit of each row, and how far above it log-sum-exp is,
// NaN for a row whose log-softmax is NaN.
void log_sum(Method method, Strided<const float> x, std::span<float> largest,
             std::span<double> above);

// sums[r] = log sum_k e^{x_k}, one a row; special values as in numerics/oracle.hpp: +inf and -inf
// are kept. accurate: at most 1 ULP of max(|y|, least_log_sum_exp); fast: at most 4 ULP of max(|y|,
// y - max_k x_k). Rows whose logits cancel, as log-probabilities do, take `accurate` a thousand
// times as long. Throws nothing but std::bad_alloc, and that before anything is written.
void log_sum_exp(Method method, Strided<const float> x, std::span<float> sums);
inline constexpr double least_log_sum_exp = 0x1p-70;

// losses[r] = log sum_k e^{x_k} - x_t, t = targets[r], from 0 to classes - 1: one loss a row.
void cross_entropy(Method method, Strided<const float> x, std::span<const std::int32_t> targets,
                   std::span<float> losses);

// Loss as above, and its gradient in x: g_i = scale (y_i - [i = t]), y the softmax; scale is
// 1 / rows for the mean of the losses. A g_i below scale e^-110 is 0, which shows where scale is
// above 2^8. `gradient` may be the place of x. Throws std::invalid_argument for a scale that is not
// within 2^-30 and 2^30.
void cross_entropy_gradient(Method method, Strided<const float> x,
                            std::span<const std::int32_t> targets, float scale,
                            std::span<float> losses, Strided<float> gradient);

// Element by element: e^x and log x, of which the exponentials and logarithms above are made.
// Special values as IEEE 754 has them; subnormal arguments and results are not flushed.
enum class Function { exp, exp_fast, log };
inline constexpr Function all_functions[] = {Function::exp, Function::exp_fast, Function::log};
[[nodiscard]] std::string_view name(Function function);
// The claim: at most so many ULP from the exact value, over all floats.
[[nodiscard]] double max_ulp(Function function);
void evaluate(Function function, Isa isa, std::span<const float> x, std::span<float> y);

}  // namespace maxtrick::kernels
