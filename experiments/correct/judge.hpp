// Decides whether results are the floats nearest to the exact values, some ten million a second.
//
// Sums and quotients of the C library's exponentials in double are off by a few units of a double,
// which is 2^-29 of a unit of a float. This decides every result that is not within 2^-18 of its own
// unit from a midpoint. The oracle decides the others.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ops/op.hpp"

namespace maxtrick::correct {

class Judge {
 public:
  // The row's logits are finite or -inf, and at least one is finite.
  explicit Judge(std::span<const float> row);

  // Whether `got` is the nearest float to softmax or log-softmax of class i, or to log-sum-exp.
  bool softmax(std::size_t i, float got);
  bool log_softmax(std::size_t i, float got);
  bool log_sum_exp(float got);
  // scale (y_i - [i = target])
  bool gradient(std::size_t i, std::size_t target, float scale, float got);

  // How many results MPFR decided.
  [[nodiscard]] std::uint64_t by_mpfr() const { return by_mpfr_; }

 private:
  template <class Exact>
  bool judged(double y, double error, float got, Exact exact);
  const std::vector<float>& exact(ops::Op op);

  std::span<const float> row_;
  double largest_ = 0, rest_ = 0, log_sum_ = 0;
  std::size_t place_ = 0;
  std::optional<ops::Op> known_op_;
  std::vector<float> known_;
  std::uint64_t by_mpfr_ = 0;
};

}  // namespace maxtrick::correct
