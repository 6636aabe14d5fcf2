// Cross-entropy of logits as log-sum-exp minus z_t. This difference cancels where z_t is large.
#include "variants/row_loss.hpp"

namespace maxtrick::variants {
namespace {

const RegisterFormulation registered{
    row_loss({.name = "fused_lse",
              .summary = "(max + log sum e^(z - max)) - z_t",
              .source = "pytorch#11752",
              .place = 5,
              .input = LossInput::logits},
             []<class T>(std::span<const T> z, Target<T> t, T, std::span<T> g) -> T {
               const Shifted<T> shifted(z, g);
               const T lse = shifted.m + log(shifted.s);
               T loss = 0;
               t.each([&](std::size_t c, T weight) {
                 if (weight != T(0)) loss += weight * (lse - z[c]);
               });
               difference(shifted, t, g);
               return loss;
             })};

}  // namespace
}  // namespace maxtrick::variants
