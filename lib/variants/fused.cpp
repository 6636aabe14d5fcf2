// Cross-entropy of logits that takes the difference to the maximum first.
#include "variants/row_loss.hpp"

namespace maxtrick::variants {
namespace {

const RegisterFormulation registered{
    row_loss({.name = "fused",
              .summary = "(max - z_t) + log sum e^(z - max)",
              .source = "course lab (L6)",
              .place = 4,
              .input = LossInput::logits},
             []<class T>(std::span<const T> z, Target<T> t, T, std::span<T> g) -> T {
               const Shifted<T> shifted(z, g);
               const T log_s = log(shifted.s);
               T loss = 0;
               t.each([&](std::size_t c, T weight) {
                 if (weight != T(0)) loss += weight * ((shifted.m - z[c]) + log_s);
               });
               difference(shifted, t, g);
               return loss;
             })};

}  // namespace
}  // namespace maxtrick::variants
