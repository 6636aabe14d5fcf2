// The measuring itself, in the process of a launch.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <bit>
#include <map>
#include <stdexcept>

#include "timing/job.hpp"
#include "timing/matrix.hpp"
#include "timing/sample.hpp"

namespace maxtrick::timing {
namespace {

// Collects what Google Benchmark would print. A benchmark is called by its item's place.
class Collector : public benchmark::BenchmarkReporter {
 public:
  explicit Collector(std::vector<Measured>& measured) : measured_(measured) {}

  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      // In the order of the repetitions, which is that in which they ran.
      measured_.at(std::stoul(run.run_name.function_name))
          .seconds.push_back(run.real_accumulated_time / static_cast<double>(run.iterations));
    }
  }

 private:
  std::vector<Measured>& measured_;
};

// The logits by one name, with the exact results of some of their rows.
struct Input {
  Matrix logits;
  Call call;
  Sample sample;

  Input(Matrix made, Call rest) : logits(std::move(made)), call(rest), sample(with_logits()) {}

 private:
  const Call& with_logits() {
    call.x = logits.const_rows();
    return call;
  }
};

void initialize_once() {
  [[maybe_unused]] static const bool done = [] {
    std::string name = "launch", interleaved = "--benchmark_enable_random_interleaving=true";
    char* arguments[] = {name.data(), interleaved.data(), nullptr};
    int count = 2;
    benchmark::Initialize(&count, arguments);
    return true;
  }();
}

const Kernel& look_up(const std::vector<Kernel>& list, const std::string& name) {
  for (const Kernel& kernel : list)
    if (kernel.name == name) return kernel;
  throw std::invalid_argument(fmt::format("no kernel '{}'", name));
}

}  // namespace

std::vector<Measured> measure(const Job& job, const std::vector<Kernel>& list) {
  const std::vector<std::int32_t> targets = make_targets(job.shape, job.seed);
  std::vector<float> losses(job.shape.rows);
  const Matrix result(job.shape);
  // A power of two near that of a mean scales exactly.
  const float scale = 1 / static_cast<float>(std::bit_floor(job.shape.rows));
  std::map<std::string, Input, std::less<>> inputs;
  for (const Logits& one : job.logits)
    inputs.try_emplace(one.name, make_logits(job.shape, one, targets, job.seed),
                       Call{.x = {},
                            .targets = targets,
                            .scale = scale,
                            .losses = losses,
                            .y = result.rows(),
                            .threads = job.threads});
  initialize_once();
  benchmark::ClearRegisteredBenchmarks();
  std::vector<Measured> measured;
  bool any = false;
  for (const Item& item : job.items) {
    const Kernel& kernel = look_up(list, item.kernel);
    const auto found = item.logits.empty() ? inputs.begin() : inputs.find(item.logits);
    if (found == inputs.end())
      throw std::invalid_argument(fmt::format("no logits '{}'", item.logits));
    Input& input = found->second;
    kernel.run(input.call);
    const Checked checked = input.sample.check(kernel, input.call, job.inaccurate_above_ulp);
    const std::string place = std::to_string(measured.size());
    measured.push_back(
        {.outcome = std::string(numerics::name(checked.outcome)),
         .max_error_ulp = checked.max_error_ulp,
         .implementation = kernel.implementation
                               ? kernel.implementation(job.shape.rows, job.shape.classes)
                               : ""});
    if (!may_be_timed(kernel, checked)) continue;
    any = true;
    benchmark::RegisterBenchmark(place.c_str(),
                                 [&kernel, &input](benchmark::State& state) {
                                   for (auto _ : state) {
                                     kernel.run(input.call);
                                     benchmark::ClobberMemory();
                                   }
                                 })
        ->UseRealTime()
        ->Repetitions(static_cast<int>(job.repetitions))
        ->MinTime(job.min_seconds);
  }
  Collector collector(measured);
  // Where there is nothing to time, Google Benchmark would complain.
  if (any) benchmark::RunSpecifiedBenchmarks(&collector);
  benchmark::ClearRegisteredBenchmarks();
  return measured;
}

}  // namespace maxtrick::timing
