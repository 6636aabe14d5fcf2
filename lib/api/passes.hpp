// Passes over matrices that no kernel makes: copies of logits times a scale, and losses of
// coefficients.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "kernels/dispatch.hpp"

namespace maxtrick::api {

using kernels::Strided;

// Divides the rows among the threads, and calls share(first, count) for the rows of each.
// `numbers` is the size of the matrix. `share` throws nothing.
template <class Share>
void divide_rows(unsigned threads, std::size_t rows, std::size_t numbers, Share share) {
  const std::size_t parts = std::max<std::size_t>(
      1, std::min({std::size_t{threads}, rows, kernels::threads_worth(numbers)}));
  const auto part = [&](std::size_t i) {
    const std::size_t first = rows * i / parts;
    share(first, rows * (i + 1) / parts - first);
  };
  if (parts == 1) return part(0);
#pragma omp parallel for num_threads(static_cast <int>(parts)) schedule(static, 1)
  for (std::size_t i = 0; i < parts; ++i) part(i);
}

// Calls compute(x, y, first) for blocks of rows from row `first` on. x are adjacent rows of the
// products scale * logit, each computed in double and rounded to float. y is where the results of
// these rows belong; it has no data if `result` has none. x does not overlap y, so that `result`
// may be the matrix of the logits.
template <class Compute>
void for_scaled_rows(Strided<const float> logits, double scale, unsigned threads,
                     Strided<float> result, Compute compute) {
  if (logits.rows == 0) return;
  constexpr std::size_t numbers_a_thread = std::size_t{1} << 17, most_threads = 64;
  const std::size_t rows = std::clamp<std::size_t>(
      std::min<std::size_t>(threads, most_threads) * numbers_a_thread / logits.classes, 1,
      logits.rows);
  std::vector<float> block(rows * logits.classes);
  for (std::size_t first = 0; first < logits.rows; first += rows) {
    const std::size_t count = std::min(rows, logits.rows - first);
    const Strided<float> x(block.data(), count, logits.classes, logits.classes);
    divide_rows(threads, count, count * logits.classes, [&](std::size_t r, std::size_t n) {
      kernels::copy_rows<float>(logits.some(first + r, n), x.some(r, n));
      float* const begin = x.data + r * x.row_stride;
      std::transform(begin, begin + n * x.classes, begin, [scale](float logit) {
        return static_cast<float>(scale * static_cast<double>(logit));
      });
    });
    compute(Strided<const float>(block.data(), count, logits.classes, logits.classes),
            result.data == nullptr ? Strided<float>() : result.some(first, count), first);
  }
}

}  // namespace maxtrick::api
