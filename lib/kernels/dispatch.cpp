// Implements kernels.hpp. Each function looks up the kernel of its instruction set, and
// dispatch.hpp runs it.
#include "kernels/dispatch.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/instruction_sets.hpp"
#include "kernels/log_sum_exp.hpp"

namespace maxtrick::kernels {

double cached_bytes() {
  static const double bytes = [] {
#ifdef _SC_LEVEL3_CACHE_SIZE
    const long size = sysconf(_SC_LEVEL3_CACHE_SIZE);
#else
    const long size = 0;
#endif
    return 0.75 * static_cast<double>(size > 0 ? size : 8L << 20);
  }();
  return bytes;
}

namespace {

void run(Method method, Task task, const StoredWork<float>& all, Strided<const float> x,
         Strided<float> y = {}) {
  const auto* kernels = implementation(method.isa).of_task[task];
  run(kernels[static_cast<int>(method.algorithm)], method.threads, all, x, y,
      method.algorithm == Algorithm::correct, method.algorithm != Algorithm::correct);
}

}  // namespace

std::string_view name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::fast: return "fast";
    case Algorithm::accurate: return "accurate";
    case Algorithm::correct: return "correct";
  }
  return {};
}

void softmax(Method method, Strided<const float> x, Strided<float> y) {
  run(method, task_softmax, work_of(x, y), x, y);
}

void log_softmax(Method method, Strided<const float> x, Strided<float> y) {
  run(method, task_log_softmax, work_of(x, y), x, y);
}

void log_sum(Method method, Strided<const float> x, std::span<float> largest,
             std::span<double> above) {
  auto work = work_of(x);
  work.losses = largest.data();
  work.above = above.data();
  run(method, task_log_sum, work, x);
}

void log_sum_exp(Method method, Strided<const float> x, std::span<float> sums) {
  if (method.algorithm == Algorithm::correct) {
    auto work = work_of(x);
    work.losses = sums.data();
    return run(method, task_log_sum_exp, work, x);
  }
  std::vector<double> above(x.rows);
  DenseBlocks<float> rows(x.is_dense() ? 0 : std::max(1U, method.threads), 1, x.classes);
  log_sum(method, x, sums, above);
  const bool accurate = method.algorithm == Algorithm::accurate;
  std::size_t slow = 0;
  for (std::size_t r = 0; accurate && r < x.rows; ++r) slow += cancels(sums[r], above[r]) ? 1 : 0;
  const auto round = [&](std::size_t r, std::size_t thread) {
    const auto of = [&](std::span<const float> row) {
      sums[r] = log_sum_exp(row, sums[r], above[r], accurate);
    };
    if (!needs_logits(sums[r], above[r], accurate)) return of({});
    if (x.is_dense()) return of({x.data + r * x.row_stride, x.classes});
    StoredWork<float> work{};
    work.rows = 1;
    rows.run(thread, work, x.some(r, 1), {}, [&](const auto& row) { of({row.x, x.classes}); });
  };
  // A row whose logits cancel takes as long as a thousand others. Each thread therefore takes the
  // next row when it has finished one. With a fixed division of the rows, a thread could be idle
  // while another one has many slow rows left.
  const std::size_t worth = std::min(slow, slow * x.classes * 1000 / logits_a_thread);
  const std::size_t threads =
      std::max<std::size_t>(1, std::min<std::size_t>(method.threads, worth));
  std::atomic<std::size_t> next{0};
  const auto share = [&](std::size_t thread) {
    for (std::size_t r = next++; r < x.rows; r = next++) round(r, thread);
  };
  if (threads == 1) return share(0);
#pragma omp parallel for num_threads(static_cast <int>(threads)) schedule(static, 1)
  for (std::size_t thread = 0; thread < threads; ++thread) share(thread);
}

void cross_entropy(Method method, Strided<const float> x, std::span<const std::int32_t> targets,
                   std::span<float> losses) {
  auto work = work_of(x);
  work.targets = targets.data();
  work.losses = losses.data();
  run(method, task_loss, work, x);
}

void cross_entropy_gradient(Method method, Strided<const float> x,
                            std::span<const std::int32_t> targets, float scale,
                            std::span<float> losses, Strided<float> gradient) {
  if (!(scale >= 0x1p-30F && scale <= 0x1p30F))
    throw std::invalid_argument("cross_entropy_gradient: a scale of " + std::to_string(scale) +
                                "; expected 2^-30 to 2^30");
  auto work = work_of(x, gradient);
  work.targets = targets.data();
  work.losses = losses.data();
  work.scale = scale;
  run(method, task_gradient, work, x, gradient);
}

std::string_view name(Function function) {
  switch (function) {
    case Function::exp: return "exp";
    case Function::exp_fast: return "exp_fast";
    case Function::log: return "log";
  }
  return {};
}

double max_ulp(Function function) {
  switch (function) {
    case Function::exp: return exp_max_ulp;
    case Function::exp_fast: return exp_fast_max_ulp;
    case Function::log: return log_max_ulp;
  }
  return 0;
}

void evaluate(Function function, Isa isa, std::span<const float> x, std::span<float> y) {
  implementation(isa).of_element[static_cast<int>(function)](x.data(), y.data(), x.size());
}

}  // namespace maxtrick::kernels
