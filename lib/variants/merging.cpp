// Merging of parts of a row, as online softmax does, and hardmax.
#include "ops/hardmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/merge.hpp"
#include "variants/by_call.hpp"

namespace maxtrick::variants {
namespace {

// Each part is the mean of its values weighted by e^x_k, x_k its log-sum-exp. Two empty parts give
// e^(-inf - -inf) = NaN (flashinfer#4051).
const Register merge{by_call({.op = ops::merge,
                              .algorithm = "shifted",
                              .summary = "sum e^(x_k - max) v_k / sum e^(x_k - max)",
                              .source = "flashinfer#4051",
                              .nature = Nature::unguarded},
                             []<class T>(const Call<T>& call, std::size_t i) {
                               const auto x = call.logits.row(i);
                               T m = x[0], sum = 0, product = 0;
                               for (const T xk : x)
                                 if (xk > m) m = xk;
                               for (std::size_t k = 0; k < x.size(); ++k) {
                                 const T e = exp(x[k] - m);
                                 sum += e;
                                 product += e * call.factors.row(i)[k];
                               }
                               call.result.row(i)[0] = product / sum;
                             })};

// Part after part, two at a time: the state (log-sum-exp, mean) is merged with the next one.
const Register pairwise{by_call(
    {.op = ops::merge,
     .algorithm = "one_by_one",
     .summary = "merges the state with one part after the other; an empty part changes nothing",
     .source = "Milakov & Gimelshein, arXiv 1805.02867; FlashAttention",
     .nature = Nature::unguarded},
    []<class T>(const Call<T>& call, std::size_t i) {
      const auto x = call.logits.row(i);
      T m = -std::numeric_limits<T>::infinity(), sum = 0, mean = 0;
      for (std::size_t k = 0; k < x.size(); ++k) {
        if (x[k] == -std::numeric_limits<T>::infinity()) continue;
        const T next = x[k] > m ? x[k] : m;
        const T kept = sum == T(0) ? T(0) : sum * exp(m - next), added = exp(x[k] - next);
        const T total = kept + added;
        mean = mean * (kept / total) + call.factors.row(i)[k] * (added / total);
        m = next;
        sum = total;
      }
      call.result.row(i)[0] = mean;
    })};

const Register hardmax{
    by_call({.op = ops::hardmax,
             .algorithm = "scan",
             .summary = "the first largest logit, by comparisons",
             .source = "ONNX Hardmax"},
            []<class T>(const Call<T>& call, std::size_t i) {
              const auto x = call.logits.row(i);
              std::size_t best = 0;
              T sum = 0;
              for (std::size_t k = 0; k < x.size(); ++k) {
                if (x[k] > x[best]) best = k;
                if (x[k] != x[k]) sum = x[k];  // NaN reaches every result
              }
              for (std::size_t k = 0; k < x.size(); ++k)
                call.result.row(i)[k] = sum != sum ? sum : k == best ? T(1) : T(0);
            })};

// The maximum is that of all logits, also of those whose factor is 0. (SciPy leaves these out.)
const Register weighted{by_call(
    {.op = ops::log_sum_exp,
     .algorithm = "weighted",
     .summary = "max + log |sum b_k e^(x_k - max) / divisor|",
     .source = "logsumexp with b as often written",
     .nature = Nature::unguarded,
     .optional = true},
    []<class T>(const Call<T>& call, std::size_t i) {
      const auto x = call.logits.row(i);
      T m = x[0], sum = 0;
      for (const T xk : x)
        if (xk > m) m = xk;
      for (std::size_t k = 0; k < x.size(); ++k)
        sum += (call.factors.data == nullptr ? T(1) : call.factors.row(i)[k]) * exp(x[k] - m);
      if (call.parameter != T(0)) sum /= call.parameter;
      const auto y = call.result.row(i);
      y[0] = m + log(sum < T(0) ? -sum : sum);
      if (y.size() > 1) y[1] = sum < T(0) ? T(-1) : sum == T(0) ? T(0) : T(1);
    })};

}  // namespace
}  // namespace maxtrick::variants
