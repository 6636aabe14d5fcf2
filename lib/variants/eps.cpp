// An epsilon inside the logarithm: the loss is at most -log eps, and to first order it is off by
// eps / p_t.
#include "variants/row_loss.hpp"

namespace maxtrick::variants {
namespace {

const RegisterFormulation registered{
    row_loss({.name = "eps",
              .summary = "-log(p_t + eps)",
              .source = "tensorflow#12002; the epsilon of keras#377",
              .place = 2,
              .input = LossInput::probabilities,
              .guard = 1e-09},
             []<class T>(std::span<const T> p, Target<T> t, T eps, std::span<T> g) -> T {
               T loss = 0;
               for (T& gk : g) gk = 0;
               t.each([&](std::size_t c, T weight) {
                 loss -= weight * log(p[c] + eps);
                 g[c] = -(weight / (p[c] + eps));
               });
               return loss;
             })};

}  // namespace
}  // namespace maxtrick::variants
