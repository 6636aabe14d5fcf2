// Measures times, in the process of a launch.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <tuple>

#include "ops/run.hpp"
#include "timing/job.hpp"
#include "timing/matrix.hpp"
#include "timing/sample.hpp"
#include "worker/floating_point.hpp"
#include "worker/library.hpp"

namespace maxtrick::timing {
namespace {

// Collects the results that Google Benchmark would print. The name of a benchmark is the index of
// its item.
class Collector : public benchmark::BenchmarkReporter {
 public:
  explicit Collector(std::vector<Measured>& measured) : measured_(measured) {}

  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      // The runs come in the order of the repetitions, which is the order in time.
      measured_.at(std::stoul(run.run_name.function_name))
          .seconds.push_back(run.real_accumulated_time / static_cast<double>(run.iterations));
    }
  }

 private:
  std::vector<Measured>& measured_;
};

// The calls of one input, one for each part of its array (Matrix::part), and the exact results of
// some of its rows.
template <class T>
struct Input {
  Matrix<T> logits;
  std::vector<std::int32_t> targets;
  std::vector<T> losses;
  std::vector<ops::Call<T>> calls;
  std::unique_ptr<Sample<T>> sample;

  Input(const Job& job, const Item& item, const Logits& of, T* results)
      : logits(Shape{}), targets(make_targets(item.shape, job.seed)), losses(item.shape.rows) {
    const Shape& shape = item.shape;
    logits = make_logits<T>(shape, of, targets, job.seed);
    // A power of two near the factor of a mean, so that scaling is exact.
    const T scale = T(1 / static_cast<double>(std::bit_floor(shape.rows)));
    for (std::size_t i = 0; i < Matrix<T>::parts(shape); ++i) {
      const numerics::Rows<T> part = logits.part(i);
      const std::ptrdiff_t offset = part.data - logits.numbers().data();
      calls.push_back(
          {.logits = {part.data, part.rows, part.columns, part.stride, part.column_stride},
           .result = {results + offset, part.rows, part.columns, part.stride, part.column_stride},
           .targets = {.index = std::span(targets).subspan(i * part.rows, part.rows)},
           .losses = std::span(losses).subspan(i * part.rows, part.rows),
           .gradient_scale = scale,
           .threads = item.all_threads ? job.threads : 1});
    }
    sample = std::make_unique<Sample<T>>(calls);
  }
};

// All inputs of one type. Inputs with equally many numbers share the memory of their results.
template <class T>
class Inputs {
 public:
  Input<T>& of(const Job& job, const Item& item) {
    const Logits* logits = find_logits(job, item);
    std::unique_ptr<Input<T>>& input = inputs_[{item.shape, item.all_threads, logits->name}];
    if (!input) {
      const auto result = results_.try_emplace(item.shape.elements(), item.shape).first;
      input = std::make_unique<Input<T>>(job, item, *logits, result->second.numbers().data());
    }
    return *input;
  }

 private:
  static const Logits* find_logits(const Job& job, const Item& item) {
    for (const Logits& one : job.logits)
      if (one.name == item.logits || item.logits.empty()) return &one;
    throw std::invalid_argument(fmt::format("no logits '{}'", item.logits));
  }
  std::map<std::tuple<Shape, bool, std::string>, std::unique_ptr<Input<T>>> inputs_;
  std::map<std::size_t, Matrix<T>> results_;
};

struct AllInputs {
  Inputs<float> float32;
  Inputs<double> float64;
  Inputs<numerics::Float16> float16;
  Inputs<numerics::BFloat16> bfloat16;
};

// An item that is ready to be computed.
struct Prepared {
  std::function<void()> run;
  std::function<Checked()> check;  // runs it, and judges its results
};

template <class T>
Prepared prepare(const Job& job, const Item& item, const ops::Variant& kernel, Inputs<T>& inputs) {
  const ops::Compute<T> function = timed_function<T>(kernel);
  if (!function)
    throw std::invalid_argument(fmt::format("{} has no {}", item.kernel, ops::name(item.dtype)));
  Input<T>& input = inputs.of(job, item);
  const auto run = [&kernel, &input, function] {
    for (const ops::Call<T>& call : input.calls) ops::run<T>(kernel, function, call);
  };
  return {run, [&job, &kernel, &input, run] {
            // Clears the results of the previous kernel, which must not be taken for those of this
            // one.
            constexpr T nothing = std::numeric_limits<T>::quiet_NaN();
            for (const ops::Call<T>& call : input.calls) {
              for (std::size_t i = 0; i < call.result.rows; ++i)
                for (std::size_t k = 0; k < call.result.columns; ++k)
                  call.result.at(i, k) = nothing;
              std::ranges::fill(call.losses, nothing);
            }
            run();
            return input.sample->check(kernel, input.calls, job.inaccurate_above_ulp);
          }};
}

Prepared prepare(const Job& job, const Item& item, const ops::Variant& kernel, AllInputs& all) {
  switch (item.dtype) {
    case ops::DType::float64: return prepare(job, item, kernel, all.float64);
    case ops::DType::float16: return prepare(job, item, kernel, all.float16);
    case ops::DType::bfloat16: return prepare(job, item, kernel, all.bfloat16);
    default: return prepare(job, item, kernel, all.float32);
  }
}

// Throws worker::Violation if the kernels that were called have changed the environment.
void require_unchanged(const worker::FloatingPoint& environment) {
  if (const std::string changed = environment.violation(); !changed.empty())
    throw worker::Violation(changed);
}

void initialize_once() {
  [[maybe_unused]] static const bool done = [] {
    std::string name = "launch", interleaved = "--benchmark_enable_random_interleaving=true";
    char* arguments[] = {name.data(), interleaved.data(), nullptr};
    int count = 2;
    benchmark::Initialize(&count, arguments);
    return true;
  }();
}

const ops::Variant& look_up(const std::vector<ops::Variant>& list, const std::string& name) {
  for (const ops::Variant& kernel : list)
    if (timed_name(kernel) == name) return kernel;
  throw std::invalid_argument(fmt::format("no kernel '{}'", name));
}

struct CheckedItem {
  Measured measured;
  bool may_be_timed = false;
};

// Checks the item. A library may support its type or its strides on other CPUs only.
CheckedItem check_item(const ops::Variant& kernel, const Item& item, const Prepared& prepared) {
  try {
    const Checked checked = prepared.check();
    return {untimed(checked), may_be_timed(kernel, checked, item.dtype)};
  } catch (const std::exception& failed) {
    if (!is_library(kernel)) throw;
    return {{.unsupported = failed.what()}};
  }
}

}  // namespace

std::string benchmark_library() { return "Google Benchmark " MAXTRICK_BENCHMARK_VERSION; }

std::vector<Measured> measure(const Job& job, const std::vector<ops::Variant>& list,
                              const Begins& begins) {
  AllInputs inputs;
  initialize_once();
  benchmark::ClearRegisteredBenchmarks();
  std::vector<Measured> measured;
  bool any = false;
  const worker::FloatingPoint environment;
  for (const Item& item : job.items) {
    const ops::Variant& kernel = look_up(list, item.kernel);
    const Prepared prepared = prepare(job, item, kernel, inputs);
    const std::size_t at = measured.size();
    begins(at);
    CheckedItem checked = check_item(kernel, item, prepared);
    measured.push_back(std::move(checked.measured));
    require_unchanged(environment);
    if (kernel.implementation && item.dtype == ops::DType::float32 && item.shape.last_axis())
      measured.back().implementation = kernel.implementation(item.shape.rows, item.shape.classes);
    if (!checked.may_be_timed) continue;
    any = true;
    benchmark::RegisterBenchmark(
        std::to_string(at).c_str(),
        [run = prepared.run, &begins, &environment, at](benchmark::State& state) {
          begins(at);
          for (auto _ : state) {
            run();
            benchmark::ClobberMemory();
          }
          require_unchanged(environment);
        })
        ->UseRealTime()
        ->Repetitions(static_cast<int>(job.repetitions))
        ->MinTime(job.min_seconds);
  }
  Collector collector(measured);
  // Google Benchmark complains if there is nothing to time.
  if (any) benchmark::RunSpecifiedBenchmarks(&collector);
  begins(std::nullopt);
  benchmark::ClearRegisteredBenchmarks();
  return measured;
}

Checked check(const Job& job, const ops::Variant& kernel, const Item& item) {
  AllInputs inputs;
  return prepare(job, item, kernel, inputs).check();
}

Measured untimed(const Checked& checked) {
  return {.outcome = std::string(name(checked.outcome)), .max_error_ulp = checked.max_error_ulp};
}

}  // namespace maxtrick::timing
