// Binary cross-entropy of a probability, as textbooks write it: one column stands for two classes.
#include "variants/row_loss.hpp"

namespace maxtrick::variants {
namespace {

const RegisterFormulation registered{
    row_loss({.name = "bce",
              .summary = "-t log p - (1 - t) log(1 - p), p the sigmoid",
              .source = "tutorial (R4)",
              .place = 7,
              .input = LossInput::sigmoid},
             []<class T>(std::span<const T> p, Target<T> t, T, std::span<T> g) -> T {
               const T y = t.label(), q = T(1) - p[0];
               g[0] = (T(1) - y) / q - y / p[0];
               return -(y * log(p[0]) + (T(1) - y) * log(q));
             })};

}  // namespace
}  // namespace maxtrick::variants
