// Focal loss of logits with its gradient, as training uses it (ops/focal_loss.hpp has the derivation).
//
// It extends the formulation fused_log1p: at gamma = 0 all results are the same bits. With the terms
// e_k = e^(z_k - m), their sum s, rest_k the sum without class k, l_k = -log y_k, and r_k = e_k l_k / rest_k:
//   loss = sum c_k (rest_k / s)^gamma l_k,   a_k = c_k (rest_k / s)^gamma (1 + gamma r_k)
// The error for one class t, to first order in u (n classes, D the largest m - z_k, libm within 1 ULP):
// 1. The subtraction z_k - m is rounded, so e_k has a relative error of (D + 2) u, and s one of (D + n + 1) u.
// 2. rest_t is summed without the maximum if t has it; else it is s - e_t >= s / 2, which has an error of
//    (3 D + 2 n + 5) u. l_t is log1p(rest), with (D + n + 2) u, or it is at least log 2 and has an absolute
//    error of (D + n + 3) u + 3 l_t u.
// 3. So rest_t / s, y_t and l_t each have a relative error of at most E = 4 (D + n + 2) u, and r_t one of 2 E.
// 4. The power multiplies a relative error by gamma: the loss has at most (2 + gamma) E.
// 5. The gradient is y_j a_t, and for t minus the sum of these: no term cancels, and the relative error is at
//    most (4 + gamma) E.
#include <vector>

#include "ops/focal_loss.hpp"
#include "ops/registry.hpp"
#include "variants/by_call.hpp"
#include "variants/row_loss.hpp"

namespace maxtrick::variants {
namespace {

// The loss of a row. Sets g to the gradient.
template <class T>
T focal_row(std::span<const T> z, const Target<T>& t, T gamma, std::span<T> g) {
  // The a_k of targets with several coefficients; kept by the thread, so that training does not allocate.
  thread_local std::vector<T> several;
  const Shifted<T> shifted(z, g);
  const std::size_t top = first_maximum(z, shifted.m);
  const T rest_of_top = sum_without(top, g), log_s = log1p(rest_of_top);
  T loss = 0, total = 0, only = 0;
  if (!t.sparse()) several.assign(z.size(), T(0));
  t.each([&](std::size_t c, T weight) {
    if (weight == T(0)) return;
    const T l = (shifted.m - z[c]) + log_s;
    const T rest = c == top ? rest_of_top : shifted.s - g[c];
    const T power = pow(rest / shifted.s, gamma);
    // r tends to 1 as rest tends to 0.
    const T ratio = rest == T(0) ? T(1) : g[c] == T(0) ? T(0) : g[c] * l / rest;
    loss += weight * power * l;
    only = weight * power * (T(1) + gamma * ratio);
    if (!t.sparse()) several[c] = only;
    total += only;
  });
  for (T& gk : g) gk /= shifted.s;
  if (total != T(1))
    for (T& gk : g) gk *= total;
  t.each([&](std::size_t c, T) {
    const T a = t.sparse() ? only : several[c];
    g[c] = a == total ? -sum_without(c, g) : g[c] - a;
  });
  return loss;
}

const Register focal_fused{by_call(
    {.op = ops::focal_loss,
     .algorithm = "fused",
     .summary = "sum c_k (rest / s)^gamma ((max - z_k) + log1p of the sum without the maximum)",
     .source = "Lin et al. 2017; the formulation fused_log1p",
     .nature = Nature::unguarded},
    []<class T>(const Call<T>& call, std::size_t i) {
      thread_local std::vector<T> unused;
      const auto x = call.logits.row(i);
      std::span<T> g;
      if (call.result.data != nullptr) {
        g = call.result.row(i);
      } else {
        unused.resize(x.size());
        g = unused;
      }
      call.losses[i] = focal_row(x, call.targets.row(i, x.size()), call.parameter, g);
      if (call.gradient_scale != T(1))
        for (T& gk : g) gk *= call.gradient_scale;
    })};

}  // namespace
}  // namespace maxtrick::variants
