// Cross-entropy as textbooks write it: the logarithm of a probability. It is inf where p_t
// underflows.
#include "variants/row_loss.hpp"

namespace maxtrick::variants {
namespace {

const RegisterFormulation registered{
    row_loss({.name = "log_of_softmax",
              .summary = "-log p_t",
              .source = "course lab (L2)",
              .place = 1,
              .input = LossInput::probabilities},
             []<class T>(std::span<const T> p, Target<T> t, T, std::span<T> g) -> T {
               T loss = 0;
               for (T& gk : g) gk = 0;
               t.each([&](std::size_t c, T weight) {
                 loss -= weight * log(p[c]);
                 g[c] = -(weight / p[c]);
               });
               return loss;
             })};

}  // namespace
}  // namespace maxtrick::variants
