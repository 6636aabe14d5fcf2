#include "kernels/correct/third_step.hpp"

#include <bit>

#include "kernels/correct/fixed.hpp"

namespace maxtrick::kernels::correct {
namespace {

thread_local Counts of_thread{};

// The integers of floats are ordered as the floats are. Both zeros are 0.
std::int64_t place_of(float a) {
  const auto bits = std::bit_cast<std::int32_t>(a);
  return bits >= 0 ? bits : -static_cast<std::int64_t>(bits & 0x7fffffff);
}
float at_place(std::int64_t place) {
  const auto bits = static_cast<std::uint32_t>(place < 0 ? -place : place);
  return std::bit_cast<float>(place < 0 ? bits | 0x80000000U : bits);
}
// As a double; the first number after the largest float is 2^128 here.
double value(float a) {
  if (a - a == 0) return static_cast<double>(a);
  return a > 0 ? 0x1p128 : -0x1p128;
}

// sum_k e^{x_k - m} of the last row.
thread_local Interval sum_of_row;

Fixed distance_to_m(const Question& q, std::size_t k) {
  Fixed d(q.x[k]);
  d -= Fixed(q.m);
  return d;
}

Interval sum_of(const Question& q) {
  Interval sum, e;
  for (std::size_t k = 0; k < q.n; ++k) {
    if (q.x[k] == -__builtin_inff()) continue;
    if (k == 0 || q.x[k] != q.x[k - 1]) e = exponential_of(distance_to_m(q, k));
    sum += e;
  }
  return sum;
}

class Comparison {
 public:
  explicit Comparison(const Question& question) : q_(question), others_(sum_of_row) {
    if (q_.result == Result::log_sum_exp || q_.x[q_.i] == -__builtin_inff()) return;
    own_ = exponential_of(distance_to_m(q_, q_.i));
    others_.low -= own_.high;
    others_.high -= own_.low;
  }

  // The sign of the exact result minus mid.
  int with(double mid) const {
    switch (q_.result) {
      case Result::probability:
        return sign_of_difference(times(own_, rest_of_scale(mid)), times(others_, Fixed(mid)));
      case Result::complement:
        return sign_of_difference(times(others_, rest_of_scale(mid)), times(own_, Fixed(mid)));
      case Result::distance: return with_exponential(distance_to_m(q_, q_.i), mid);
      case Result::log_sum_exp: return with_exponential(-Fixed(q_.m), mid);
    }
    return 0;
  }

 private:
  Fixed rest_of_scale(double mid) const {
    Fixed rest(q_.scale);
    rest -= Fixed(mid);
    return rest;
  }
  int with_exponential(Fixed a, double mid) const {
    a += Fixed(mid);
    // log sum_k e^{x_k - m} is at most log n.
    if (Fixed(60).compared_with(a) < 0) return -1;
    return sign_of_difference(sum_of_row, exponential_of(a));
  }

  Question q_;
  Interval own_, others_;
};

}  // namespace

float third_step(const Question& question, float low, float high, bool same_row) {
  ++of_thread.results_in_third_step;
  if (!same_row) sum_of_row = sum_of(question);
  const Comparison exact(question);
  std::int64_t least = place_of(low), most = place_of(high);
  while (least < most) {
    const std::int64_t below = least + (most - least) / 2;
    const double a = value(at_place(below)), b = value(at_place(below + 1));
    const int sign = exact.with(a + (b - a) / 2);
    if (sign == 0) return at_place(below % 2 == 0 ? below : below + 1);
    sign > 0 ? least = below + 1 : most = below;
  }
  return at_place(least);
}

Counts counts() { return of_thread; }
void count_sum_in_second_step() { ++of_thread.sums_in_second_step; }

}  // namespace maxtrick::kernels::correct
