// Losses in double-word arithmetic: row.hpp has the formulas and the error analysis.
#include "ops/binary_cross_entropy.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/focal_loss.hpp"
#include "ops/kl_divergence.hpp"
#include "ops/log_loss.hpp"
#include "ops/nll.hpp"
#include "ops/registry.hpp"
#include "variants/double_word/row.hpp"

namespace maxtrick::variants {
namespace {

using ops::ZKind;

// A sum of terms, of which some may be infinite.
struct LossSum {
  Pair finite{0};
  double infinite = 0;

  void add(Pair coefficient, Pair term) {
    if (is_zero(coefficient)) return;
    const double product = coefficient.high * term.high;
    if (std::isfinite(product))
      finite = finite + coefficient * term;
    else
      infinite += product;
  }
  template <class T>
  [[nodiscard]] T value() const {
    return infinite == 0 ? rounded<T>(finite) : static_cast<T>(infinite);
  }
};

template <class T>
void fill(const Call<T>& call, std::size_t i, T value) {
  call.losses[i] = value;
  if (call.result.data == nullptr) return;
  for (T& g : call.result.row(i)) g = value;
}

// g_k = scale z'_k (e_k sum_{j != k} c_j - c_k (S - e_k)) / S
template <class T>
void gradient_row(const Call<T>& call, std::size_t i, const DoubleWordRow<T>& row,
                  const std::vector<Pair>& c) {
  Pair total{0};
  std::size_t used = 0, only = 0;
  for (std::size_t k = 0; k < c.size(); ++k) {
    total = total + c[k];
    if (!is_zero(c[k])) ++used, only = k;
  }
  for (std::size_t k = 0; k < c.size(); ++k) {
    const Pair others = used == 1 && only == k ? Pair{0} : total - c[k];
    const Pair g = (row.e[k] * others - c[k] * row.outside(k)) / row.S;
    call.result.row(i)[k] = rounded<T>(pair(call.gradient_scale) * (row.slope[k] * g));
  }
}

// loss = sum_k c_k (L - d_k)
template <class T>
void cross_entropy_row(const Call<T>& call, std::size_t i) {
  if (call.targets.row(i, call.logits.columns).is_ignored) return fill(call, i, T(0));
  const DoubleWordRow<T> row(call, i);
  if (row.kind != ZKind::finite) return fill(call, i, std::numeric_limits<T>::quiet_NaN());
  const std::vector<Pair> c = coefficients(call, i);
  LossSum loss;
  for (std::size_t k = 0; k < c.size(); ++k) loss.add(c[k], row.minus_log(k));
  call.losses[i] = loss.value<T>();
  if (call.result.data == nullptr) return;
  gradient_row(call, i, row, c);
}

const Register cross_entropy{
    double_word({.op = ops::cross_entropy,
                 .algorithm = "double_word",
                 .summary = "sum c_k (log1p(sum of the others) - d_k)",
                 .optional = true},
                []<class T>(const Call<T>& call, std::size_t i) { cross_entropy_row(call, i); })};
const Register cross_entropy_gradient{
    double_word({.op = ops::cross_entropy_gradient,
                 .algorithm = "double_word",
                 .summary = "(e_k sum of the other c - c_k sum of the other e) / S",
                 .optional = true},
                []<class T>(const Call<T>& call, std::size_t i) { cross_entropy_row(call, i); })};

const Register binary_cross_entropy{double_word(
    {.op = ops::binary_cross_entropy,
     .algorithm = "double_word",
     .summary = "c_1 (max(-x, 0) + log1p(e^-|x|)) + c_0 (max(x, 0) + log1p(e^-|x|))"},
    []<class T>(const Call<T>& call, std::size_t i) {
      const double x = static_cast<double>(call.logits.row(i)[0]);
      const ops::Target<T> target = call.targets.row(i, 1);
      const Pair r = pair(target.row_weight), t = pair(target.label());
      const Pair w = call.factors.data == nullptr ? Pair{1} : pair(call.factors.row(i)[0]);
      const Pair c1 = r * w * t, c0 = r * (Pair{1} - t);
      if (std::isnan(x)) return fill(call, i, std::numeric_limits<T>::quiet_NaN());
      const Pair e = exponential(Pair{-std::abs(x)}), l = log1p(e);
      LossSum loss;
      loss.add(c1, x > 0 ? l : difference(l, Pair{x}));
      loss.add(c0, x < 0 ? l : difference(l, Pair{-x}));
      call.losses[i] = loss.value<T>();
      if (call.result.data == nullptr) return;
      const Pair numerator = x > 0 ? c0 - c1 * e : c0 * e - c1;
      call.result.row(i)[0] = rounded<T>(pair(call.gradient_scale) * (numerator / (Pair{1} + e)));
    })};

const Register focal_loss{double_word(
    {.op = ops::focal_loss,
     .algorithm = "double_word",
     .summary = "sum c_k ((S - e_k) / S)^gamma (log1p(others) - d_k)"},
    []<class T>(const Call<T>& call, std::size_t i) {
      if (call.targets.row(i, call.logits.columns).is_ignored) return fill(call, i, T(0));
      const DoubleWordRow<T> row(call, i);
      if (row.kind != ZKind::finite) return fill(call, i, std::numeric_limits<T>::quiet_NaN());
      const std::vector<Pair> c = coefficients(call, i);
      const double gamma = static_cast<double>(call.parameter);
      LossSum loss;
      std::vector<Pair> a = c;  // ops/focal_loss.hpp
      for (std::size_t k = 0; k < c.size(); ++k) {
        const Pair outside = row.outside(k), rest = outside / row.S;
        const double power = std::pow(rest.high, gamma);
        loss.add(c[k], row.takes_part[k] ? Pair{power} * row.minus_log(k) : row.minus_log(k));
        if (!row.takes_part[k] || is_zero(c[k])) continue;
        const Pair ratio = is_zero(outside) ? Pair{0} : row.e[k] * row.minus_log(k) / outside;
        a[k] = c[k] * Pair{power} * (Pair{1} + Pair{gamma} * ratio);
      }
      call.losses[i] = loss.value<T>();
      if (call.result.data != nullptr) gradient_row(call, i, row, a);
    })};

const Register nll{
    double_word({.op = ops::nll, .algorithm = "double_word", .summary = "-sum c_k q_k"},
                []<class T>(const Call<T>& call, std::size_t i) {
                  const std::vector<Pair> c = coefficients(call, i);
                  LossSum loss;
                  for (std::size_t k = 0; k < c.size(); ++k)
                    loss.add(c[k], -pair(call.logits.row(i)[k]));
                  call.losses[i] = loss.value<T>();
                })};

const Register log_loss{
    double_word({.op = ops::log_loss, .algorithm = "double_word", .summary = "-sum c_k log p_k"},
                []<class T>(const Call<T>& call, std::size_t i) {
                  const std::vector<Pair> c = coefficients(call, i);
                  LossSum loss;
                  for (std::size_t k = 0; k < c.size(); ++k)
                    loss.add(c[k], Pair{-std::log(static_cast<double>(call.logits.row(i)[k]))});
                  call.losses[i] = loss.value<T>();
                })};

const Register kl_divergence{double_word(
    {.op = ops::kl_divergence, .algorithm = "double_word", .summary = "sum t_k (log t_k - q_k)"},
    []<class T>(const Call<T>& call, std::size_t i) {
      const ops::Target<T> target = call.targets.row(i, call.logits.columns);
      const bool of_logarithms = call.parameter != T(0);
      LossSum loss;
      for (std::size_t k = 0; k < call.logits.columns; ++k) {
        const Pair given = pair(target.q(k)), q = pair(call.logits.row(i)[k]);
        const Pair t = of_logarithms ? exponential(given) : given;
        if (std::isnan(given.high) || given.high == std::numeric_limits<double>::infinity()) {
          loss.infinite = std::numeric_limits<double>::quiet_NaN();
          continue;
        }
        // With log-target, t is above 0 even where a double is not.
        if (!std::isfinite(q.high) &&
            (of_logarithms ? std::isfinite(given.high) : given.high != 0)) {
          loss.infinite += -q.high;
          continue;
        }
        const Pair logarithm = of_logarithms ? given : Pair{std::log(given.high)};
        loss.add(t, difference(logarithm, q));
      }
      const double weight = static_cast<double>(target.row_weight);
      loss.finite = pair(target.row_weight) * loss.finite;
      if (loss.infinite != 0) loss.infinite *= weight;
      call.losses[i] = weight == 0 ? T(0) : loss.value<T>();
    })};

}  // namespace
}  // namespace maxtrick::variants
