// Measures the time of the whole lab (10 epochs, 630 steps, the fused loss) and of its parts.
// Nothing passes or fails here, because a time depends on the machine and the moment. The
// meaningful results are the ratios within one run, in which Google Benchmark shuffles the
// repetitions of all benchmarks.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "learn/blas.hpp"
#include "learn/blobs.hpp"
#include "learn/training.hpp"

namespace {

using namespace maxtrick;
using namespace maxtrick::learn;

constexpr std::array<std::size_t, 4> widths{2, 25, 15, 4};
constexpr std::size_t batch = 32, steps = 630;

const Examples& examples() {
  static const Examples all(make_blobs(
      {.samples = 2000, .centres = GivenCentres{{-5, 2}, {-2, -2}, {1, 2}, {5, -2}}, .seed = 30}));
  return all;
}

MeanLoss fused() {
  return learn::mean_loss(ops::with_softmax(*ops::find_formulation("fused"), nullptr),
                          ops::DType::float32);
}

void count_steps(benchmark::State& state) {
  state.counters["steps"] =
      benchmark::Counter(static_cast<double>(steps), benchmark::Counter::kIsIterationInvariantRate);
}

void whole(benchmark::State& state) {
  for (auto _ : state) {
    numerics::Random random(0);
    Network<float> network(widths, batch);
    network.initialise(random);
    benchmark::DoNotOptimize(train(network, examples(), fused(), {}, random));
  }
  count_steps(state);
}

// The eight matrix products of a step, forward and backward, with the column of ones for the
// biases.
void products(benchmark::State& state) {
  std::vector<float> a(batch * 26, 0.5F), b(26 * 25, 0.5F), c(batch * 26);
  const Columns<const float> A{a.data(), batch};
  for (auto _ : state)
    for (std::size_t step = 0; step < steps; ++step)
      for (std::size_t layer = 0; layer + 1 < widths.size(); ++layer) {
        const std::size_t in = widths[layer], out = widths[layer + 1];
        const Columns<const float> W{b.data(), in + 1};
        multiply<float>(batch, out, in + 1, A, W, {c.data(), batch});
        multiply<float>(in + 1, out, batch, transposed(A), A, {c.data(), in + 1});
        if (layer > 0) multiply<float>(batch, in, out, A, transposed(W), {c.data(), batch});
        benchmark::DoNotOptimize(c.data());
      }
  count_steps(state);
}

void softmax_and_loss(benchmark::State& state) {
  numerics::Random random(1);
  std::vector<float> z(batch * 4), gradient(batch * 4), losses(batch);
  for (float& x : z) x = static_cast<float>(5 * random.normal());
  const std::span labels = std::span(examples().labels).first(batch);
  const MeanLoss loss = fused();
  for (auto _ : state)
    for (std::size_t step = 0; step < steps; ++step) {
      loss({z.data(), batch, 4}, labels, losses, {gradient.data(), batch, 4});
      benchmark::DoNotOptimize(gradient.data());
    }
  count_steps(state);
}

void adam(benchmark::State& state) {
  Network<float> network(widths, batch);
  const std::size_t n = network.parameters().size();
  std::vector<float> w(n, 0.1F);
  const std::vector<float> g(n, 0.01F);
  for (auto _ : state) {
    Optimiser<float> optimiser({}, n);
    for (std::size_t step = 0; step < steps; ++step) optimiser.step(w, g);
    benchmark::DoNotOptimize(w.data());
  }
  count_steps(state);
}

// The same lab in NumPy, in a separate process that measures its own time (lab_numpy.py).
void numpy(benchmark::State& state, FILE* ask, FILE* answer) {
  for (auto _ : state) {
    double seconds = 0;
    if (std::fputs("again\n", ask) < 0 || std::fflush(ask) != 0 ||
        std::fscanf(answer, "%lf", &seconds) != 1) {
      state.SkipWithError("NumPy has gone");
      return;
    }
    state.SetIterationTime(seconds);
  }
  count_steps(state);
}

// The usual report, and at the end the medians as shares of that of the whole lab.
class Shares : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.aggregate_name == "median")
        medians_[run.run_name.function_name] = run.real_accumulated_time;
    ConsoleReporter::ReportRuns(runs);
  }
  void Finalize() override {
    const double all = medians_["whole"];
    for (const char* part : {"products", "softmax_and_loss", "adam"})
      GetOutputStream() << fmt::format("{}: {:.0f} % of the whole\n", part,
                                       100 * medians_[part] / all);
    if (medians_.contains("numpy"))
      GetOutputStream() << fmt::format("NumPy takes {:.1f} times as long\n",
                                       medians_["numpy"] / all);
    GetOutputStream() << blas_library() << '\n';
  }

 private:
  std::map<std::string, double> medians_;
};

}  // namespace

// Options are those of Google Benchmark. If NumPy is available, scripts/benchmark starts it and
// names two pipes in MAXTRICK_NUMPY_ASK and MAXTRICK_NUMPY_ANSWER.
int main(int argc, char** argv) {
  using benchmark::RegisterBenchmark;
  RegisterBenchmark("whole", whole)->Unit(benchmark::kMillisecond);
  RegisterBenchmark("products", products)->Unit(benchmark::kMillisecond);
  RegisterBenchmark("softmax_and_loss", softmax_and_loss)->Unit(benchmark::kMillisecond);
  RegisterBenchmark("adam", adam)->Unit(benchmark::kMillisecond);
  std::unique_ptr<FILE, int (*)(FILE*)> ask(nullptr, std::fclose), answer(nullptr, std::fclose);
  const char *questions = std::getenv("MAXTRICK_NUMPY_ASK"),
             *answers = std::getenv("MAXTRICK_NUMPY_ANSWER");
  if (questions != nullptr && answers != nullptr) {
    // The pipes are opened in the same order as by the other process; otherwise both would wait.
    ask.reset(std::fopen(questions, "w"));
    answer.reset(std::fopen(answers, "r"));
    if (!ask || !answer) {
      fmt::print(stderr, "cannot open {} and {}\n", questions, answers);
      return 2;
    }
    RegisterBenchmark("numpy", numpy, ask.get(), answer.get())
        ->Unit(benchmark::kMillisecond)
        ->UseManualTime();
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  Shares reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
