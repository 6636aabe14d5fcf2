// Implements kernels.hpp. Each function looks up the kernel of its instruction set, and
// dispatch.hpp runs it.
#include "kernels/dispatch.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <type_traits>
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

// The type as which kernels read and write numbers of type T. It has the same bits, and conversions
// that a file for one instruction set may use.
template <class T>
struct StoredAs {
  using Type = T;
};
template <>
struct StoredAs<Float16> {
  using Type = Float16Bits;
};
template <>
struct StoredAs<BFloat16> {
  using Type = BFloat16Bits;
};
template <class T>
using stored_as = typename StoredAs<T>::Type;

template <class T>
auto* stored(T* numbers) {
  using S = stored_as<std::remove_const_t<T>>;
  static_assert(sizeof(S) == sizeof(T));
  return reinterpret_cast<std::conditional_t<std::is_const_v<T>, const S, S>*>(numbers);
}
template <class T>
auto stored(Strided<T> m) {
  auto* const data = stored(m.data);
  return Strided<std::remove_pointer_t<decltype(data)>>(data, m.rows, m.classes, m.row_stride,
                                                        m.class_stride);
}

template <class S>
Kernel<S> find_kernel(const Implementation& of, Task task, Algorithm algorithm) {
  if constexpr (std::is_same_v<S, float>) return of.of_task[task][static_cast<int>(algorithm)];
  if (algorithm != Algorithm::accurate)
    throw std::invalid_argument("the algorithm " + std::string(name(algorithm)) +
                                " exists for float32 only; expected accurate");
  if constexpr (std::is_same_v<S, Float16Bits>) return of.float16[task];
  if constexpr (std::is_same_v<S, BFloat16Bits>) return of.bfloat16[task];
  if constexpr (std::is_same_v<S, double>) return *of.float64[task];
}

template <class S>
void run(Method method, Task task, const StoredWork<S>& all, Strided<const S> x,
         Strided<S> y = {}) {
  const Algorithm algorithm = std::is_same_v<S, float>
                                  ? algorithm_for(method.algorithm, task, all.classes)
                                  : method.algorithm;
  const Kernel<S> kernel = find_kernel<S>(implementation(method.isa), task, algorithm);
  const bool takes_columns = algorithm != Algorithm::correct && !std::is_same_v<S, double>;
  run<S>(kernel, method.threads, all, x, y, algorithm == Algorithm::correct, takes_columns);
}

template <class S>
void log_sum_of(Method method, Strided<const S> x, S* largest, double* above) {
  auto work = work_of<S>(x);
  work.losses = largest;
  work.above = above;
  run<S>(method, task_log_sum, work, x);
}

// What log_sum_exp.hpp needs: the largest logits, or in float64 their sums with L, and L.
template <class S>
void parts_of_log_sum_exp(Method method, Strided<const S> x, S* sums, double* above) {
  if constexpr (std::is_same_v<S, double>) {
    auto work = work_of<S>(x);
    work.losses = sums;
    work.above = above;
    run<S>(method, task_log_sum_exp, work, x);
  } else {
    log_sum_of(method, x, sums, above);
  }
}

template <class S>
void log_sum_exp_of(Method method, Strided<const S> x, S* sums) {
  if (method.algorithm == Algorithm::correct) {
    auto work = work_of<S>(x);
    work.losses = sums;
    return run<S>(method, task_log_sum_exp, work, x);
  }
  std::vector<double> above(x.rows);
  DenseBlocks<S> rows(x.is_dense() ? 0 : std::max(1U, method.threads), 1, x.classes);
  parts_of_log_sum_exp(method, x, sums, above.data());
  const bool accurate = method.algorithm == Algorithm::accurate;
  std::size_t slow = 0;
  for (std::size_t r = 0; accurate && r < x.rows; ++r) slow += cancels(sums[r], above[r]) ? 1 : 0;
  const auto round = [&](std::size_t r, std::size_t thread) {
    const auto of = [&](std::span<const S> row) {
      sums[r] = S(log_sum_exp(row, sums[r], above[r], accurate));
    };
    if (!needs_logits(sums[r], above[r], accurate)) return of({});
    if (x.is_dense()) return of({x.data + r * x.row_stride, x.classes});
    StoredWork<S> work{};
    work.rows = 1;
    rows.run(thread, work, x.some(r, 1), {}, [&](const auto& row) { of({row.x, x.classes}); });
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
  const auto from = stored(x);
  const auto to = stored(y);
  run(method, task_softmax, work_of(from, to), from, to);
}

template <class T>
void log_softmax(Method method, Logits<T> x, Matrix<T> y) {
  const auto from = stored(x);
  const auto to = stored(y);
  run(method, task_log_softmax, work_of(from, to), from, to);
}

template <class T>
void log_sum(Method method, Logits<T> x, Numbers<T> largest, std::span<double> above) {
  log_sum_of(method, stored(x), stored(largest.data()), above.data());
}

template <class T>
void log_sum_exp(Method method, Logits<T> x, Numbers<T> sums) {
  log_sum_exp_of(method, stored(x), stored(sums.data()));
}

template <class T>
void cross_entropy(Method method, Logits<T> x, Labels targets, Numbers<T> losses) {
  const auto from = stored(x);
  auto work = work_of<stored_as<T>>(from);
  work.targets = targets.data();
  work.losses = stored(losses.data());
  run(method, task_loss, work, from);
}

template <class T>
void cross_entropy_gradient(Method method, Logits<T> x, Labels targets, double scale,
                            Numbers<T> losses, Matrix<T> gradient) {
  if (!(scale >= 0x1p-30F && scale <= 0x1p30F))
    throw std::invalid_argument("cross_entropy_gradient: a scale of " + std::to_string(scale) +
                                "; expected 2^-30 to 2^30");
  const auto from = stored(x);
  const auto to = stored(gradient);
  auto work = work_of(from, to);
  work.targets = targets.data();
  work.losses = stored(losses.data());
  work.scale = static_cast<Scale<stored_as<T>>>(scale);
  run(method, task_gradient, work, from, to);
}

#define MAXTRICK_INSTANTIATE(T)                                          \
  template void softmax<T>(Method, Logits<T>, Matrix<T>);                \
  template void log_softmax<T>(Method, Logits<T>, Matrix<T>);            \
  template void log_sum_exp<T>(Method, Logits<T>, Numbers<T>);           \
  template void cross_entropy<T>(Method, Logits<T>, Labels, Numbers<T>); \
  template void cross_entropy_gradient<T>(Method, Logits<T>, Labels, double, Numbers<T>, Matrix<T>);
MAXTRICK_INSTANTIATE(float)
MAXTRICK_INSTANTIATE(double)
MAXTRICK_INSTANTIATE(Float16)
MAXTRICK_INSTANTIATE(BFloat16)
#undef MAXTRICK_INSTANTIATE
template void log_sum<float>(Method, Logits<float>, Numbers<float>, std::span<double>);
template void log_sum<Float16>(Method, Logits<Float16>, Numbers<Float16>, std::span<double>);
template void log_sum<BFloat16>(Method, Logits<BFloat16>, Numbers<BFloat16>, std::span<double>);

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
