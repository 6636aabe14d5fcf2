// Step 3 of the algorithm `correct`: decides to which float a result rounds if pairs of doubles
// leave several.
//
// Every question is whether the exact result is above a number `mid` halfway between two floats,
// and every such question is one about sums of exponentials, with no logarithm and no division:
//   probability   scale e^{x_i} / sum_k e^{x_k} > mid
//                 if (scale - mid) e^{x_i} > mid sum_{k != i} e^{x_k}
//   complement    scale sum_{k != i} e^{x_k} / sum_k e^{x_k} > mid
//                 if (scale - mid) sum_{k != i} e^{x_k} > mid e^{x_i}
//   distance      log sum_k e^{x_k} - x_i > mid   if sum_k e^{x_k} > e^{x_i + mid}
//   log_sum_exp   log sum_k e^{x_k} > mid         if sum_k e^{x_k} > e^mid
// No exponential is on both sides, so that an exponential that is too small for any number of
// digits still decides: it is above 0. Example: the distance of class 1 of [16777216, -1] is
// 2^24 + 1 + log(1 + e^-(2^24 + 1)). For mid = 2^24 + 1 the left side is 1 + e^-(2^24 + 1), and the
// right side is exactly 1. (The second step decides this one already: it knows that the logarithm
// is above 0.)
//
// By the theorem of Lindemann and Weierstrass, exponentials of different rational numbers are
// linearly independent over the rational numbers. So both sides are equal only where equal
// exponentials cancel, and then they are integers: this is a tie, and the even float is nearest.
// One assumption remains: no row has two sides that differ, but by less than 2^-490 of the larger
// one. The lower ends of the intervals would then decide.
#pragma once

#include <cstddef>
#include <cstdint>

namespace maxtrick::kernels::correct {

enum class Result { probability, complement, distance, log_sum_exp };

struct Question {
  Result result;
  const float* x;  // a row of n logits, the largest of which is m, a finite number
  std::size_t n;
  float m;
  std::size_t i;  // the class, if the result is of one
  float scale;    // of a probability or its complement
};

// The float that is nearest to the exact result. It is from `low` to `high`; a probability or its
// complement is from 0 to `scale`. `same_row`: the last question of this thread was about the same
// row, so that the sum of its exponentials is known.
// Time: some 20 microseconds for each exponential of the row, and for each of a few comparisons.
[[nodiscard]] float third_step(const Question& question, float low, float high, bool same_row);

// How often this thread has computed the sum of a row in the second step so far, and how many
// results it has decided in the third.
struct Counts {
  std::uint64_t sums_in_second_step, results_in_third_step;
};
[[nodiscard]] Counts counts();
void count_sum_in_second_step();

}  // namespace maxtrick::kernels::correct
