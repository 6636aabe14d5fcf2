// The probabilities whose product is a likelihood, and the number of them that a type can multiply.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "numerics/random.hpp"
#include "numerics/small_float.hpp"

namespace maxtrick::likelihood {

struct Example {
  std::string name, hazard;
  std::optional<double> p;  // of every factor; if empty, the factors are random
  std::uint64_t seed = 0;
};

// Generates the probabilities of one example in order, rounded to T.
template <class T>
class Factors {
 public:
  explicit Factors(const Example& example) : p_(example.p), random_(example.seed) {}
  T next() {
    if (p_) return static_cast<T>(*p_);
    // The factors are from (0, 1]. One that rounded to 0 would make every product 0 regardless of
    // its length.
    const auto drawn = static_cast<T>(1 - random_.uniform());
    return std::max(drawn, std::numeric_limits<T>::denorm_min());
  }

 private:
  std::optional<double> p_;
  numerics::Random random_;
};

enum class Threshold { subnormal, zero };

// Returns the first n whose exact product is beyond the threshold. For a constant p, n comes from a
// quotient: log2 is exact if p is a power of two; otherwise the quotient is not an integer.
template <class T>
std::size_t predicted(const Example& example, Threshold threshold) {
  using Limits = std::numeric_limits<T>;
  const double limit = threshold == Threshold::zero ? Limits::min_exponent - Limits::digits - 1
                                                    : Limits::min_exponent - 1;
  if (example.p) {
    const double n = limit / std::log2(static_cast<double>(static_cast<T>(*example.p)));
    // A product of exactly half the smallest subnormal number is a tie and rounds to 0, which is
    // even. The smallest normal number itself is not subnormal, so that case needs one more factor.
    return static_cast<std::size_t>(threshold == Threshold::zero ? std::ceil(n)
                                                                 : std::floor(n) + 1);
  }
  Factors<T> factors(example);
  double sum = 0;
  std::size_t n = 0;
  while (threshold == Threshold::zero ? sum > limit : sum >= limit) {
    sum += std::log2(static_cast<double>(factors.next()));
    ++n;
  }
  return n;
}

// Returns the first n whose product, rounded at each step, is beyond the threshold; nullopt if the
// product stops changing before that.
template <class T>
std::optional<std::size_t> reached(const Example& example, Threshold threshold) {
  Factors<T> factors(example);
  T product = 1;
  for (std::size_t n = 1;; ++n) {
    const T before = product;
    product = product * factors.next();
    if (threshold == Threshold::zero ? product == T(0) : product < std::numeric_limits<T>::min())
      return n;
    if (example.p && product == before) return std::nullopt;
  }
}

}  // namespace maxtrick::likelihood
