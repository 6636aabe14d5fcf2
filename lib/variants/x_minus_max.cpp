// The approximation of log-softmax in the slides, x - max (S11): no exp and no log.
//
// It leaves out log(1 + rest), where rest = sum over the other classes of e^(x - max). So every
// output is off by that much: by log n where all logits are equal, and by about (n - 1) e^-gap
// where the maximum is larger than the others by gap. The log-probability of the maximum is always
// 0, a relative error of 1.
//
// The norm-wise error, in units of u, is log S / (u Y) from the approximation and u W / (u Y) from
// rounding x - m, where Y = W + log S is the largest |y_i|.
#include "ops/log_softmax.hpp"
#include "variants/roundings.hpp"
#include "variants/scalar.hpp"

namespace maxtrick::variants {
namespace {

std::optional<double> bound(const ops::RowFacts& row) {
  const Roundings r(row);
  if (r.n == 1) return 0;
  if (!r.differences_are_finite()) return std::nullopt;
  // log S is known up to the last bits of double.
  return if_finite((r.log_S * (1 + 0x1p-48) / r.u + r.W) / r.Y);
}

const ops::Register log_softmax{scalar(
    {.op = ops::log_softmax,
     .algorithm = "x_minus_max",
     .summary = "x - max, an approximation",
     .source = "slides (S11, logsoftmax2)",
     .nature = ops::Nature::approximation,
     .bound = bound},
    []<class T>(std::span<const T> x, std::span<T> y) {
      const T m = maximum(x);
      for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] - m;
    },
    ops::Uses::nothing)};

}  // namespace
}  // namespace maxtrick::variants
