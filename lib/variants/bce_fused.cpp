// Binary cross-entropy of the logit: one column stands for two classes.
#include "variants/row_loss.hpp"

namespace maxtrick::variants {
namespace {

const RegisterFormulation registered{
    row_loss({.name = "bce_fused",
              .summary = "max(z, 0) - z t + log1p(e^-|z|)",
              .source = "study notes (L11)",
              .place = 9,
              .input = LossInput::logit},
             []<class T>(std::span<const T> z, Target<T> t, T, std::span<T> g) -> T {
               const T x = z[0], y = t.label();
               const T e = exp(x < T(0) ? x : -x);
               const T large = T(1) / (T(1) + e), small = e / (T(1) + e);
               const T p = x < T(0) ? small : large, q = x < T(0) ? large : small;
               g[0] = y == T(1) ? -q : p - y;
               return ((x > T(0) ? x : T(0)) - x * y) + log1p(e);
             })};

}  // namespace
}  // namespace maxtrick::variants
