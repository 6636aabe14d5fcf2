// From the interface to the kernels of an instruction set: how many threads, and whether results go
// past the caches.
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/instruction_sets.hpp"
#include "kernels/kernels.hpp"
#include "kernels/log_sum_exp.hpp"

namespace maxtrick::kernels {
namespace {

// A thread is worth starting for so many logits: they take about as long as to start it.
constexpr std::size_t logits_a_thread = 1 << 15;

// Results of matrices beyond this size go past the caches, where they would only push out the
// logits: measured in logits and results.
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

void run_rows(void (*kernel)(const Work&), Work part, std::size_t rows, bool stream) {
  alignas(64) float scratch[scratch_floats];
  part.rows = rows;
  part.scratch = scratch;
  part.stream = stream;
  kernel(part);
}

void run(Method method, Task task, const Work& all) {
  const auto kernel = implementation(method.isa).of_task[task][static_cast<int>(method.algorithm)];
  const double logits = static_cast<double>(all.rows) * static_cast<double>(all.classes);
  const bool stream = 2 * sizeof(float) * logits > cached_bytes();
  const auto worth = static_cast<std::size_t>(logits) / logits_a_thread;
  const std::size_t threads =
      std::max<std::size_t>(1, std::min({std::size_t{method.threads}, all.rows, worth}));
  // Of short rows whole groups, so that no thread has a group of few.
  const std::size_t unit = all.classes <= short_classes ? 16 : 1;
  const std::size_t units = (all.rows + unit - 1) / unit;
  const auto share = [&](std::size_t thread) {
    const std::size_t first = units * thread / threads * unit;
    const std::size_t end = std::min(all.rows, units * (thread + 1) / threads * unit);
    if (first < end) run_rows(kernel, all.from(first), end - first, stream);
  };
  if (threads == 1) return share(0);
#pragma omp parallel for num_threads(static_cast <int>(threads)) schedule(static, 1)
  for (std::size_t thread = 0; thread < threads; ++thread) share(thread);
}

Work work_of(Rows<const float> x) {
  Work work{};
  work.x = x.data;
  work.x_stride = x.stride;
  work.rows = x.rows;
  work.classes = x.columns;
  return work;
}

Work work_of(Rows<const float> x, Rows<float> y) {
  Work work = work_of(x);
  work.y = y.data;
  work.y_stride = y.stride;
  return work;
}

}  // namespace

std::string_view name(Algorithm algorithm) {
  return algorithm == Algorithm::fast ? "fast" : "accurate";
}

void softmax(Method method, Rows<const float> x, Rows<float> y) {
  run(method, task_softmax, work_of(x, y));
}

void log_softmax(Method method, Rows<const float> x, Rows<float> y) {
  run(method, task_log_softmax, work_of(x, y));
}

void log_sum(Method method, Rows<const float> x, std::span<float> largest,
             std::span<double> above) {
  Work work = work_of(x);
  work.losses = largest.data();
  work.above = above.data();
  run(method, task_log_sum, work);
}

void log_sum_exp(Method method, Rows<const float> x, std::span<float> sums) {
  std::vector<double> above(x.rows);
  log_sum(method, x, sums, above);
  const bool accurate = method.algorithm == Algorithm::accurate;
  std::size_t slow = 0;
  for (std::size_t r = 0; accurate && r < x.rows; ++r) slow += cancels(sums[r], above[r]) ? 1 : 0;
  const auto round = [&](std::size_t r) {
    sums[r] = log_sum_exp(x.row(r), sums[r], above[r], accurate);
  };
  // A slow row takes as long as a thousand others: who is done takes more.
  const std::size_t worth = std::min(slow, slow * x.columns * 1000 / logits_a_thread);
  const std::size_t threads = std::min<std::size_t>(method.threads, worth);
  if (threads < 2) {
    for (std::size_t r = 0; r < x.rows; ++r) round(r);
    return;
  }
#pragma omp parallel for num_threads(static_cast <int>(threads)) schedule(dynamic)
  for (std::size_t r = 0; r < x.rows; ++r) round(r);
}

void cross_entropy(Method method, Rows<const float> x, std::span<const std::int32_t> targets,
                   std::span<float> losses) {
  Work work = work_of(x);
  work.targets = targets.data();
  work.losses = losses.data();
  run(method, task_loss, work);
}

void cross_entropy_gradient(Method method, Rows<const float> x,
                            std::span<const std::int32_t> targets, float scale,
                            std::span<float> losses, Rows<float> gradient) {
  if (!(scale >= 0x1p-30F && scale <= 0x1p30F))
    throw std::invalid_argument("cross_entropy_gradient: a scale of " + std::to_string(scale) +
                                "; expected 2^-30 to 2^30");
  Work work = work_of(x, gradient);
  work.targets = targets.data();
  work.losses = losses.data();
  work.scale = scale;
  run(method, task_gradient, work);
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
