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

class Row {
 public:
  explicit Row(const Question& question)
      : q_(question), one_class_(q_.result != Result::log_sum_exp) {
    Interval& others = others_;
    for (std::size_t k = 0; k < q_.n; ++k) {
      if (one_class_ && k == q_.i) continue;
      if (q_.x[k] != -__builtin_inff()) others += exponential_of(distance_to_m(k));
    }
    if (one_class_ && q_.x[q_.i] != -__builtin_inff()) own_ = exponential_of(distance_to_m(q_.i));
  }

  // The sign of the exact result minus mid.
  int compared_with(double mid) const {
    switch (q_.result) {
      case Result::probability:
        return sign_of_difference(times(own_, rest_of_scale(mid)), times(others_, Fixed(mid)));
      case Result::complement:
        return sign_of_difference(times(others_, rest_of_scale(mid)), times(own_, Fixed(mid)));
      case Result::distance: return compared_with_exponential(distance_to_m(q_.i), mid);
      case Result::log_sum_exp: return compared_with_exponential(-Fixed(q_.m), mid);
    }
    return 0;
  }

 private:
  Fixed distance_to_m(std::size_t k) const {
    Fixed d(q_.x[k]);
    d -= Fixed(q_.m);
    return d;
  }
  Fixed rest_of_scale(double mid) const {
    Fixed rest(q_.scale);
    rest -= Fixed(mid);
    return rest;
  }
  int compared_with_exponential(Fixed a, double mid) const {
    a += Fixed(mid);
    Interval sum = others_;
    sum += own_;
    // log sum_k e^{x_k - m} is at most log n.
    if (Fixed(60).compared_with(a) < 0) return -1;
    return sign_of_difference(sum, exponential_of(a));
  }

  Question q_;
  bool one_class_;
  Interval own_, others_;
};

}  // namespace

float third_step(const Question& question, float low, float high) {
  ++of_thread.results_in_third_step;
  const Row row(question);
  std::int64_t least = place_of(low), most = place_of(high);
  while (least < most) {
    const std::int64_t below = least + (most - least) / 2;
    const double a = value(at_place(below)), b = value(at_place(below + 1));
    const int sign = row.compared_with(a + (b - a) / 2);
    if (sign == 0) return at_place(below % 2 == 0 ? below : below + 1);
    sign > 0 ? least = below + 1 : most = below;
  }
  return at_place(least);
}

Counts counts() { return of_thread; }
void count_row_in_second_step() { ++of_thread.rows_in_second_step; }

}  // namespace maxtrick::kernels::correct
