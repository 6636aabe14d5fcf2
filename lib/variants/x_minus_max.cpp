// The slides' approximation of log-softmax, x - max (S11): no exp and no log.
//
// It leaves out log(1 + rest) with rest = sum over the others of e^(x - max), so it is off by that
// much in every output: by log n where all logits are equal, by about (n - 1) e^-gap where the
// maximum leads by gap. The maximum's own log-probability is always 0, a relative error of 1.
//
// Error, norm-wise and in units of u: log S / (u Y) and the rounding of x - m, u W / (u Y), with Y
// = W
// + log S the largest |y_i|.
#include "ops/log_softmax.hpp"
#include "variants/roundings.hpp"
#include "variants/scalar.hpp"

namespace maxtrick::variants {
namespace {

std::optional<double> bound(const ops::RowFacts& row) {
  const Roundings r(row);
  if (r.n == 1) return 0;
  if (!r.differences_are_finite()) return std::nullopt;
  // log S itself is known to the last bits of double.
  return if_finite((r.log_S * (1 + 0x1p-48) / r.u + r.W) / r.Y);
}

const ops::Register log_softmax{scalar({.op = ops::log_softmax,
                                        .algorithm = "x_minus_max",
                                        .summary = "x - max, an approximation",
                                        .source = "slides (S11, logsoftmax2)",
                                        .nature = ops::Nature::approximation,
                                        .bound = bound},
                                       []<class T>(std::span<const T> x, std::span<T> y) {
                                         const T m = maximum(x);
                                         for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] - m;
                                       })};

}  // namespace
}  // namespace maxtrick::variants
