// Cross-entropy of logits without cancellation near 0.
#include "variants/row_loss.hpp"

namespace maxtrick::variants {
namespace {

// If the target has the largest logit and the loss is near 0, the loss is log1p of the sum over the
// other classes, and the derivative p_t - 1 is minus the sum of the other probabilities. Neither
// cancels.
const RegisterFormulation registered{row_loss(
    {.name = "fused_log1p",
     .summary = "(max - z_t) + log1p of the sum without the maximum; p_t - 1 as minus the others",
     .source = "pytorch#113708; Blanchard, Higham & Higham 2021",
     .place = 6,
     .input = LossInput::logits},
    []<class T>(std::span<const T> z, Target<T> t, T, std::span<T> g) -> T {
      const Shifted<T> shifted(z, g);
      const T log_s = log1p(sum_without(first_maximum(z, shifted.m), g));
      T loss = 0;
      t.each([&](std::size_t c, T weight) {
        if (weight != T(0)) loss += weight * ((shifted.m - z[c]) + log_s);
      });
      for (T& gk : g) gk /= shifted.s;
      const T sum = total(t);
      if (sum != T(1))
        for (T& gk : g) gk *= sum;
      t.each([&](std::size_t c, T weight) {
        g[c] = weight == sum ? -sum_without(c, g) : g[c] - weight;
      });
      return loss;
    })};

}  // namespace
}  // namespace maxtrick::variants
