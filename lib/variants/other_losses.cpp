// Losses other than cross-entropy of logits, as programs compute them.
#include <vector>

#include "ops/binary_cross_entropy.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/focal_loss.hpp"
#include "ops/kl_divergence.hpp"
#include "ops/log_loss.hpp"
#include "ops/nll.hpp"
#include "ops/z_loss.hpp"
#include "variants/by_call.hpp"

namespace maxtrick::variants {
namespace {

template <class T>
ops::Target<T> target(const Call<T>& call, std::size_t i) {
  return call.targets.row(i, call.logits.columns);
}
template <class T>
T pos_weight(const Call<T>& call, std::size_t i) {
  return call.factors.data == nullptr ? T(1) : call.factors.row(i)[0];
}

const Register nll{by_call({.op = ops::nll,
                            .algorithm = "plain",
                            .summary = "-sum c_k q_k, in the order of the classes",
                            .source = "PyTorch NLLLoss"},
                           []<class T>(const Call<T>& call, std::size_t i) {
                             T loss = 0;
                             target(call, i).each(
                                 [&](std::size_t k, T c) { loss -= c * call.logits.row(i)[k]; });
                             call.losses[i] = loss;
                           })};

const Register log_loss{by_call({.op = ops::log_loss,
                                 .algorithm = "plain",
                                 .summary = "-sum c_k log p_k without a guard: 0 log 0 is NaN",
                                 .source = "course lab (L2)",
                                 .nature = Nature::unguarded},
                                []<class T>(const Call<T>& call, std::size_t i) {
                                  T loss = 0;
                                  target(call, i).each([&](std::size_t k, T c) {
                                    loss -= c * log(call.logits.row(i)[k]);
                                  });
                                  call.losses[i] = loss;
                                })};

// scikit-learn clips to [eps, 1 - eps] with eps of the type and normalises before that.
const Register clipped{
    by_call({.op = ops::log_loss,
             .algorithm = "clipped",
             .summary = "-sum c_k log of p_k, clipped to [eps, 1 - eps] with eps of the type",
             .source = "scikit-learn 1.x log_loss",
             .nature = Nature::approximation},
            []<class T>(const Call<T>& call, std::size_t i) {
              const T eps = std::numeric_limits<T>::epsilon(), most = T(1) - eps;
              T loss = 0;
              target(call, i).each([&](std::size_t k, T c) {
                const T p = call.logits.row(i)[k];
                loss -= c * log(p < eps ? eps : p > most ? most : p);
              });
              call.losses[i] = loss;
            })};

const Register kl_divergence{by_call(
    {.op = ops::kl_divergence,
     .algorithm = "plain",
     .summary = "sum t_k (log t_k - q_k), with 0 for t_k = 0",
     .source = "PyTorch KLDivLoss"},
    []<class T>(const Call<T>& call, std::size_t i) {
      const auto of = target(call, i);
      T loss = 0;
      for (std::size_t k = 0; k < call.logits.columns; ++k) {
        const T given = of.q(k), t = call.parameter != T(0) ? exp(given) : given;
        if (t != T(0))
          loss += t * ((call.parameter != T(0) ? given : log(given)) - call.logits.row(i)[k]);
      }
      call.losses[i] = of.row_weight == T(1) ? loss : of.row_weight * loss;
    })};

const Register of_sigmoid{by_call(
    {.op = ops::binary_cross_entropy,
     .algorithm = "of_sigmoid",
     .summary = "-(w t log p + (1 - t) log(1 - p)), p = 1 / (1 + e^-x)",
     .source = "course lab; pytorch#103316",
     .nature = Nature::unguarded},
    []<class T>(const Call<T>& call, std::size_t i) {
      const auto of = target(call, i);
      const T t = of.label(), w = pos_weight(call, i), r = of.row_weight;
      const T p = T(1) / (T(1) + exp(-call.logits.row(i)[0]));
      call.losses[i] = -(r * (w * t * log(p) + (T(1) - t) * log(T(1) - p)));
      if (call.result.data != nullptr)
        call.result.row(i)[0] = call.gradient_scale * r * ((T(1) - t) * p - w * t * (T(1) - p));
    })};

const Register with_logits{
    by_call({.op = ops::binary_cross_entropy,
             .algorithm = "with_logits",
             .summary = "(1 - t) x + (1 + (w - 1) t) (log1p(e^-|x|) + max(-x, 0))",
             .source = "PyTorch binary_cross_entropy_with_logits",
             .nature = Nature::unguarded},
            []<class T>(const Call<T>& call, std::size_t i) {
              const auto of = target(call, i);
              const T t = of.label(), w = pos_weight(call, i), r = of.row_weight;
              const T x = call.logits.row(i)[0], size = x < T(0) ? -x : x;
              const T of_minus = log1p(exp(-size)) + (x < T(0) ? size : T(0));
              call.losses[i] = r * ((T(1) - t) * x + (T(1) + (w - T(1)) * t) * of_minus);
              if (call.result.data == nullptr) return;
              const T p = T(1) / (T(1) + exp(-x)), factor = T(1) + (w - T(1)) * t;
              call.result.row(i)[0] = call.gradient_scale * r * ((T(1) - t) - factor * (T(1) - p));
            })};

const Register focal_of_softmax{
    by_call({.op = ops::focal_loss,
             .algorithm = "of_softmax",
             .summary = "-sum c_k (1 - p_k)^gamma log p_k, p = softmax(z)",
             .source = "Lin et al. 2017 as often written",
             .nature = Nature::unguarded},
            []<class T>(const Call<T>& call, std::size_t i) {
              std::vector<T> p(call.logits.columns), a(call.logits.columns);
              T m, loss = 0, total = 0;
              const T sum = shifted_exponentials(call.logits.row(i), m, std::span<T>(p));
              for (T& pk : p) pk /= sum;
              const T gamma = call.parameter;
              target(call, i).each([&](std::size_t k, T c) {
                const T power = pow(T(1) - p[k], gamma), logarithm = log(p[k]);
                loss -= c * power * logarithm;
                a[k] = c * (power - gamma * pow(T(1) - p[k], gamma - T(1)) * p[k] * logarithm);
                total += a[k];
              });
              call.losses[i] = loss;
              if (call.result.data == nullptr) return;
              for (std::size_t k = 0; k < p.size(); ++k)
                call.result.row(i)[k] = call.gradient_scale * (p[k] * total - a[k]);
            })};

const Register z_loss{by_call({.op = ops::z_loss,
                               .algorithm = "shifted",
                               .summary = "factor (max + log sum e^(z - max))^2",
                               .source = "PaLM, arXiv 2204.02311",
                               .nature = Nature::unguarded},
                              []<class T>(const Call<T>& call, std::size_t i) {
                                std::vector<T> e(call.logits.columns);
                                T m;
                                const T sum =
                                    shifted_exponentials(call.logits.row(i), m, std::span<T>(e));
                                const T lse = m + log(sum);
                                call.result.row(i)[0] = call.parameter * (lse * lse);
                              })};

// An ignored row has no loss. Here its smoothing term is counted, as in programs that mask only the
// term of the class.
const Register leaking{
    by_call({.op = ops::cross_entropy,
             .algorithm = "leaking_smoothing",
             .summary = "the class term skips ignored rows, the smoothing term does not",
             .source = "a common error in loss functions with label smoothing and ignored labels",
             .nature = Nature::approximation,
             .optional = true},
            []<class T>(const Call<T>& call, std::size_t i) {
              const auto x = call.logits.row(i);
              auto of = target(call, i);
              const bool is_ignored = of.is_ignored;
              std::vector<T> e(x.size());
              T m;
              const T logarithm = log(shifted_exponentials(x, m, std::span<T>(e)));
              of.is_ignored = false;
              T loss = 0;
              for (std::size_t k = 0; k < x.size(); ++k) {
                const T smooth = of.smoothing / static_cast<T>(static_cast<double>(x.size()));
                T c = is_ignored ? smooth : (T(1) - of.smoothing) * of.q(k) + smooth;
                if (!of.class_weights.empty()) c = of.class_weights[k] * c;
                if (c != T(0)) loss += c * (logarithm - (x[k] - m));
              }
              call.losses[i] = of.row_weight * loss;
            })};

}  // namespace
}  // namespace maxtrick::variants
