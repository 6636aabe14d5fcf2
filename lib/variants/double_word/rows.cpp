// Ops of the logits in double-word arithmetic: row.hpp has the formulas and the error analysis.
#include "ops/hardmax.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_softmax_backward.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/merge.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "ops/softmax_backward.hpp"
#include "ops/z_loss.hpp"
#include "variants/double_word/row.hpp"

namespace maxtrick::variants {
namespace {

using ops::ZKind;

template <class T>
constexpr T nan = std::numeric_limits<T>::quiet_NaN();
template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();

// Fills row i of the result with NaN, unless the row is finite.
template <class T>
bool is_special(const ops::Call<T>& call, std::size_t i, ZKind kind) {
  if (kind == ZKind::finite) return false;
  for (T& y : call.result.row(i)) y = nan<T>;
  return true;
}

const Register softmax{double_word({.op = ops::softmax,
                                    .algorithm = "double_word",
                                    .summary = "e^d / (1 + sum of the others)",
                                    .optional = true},
                                   []<class T>(const ops::Call<T>& call, std::size_t i) {
                                     const DoubleWordRow<T> row(call, i);
                                     if (is_special(call, i, row.kind)) return;
                                     for (std::size_t k = 0; k < row.z.size(); ++k)
                                       call.result.row(i)[k] = rounded<T>(row.e[k] / row.S);
                                   })};

const Register log_softmax{double_word({.op = ops::log_softmax,
                                        .algorithm = "double_word",
                                        .summary = "d - log1p(sum of the others)",
                                        .optional = true},
                                       []<class T>(const ops::Call<T>& call, std::size_t i) {
                                         const DoubleWordRow<T> row(call, i);
                                         if (is_special(call, i, row.kind)) return;
                                         for (std::size_t k = 0; k < row.z.size(); ++k)
                                           call.result.row(i)[k] =
                                               row.takes_part[k]
                                                   ? rounded<T>(difference(row.d[k], row.L))
                                                   : -infinity<T>;
                                       })};

// The factors b and the divisor, as in oracle/log_sum_exp.cpp. The second result, if there is room for
// it, is the sign of the sum.
template <class T>
void log_sum_exp_row(const ops::Call<T>& call, std::size_t i) {
  const auto x = call.logits.row(i);
  const std::size_t n = x.size();
  const bool weighted = call.factors.data != nullptr;
  const T divisor = call.parameter == T(0) ? T(1) : call.parameter;
  // Classes with the factor 0 are masked.
  std::vector<unsigned char> mask(n, 1);
  for (std::size_t k = 0; k < n; ++k)
    mask[k] = !call.row_transform(i).masked(k) && !(weighted && call.factors.row(i)[k] == T(0));
  ops::Call<T> one = call.part(i, 1);
  one.transform.mask = {mask.data(), 1, n};
  const DoubleWordRow<T> row(one, 0);
  T value = nan<T>, sign = T(1);
  const auto result = call.result.row(i);
  if (row.kind == ZKind::minus_infinity) {
    value = -infinity<T>;
    sign = T(0);
  } else if (row.kind == ZKind::plus_infinity) {
    const ops::RowTransform<T> by = one.row_transform(0);
    bool below = false, above = by.sink && *by.sink == infinity<T>;
    for (std::size_t k = 0; k < n; ++k)
      if (ops::kind_of(x, by, k) == ZKind::plus_infinity)
        (weighted && call.factors.row(i)[k] < T(0) ? below : above) = true;
    value = below && above ? nan<T> : infinity<T>;
    sign = below ? T(-1) : T(1);
  } else if (row.kind == ZKind::finite && !weighted && divisor == T(1)) {
    value = rounded<T>(row.m + row.L);
  } else if (row.kind == ZKind::finite) {
    Pair sum = row.sink;
    for (std::size_t k = 0; k < n; ++k)
      sum = sum + row.e[k] * (weighted ? pair(call.factors.row(i)[k]) : Pair{1});
    sum = sum / pair(divisor);
    const bool negative = sum.high < 0;
    sign = is_zero(sum) ? T(0) : negative ? T(-1) : T(1);
    value = is_zero(sum) ? -infinity<T> : rounded<T>(row.m + logarithm(negative ? -sum : sum));
  }
  result[0] = value;
  if (result.size() > 1) result[1] = sign;
}

const Register log_sum_exp{double_word(
    {.op = ops::log_sum_exp,
     .algorithm = "double_word",
     .summary = "max + log1p(sum of the others)",
     .optional = true},
    []<class T>(const ops::Call<T>& call, std::size_t i) { log_sum_exp_row(call, i); })};

const Register softmax_backward{double_word(
    {.op = ops::softmax_backward,
     .algorithm = "double_word",
     .summary = "y_i (u_i - sum_j y_j u_j), u_j = dy_j - dy of the largest class"},
    []<class T>(const ops::Call<T>& call, std::size_t i) {
      const DoubleWordRow<T> row(call, i);
      if (is_special(call, i, row.kind)) return;
      const auto dy = call.factors.row(i);
      // Relative to the dy of the largest class, for which the difference to the mean does not cancel.
      const Pair centre = row.top == row.none ? Pair{0} : pair(dy[row.top]);
      Pair sum = row.sink * -centre;
      for (std::size_t k = 0; k < dy.size(); ++k) sum = sum + row.e[k] * (pair(dy[k]) - centre);
      const Pair mean = sum / row.S;
      for (std::size_t k = 0; k < dy.size(); ++k) {
        const Pair y = row.e[k] / row.S;
        call.result.row(i)[k] = rounded<T>(row.slope[k] * y * ((pair(dy[k]) - centre) - mean));
      }
    })};

const Register log_softmax_backward{
    double_word({.op = ops::log_softmax_backward,
                 .algorithm = "double_word",
                 .summary = "(e_i (dy_i - sum dy) + dy_i (S - e_i)) / S"},
                []<class T>(const ops::Call<T>& call, std::size_t i) {
                  const DoubleWordRow<T> row(call, i);
                  if (is_special(call, i, row.kind)) return;
                  const auto dy = call.factors.row(i);
                  Pair total{0};
                  for (const T one : dy) total = total + pair(one);
                  for (std::size_t k = 0; k < dy.size(); ++k) {
                    const Pair others = total - pair(dy[k]);
                    const Pair g = (pair(dy[k]) * row.outside(k) - row.e[k] * others) / row.S;
                    call.result.row(i)[k] = rounded<T>(row.slope[k] * g);
                  }
                })};

const Register z_loss{double_word({.op = ops::z_loss,
                                   .algorithm = "double_word",
                                   .summary = "factor (max + log1p(sum of the others))^2"},
                                  []<class T>(const ops::Call<T>& call, std::size_t i) {
                                    const DoubleWordRow<T> row(call, i);
                                    T& y = call.result.row(i)[0];
                                    const Pair lse = row.m + row.L;
                                    if (row.kind == ZKind::nan)
                                      y = nan<T>;
                                    else if (call.parameter == T(0))
                                      y = T(0);
                                    else if (row.kind != ZKind::finite)
                                      y = call.parameter * infinity<T>;
                                    else
                                      y = std::abs(lse.high) > 0x1p511
                                              ? call.parameter * infinity<T>
                                              : rounded<T>(pair(call.parameter) * (lse * lse));
                                  })};

const Register hardmax{
    double_word({.op = ops::hardmax,
                 .algorithm = "double_word",
                 .summary = "comparisons of z",
                 .source = "ONNX Hardmax"},
                []<class T>(const ops::Call<T>& call, std::size_t i) {
                  const auto x = call.logits.row(i);
                  const ops::RowTransform<T> by = call.row_transform(i);
                  const DoubleWordRow<T> row(call, i);
                  if (row.kind == ZKind::nan) return void(is_special(call, i, row.kind));
                  std::size_t best = row.kind == ZKind::finite && row.top != row.none ? row.top : 0;
                  for (std::size_t k = x.size(); k-- > 0;)
                    if (ops::kind_of(x, by, k) == ZKind::plus_infinity) best = k;
                  for (std::size_t k = 0; k < x.size(); ++k)
                    call.result.row(i)[k] = k == best ? T(1) : T(0);
                })};

const Register merge{double_word({.op = ops::merge,
                                  .algorithm = "double_word",
                                  .summary = "sum e_k v_k / S; 0 if all parts are empty"},
                                 []<class T>(const ops::Call<T>& call, std::size_t i) {
                                   const DoubleWordRow<T> row(call, i);
                                   T& y = call.result.row(i)[0];
                                   if (row.kind != ZKind::finite) {
                                     y = row.kind == ZKind::minus_infinity ? T(0) : nan<T>;
                                     return;
                                   }
                                   Pair sum{0};
                                   for (std::size_t k = 0; k < row.z.size(); ++k)
                                     if (row.takes_part[k])
                                       sum = sum + row.e[k] * pair(call.factors.row(i)[k]);
                                   y = rounded<T>(sum / row.S);
                                 })};

}  // namespace
}  // namespace maxtrick::variants
