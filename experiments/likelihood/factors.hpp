// The probabilities whose product is a likelihood, and how many of them a type can multiply.
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
  std::optional<double> p;  // of every factor; else they are drawn
  std::uint64_t seed = 0;
};

// The probabilities of one example in order, rounded to T.
template <class T>
class Factors {
 public:
  explicit Factors(const Example& example) : p_(example.p), random_(example.seed) {}
  T next() {
    if (p_) return static_cast<T>(*p_);
    // From (0, 1]; one that rounds to 0 would end every product for a reason of its own.
    const auto drawn = static_cast<T>(1 - random_.uniform());
    return std::max(drawn, std::numeric_limits<T>::denorm_min());
  }

 private:
  std::optional<double> p_;
  numerics::Random random_;
};

enum class Threshold { subnormal, zero };

// The first n whose exact product is beyond the threshold. A constant p is counted by a quotient:
// log2 is exact where p is a power of two, and else the quotient is no whole number.
template <class T>
std::size_t predicted(const Example& example, Threshold threshold) {
  using Limits = std::numeric_limits<T>;
  const double limit = threshold == Threshold::zero ? Limits::min_exponent - Limits::digits - 1
                                                    : Limits::min_exponent - 1;
  if (example.p) {
    const double n = limit / std::log2(static_cast<double>(static_cast<T>(*example.p)));
    // At half the smallest subnormal number itself a tie goes to 0, which is even; the smallest
    // normal number itself is not subnormal.
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

// The first n whose product, rounded at each step, is; none where it is stuck before.
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
