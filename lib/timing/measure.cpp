// Measures times, in the process of a launch.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <stdexcept>

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

// The logits with one name, and the exact results of some of their rows.
struct Input {
  Matrix logits;
  ops::Call<float> call;
  Sample sample;

  Input(Matrix made, ops::Call<float> rest)
      : logits(std::move(made)), call(rest), sample(with_logits()) {}

 private:
  const ops::Call<float>& with_logits() {
    call.logits = logits.const_rows();
    return call;
  }
};

// The arguments with which all kernels of a job are called.
class Inputs {
 public:
  explicit Inputs(const Job& job)
      : targets_(make_targets(job.shape, job.seed)), losses_(job.shape.rows), result_(job.shape) {
    // A power of two near the factor of a mean, so that scaling is exact.
    const float scale = 1 / static_cast<float>(std::bit_floor(job.shape.rows));
    for (const Logits& one : job.logits)
      inputs_.try_emplace(one.name, make_logits(job.shape, one, targets_, job.seed),
                          ops::Call<float>{.logits = {},
                                           .result = result_.rows(),
                                           .targets = {.index = targets_},
                                           .losses = losses_,
                                           .gradient_scale = scale,
                                           .threads = job.threads});
  }
  // The logits of an item. Throws std::invalid_argument if there are none with that name.
  [[nodiscard]] Input& of(const Item& item) {
    const auto found = item.logits.empty() ? inputs_.begin() : inputs_.find(item.logits);
    if (found == inputs_.end())
      throw std::invalid_argument(fmt::format("no logits '{}'", item.logits));
    return found->second;
  }

 private:
  std::vector<std::int32_t> targets_;
  std::vector<float> losses_;
  Matrix result_;
  std::map<std::string, Input, std::less<>> inputs_;
};

Checked run_and_check(const Job& job, const ops::Variant& kernel, Input& input) {
  // Clears the results of the previous kernel, which must not be taken for those of this one.
  const ops::Call<float>& call = input.call;
  constexpr float nothing = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t i = 0; i < call.result.rows; ++i) std::ranges::fill(call.result.row(i), nothing);
  std::ranges::fill(call.losses, nothing);
  kernel.float32(call);
  return input.sample.check(kernel, call, job.inaccurate_above_ulp);
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

}  // namespace

std::string benchmark_library() { return "Google Benchmark " MAXTRICK_BENCHMARK_VERSION; }

std::vector<Measured> measure(const Job& job, const std::vector<ops::Variant>& list,
                              const Begins& begins) {
  Inputs inputs(job);
  initialize_once();
  benchmark::ClearRegisteredBenchmarks();
  std::vector<Measured> measured;
  bool any = false;
  const worker::FloatingPoint environment;
  for (const Item& item : job.items) {
    const ops::Variant& kernel = look_up(list, item.kernel);
    Input& input = inputs.of(item);
    const std::size_t at = measured.size();
    begins(at);
    const Checked checked = run_and_check(job, kernel, input);
    require_unchanged(environment);
    measured.push_back(untimed(checked));
    if (kernel.implementation)
      measured.back().implementation = kernel.implementation(job.shape.rows, job.shape.classes);
    if (!may_be_timed(kernel, checked)) continue;
    any = true;
    benchmark::RegisterBenchmark(
        std::to_string(at).c_str(),
        [&kernel, &input, &begins, &environment, at](benchmark::State& state) {
          begins(at);
          for (auto _ : state) {
            kernel.float32(input.call);
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
  Inputs inputs(job);
  return run_and_check(job, kernel, inputs.of(item));
}

Measured untimed(const Checked& checked) {
  return {.outcome = std::string(name(checked.outcome)), .max_error_ulp = checked.max_error_ulp};
}

}  // namespace maxtrick::timing
