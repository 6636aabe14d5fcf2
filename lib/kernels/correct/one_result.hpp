// The results that are one number for a row: the sum, the loss, and the gradient at the target.
#pragma once

#include <cstddef>

#include "kernels/correct/first_step.hpp"
#include "kernels/correct/second_step.hpp"

namespace maxtrick::kernels::correct {

// Of row r: m and q as in RowSums, log1p(q), and of its target the logit and e^(x - m).
struct RowFacts {
  std::size_t r;
  float m;
  double q, log_sum;
  float target_logit = 0;
  double target_exponential = 0;
};

template <Task task>
inline constexpr bool keeps_exponentials = task == task_softmax || task == task_gradient;
template <Task task>
inline constexpr bool has_targets = task == task_loss || task == task_gradient;

// Stores these results. second_step() returns the SecondStep of the row.
template <class V, Task task, class Second>
[[gnu::always_inline]] inline void store_one(const Work<V>& work, const RowFacts& row, Window w,
                                             Second second_step) {
  const auto m = static_cast<double>(row.m);
  if constexpr (has_targets<task>) {
    const auto t = static_cast<std::size_t>(work.targets[row.r]);
    const double distance = row.log_sum - (static_cast<double>(row.target_logit) - m);
    work.losses[row.r] = doubtful(distance, w) ? second_step().distance(t, row.log_sum)
                                               : static_cast<float>(distance);
    if constexpr (task == task_gradient) {
      // Of two classes with the largest logit, either may be the one that q leaves out.
      const double rest = row.target_logit == row.m ? row.q : 1 + row.q - row.target_exponential;
      const double y = static_cast<double>(work.scale) * rest / (1 + row.q);
      work.y[row.r * work.y_stride + t] =
          0 - (doubtful(y, w) ? second_step().complement(t) : static_cast<float>(y));
    }
  }
  if constexpr (task == task_log_sum) {
    work.losses[row.r] = row.m + 0.0F;
    work.above[row.r] = row.log_sum;
  }
  if constexpr (task == task_log_sum_exp) {
    const LogSumExp y(m, row.log_sum);
    work.losses[row.r] = (y.decided ? y.nearest : second_step().log_sum_exp()) + 0.0F;
  }
}

// The same for a row with NaN or +inf, or with nothing but -inf. Logit i of the row is x[i * stride].
template <class V, Task task>
inline void store_invalid(const Work<V>& work, std::size_t r, float m, const float* x,
                          std::size_t stride) {
  if constexpr (has_targets<task>) work.losses[r] = nan_result;
  if constexpr (task == task_log_sum_exp) {
    work.losses[r] = m;
    for (std::size_t i = 0; i < work.classes; ++i)
      if (!(x[i * stride] == x[i * stride])) work.losses[r] = nan_result;
  }
  if constexpr (task == task_log_sum) {
    work.losses[r] = m + 0.0F;
    work.above[r] = __builtin_nan("");
  }
}

}  // namespace maxtrick::kernels::correct
