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

// The reported size of the third-level cache says what a socket has, not what one core can use:
// other cores, and on a shared machine other systems, use it too. So measurements bound both limits.
// On Zen 4 (32 MiB reported) and Granite Rapids (480 MiB reported), one thread gains from the order
// of passes for memory from 24 MB on, and from streaming stores from 32 MB (Zen 4) and between 67
// and 134 MB (Granite Rapids) on; docs/speed.md has the figures.
CacheLimits cache_limits() {
  static const CacheLimits limits = [] {
#ifdef _SC_LEVEL3_CACHE_SIZE
    const long size = sysconf(_SC_LEVEL3_CACHE_SIZE);
#else
    const long size = 0;
#endif
    const double bytes = 0.75 * static_cast<double>(size > 0 ? size : 8L << 20);
    return CacheLimits{std::min(bytes, 24e6), std::min(bytes, 100e6)};
  }();
  return limits;
}

namespace {

Kernel<float> find_kernel(const Implementation& of, Task task, Algorithm algorithm,
                          std::type_identity<float>) {
  return of.of_task[task][static_cast<int>(algorithm)];
}

template <class S>
void run(Method method, Task task, const StoredWork<S>& all, Strided<const S> x,
         Strided<S> y = {}) {
  const Algorithm algorithm = algorithm_for(method.algorithm, task, all.classes);
  const Kernel<S> kernel =
      find_kernel(implementation(method.isa), task, algorithm, std::type_identity<S>{});
  run<S>(kernel, method.threads, all, x, y, algorithm == Algorithm::correct);
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

template <class T>
void softmax(Method method, Logits<T> x, Matrix<T> y) {
  run<T>(method, task_softmax, work_of<T>(x, y), x, y);
}

template <class T>
void log_softmax(Method method, Logits<T> x, Matrix<T> y) {
  run<T>(method, task_log_softmax, work_of<T>(x, y), x, y);
}

template <class T>
void log_sum(Method method, Logits<T> x, Numbers<T> largest, std::span<double> above) {
  auto work = work_of<T>(x);
  work.losses = largest.data();
  work.above = above.data();
  run<T>(method, task_log_sum, work, x);
}

template <class T>
void log_sum_exp(Method method, Logits<T> x, Numbers<T> sums) {
  if (method.algorithm == Algorithm::correct) {
    auto work = work_of<T>(x);
    work.losses = sums.data();
    return run<T>(method, task_log_sum_exp, work, x);
  }
  std::vector<double> above(x.rows);
  DenseBlocks<T> rows(x.is_dense() ? 0 : std::max(1U, method.threads), 1, x.classes);
  log_sum<T>(method, x, sums, above);
  const bool accurate = method.algorithm == Algorithm::accurate;
  std::size_t slow = 0;
  for (std::size_t r = 0; accurate && r < x.rows; ++r) slow += cancels(sums[r], above[r]) ? 1 : 0;
  const auto round = [&](std::size_t r, std::size_t thread) {
    const auto of = [&](const T* row) {
      sums[r] = log_sum_exp({row, x.classes}, sums[r], above[r], accurate);
    };
    if (x.is_dense()) return of(x.data + r * x.row_stride);
    StoredWork<T> work{};
    work.rows = 1;
    rows.run(thread, work, x.some(r, 1), {}, [&](const auto& row) { of(row.x); });
  };
  // A row whose logits cancel takes as long as a thousand others. Each thread therefore takes the
  // next row when it has finished one. With a fixed division of the rows, a thread could be idle
  // while another one has many slow rows left.
  const std::size_t worth = std::min(slow, threads_worth(slow * x.classes * 1000));
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

template <class T>
void cross_entropy(Method method, Logits<T> x, Labels targets, Numbers<T> losses) {
  auto work = work_of<T>(x);
  work.targets = targets.data();
  work.losses = losses.data();
  run<T>(method, task_loss, work, x);
}

template <class T>
void cross_entropy_gradient(Method method, Logits<T> x, Labels targets, float scale,
                            Numbers<T> losses, Matrix<T> gradient) {
  if (!(scale >= 0x1p-30F && scale <= 0x1p30F))
    throw std::invalid_argument("cross_entropy_gradient: a scale of " + std::to_string(scale) +
                                "; expected 2^-30 to 2^30");
  auto work = work_of<T>(x, gradient);
  work.targets = targets.data();
  work.losses = losses.data();
  work.scale = scale;
  run<T>(method, task_gradient, work, x, gradient);
}

#define MAXTRICK_INSTANTIATE(T)                                               \
  template void softmax<T>(Method, Logits<T>, Matrix<T>);                     \
  template void log_softmax<T>(Method, Logits<T>, Matrix<T>);                 \
  template void log_sum<T>(Method, Logits<T>, Numbers<T>, std::span<double>); \
  template void log_sum_exp<T>(Method, Logits<T>, Numbers<T>);                \
  template void cross_entropy<T>(Method, Logits<T>, Labels, Numbers<T>);      \
  template void cross_entropy_gradient<T>(Method, Logits<T>, Labels, float, Numbers<T>, Matrix<T>);
MAXTRICK_INSTANTIATE(float)
#undef MAXTRICK_INSTANTIATE

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
