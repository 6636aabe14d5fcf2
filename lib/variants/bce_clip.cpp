// Binary cross-entropy of a clipped probability: one column stands for two classes.
#include "variants/row_loss.hpp"

namespace maxtrick::variants {
namespace {

// Keras clips the probability, and then adds the same epsilon inside the logarithms.
const RegisterFormulation registered{
    row_loss({.name = "bce_clip",
              .summary = "as bce, from clip(p), with eps added inside the logarithms",
              .source = "Keras 2 on probabilities",
              .place = 8,
              .input = LossInput::sigmoid,
              .guard = 1e-07},
             []<class T>(std::span<const T> p, Target<T> t, T eps, std::span<T> g) -> T {
               const T low = eps, high = T(1) - eps, y = t.label();
               const T c = clip(p[0], low, high);
               const T yes = c + eps, no = (T(1) - c) + eps;
               g[0] = p[0] < low || p[0] > high ? T(0) : (T(1) - y) / no - y / yes;
               return -(y * log(yes) + (T(1) - y) * log(no));
             })};

}  // namespace
}  // namespace maxtrick::variants
