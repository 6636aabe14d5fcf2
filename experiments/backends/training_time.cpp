#include "backends/training_time.hpp"

#include <chrono>

namespace maxtrick::backends {

std::vector<std::vector<double>> interleaved_seconds(const std::vector<inputs::Setup>& setups,
                                                     std::size_t repeats) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::vector<double>> seconds(setups.size());
  for (std::size_t repeat = 0; repeat <= repeats; ++repeat)
    for (std::size_t turn = 0; turn < setups.size(); ++turn) {
      const std::size_t i = (turn + repeat) % setups.size();
      inputs::Prepared run = prepare(setups[i], repeat);
      const auto start = Clock::now();
      (void)train(run, setups[i]);
      const std::chrono::duration<double> spent = Clock::now() - start;
      if (repeat > 0) seconds[i].push_back(spent.count());
    }
  return seconds;
}

}  // namespace maxtrick::backends
