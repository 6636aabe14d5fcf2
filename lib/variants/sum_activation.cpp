// The two steps of the slides on the way to softmax (S1, S2): normalisation without exp. These
// functions differ from softmax; they are registered so that tables can show them next to it.
//   sum_v1  x / sum(x): fails for negative logits, and is not shift invariant
//   sum_v2  the same after subtracting the minimum: shift invariant, but insensitive
// Neither calls libm, so their bits are the same on every machine.
#include "ops/softmax.hpp"
#include "variants/scalar.hpp"

namespace maxtrick::variants {
namespace {

template <class T>
void normalise(std::span<const T> x, std::span<T> y, T origin) {
  T sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += y[i] = x[i] - origin;
  for (T& yi : y) yi /= sum;
}

const ops::Register sum_v1{scalar(
    {.op = ops::softmax,
     .algorithm = "sum_v1",
     .summary = "x / sum x",
     .source = "slides (S1)",
     .nature = ops::Nature::approximation},
    []<class T>(std::span<const T> x, std::span<T> y) { normalise<T>(x, y, 0); },
    ops::Uses::nothing)};

const ops::Register sum_v2{scalar(
    {.op = ops::softmax,
     .algorithm = "sum_v2",
     .summary = "(x - min) / sum (x - min)",
     .source = "slides (S2)",
     .nature = ops::Nature::approximation},
    []<class T>(std::span<const T> x, std::span<T> y) {
      T minimum = x[0];
      for (const T xi : x)
        if (xi < minimum) minimum = xi;
      normalise<T>(x, y, minimum);
    },
    ops::Uses::nothing)};

}  // namespace
}  // namespace maxtrick::variants
