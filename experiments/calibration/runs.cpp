#include "calibration/runs.hpp"

#include <algorithm>
#include <future>
#include <numeric>
#include <span>

#include "inputs/trained.hpp"
#include "learn/training.hpp"

namespace maxtrick::calibration {
namespace {

using learn::DataSet;
using learn::Examples;
using numerics::Rows;

DataSet chosen(const DataSet& all, const std::vector<std::size_t>& rows) {
  DataSet part{rows.size(), all.features, all.classes, {}, {}};
  for (const std::size_t row : rows) {
    const auto first = all.X.begin() + static_cast<std::ptrdiff_t>(row * all.features);
    part.X.insert(part.X.end(), first, first + static_cast<std::ptrdiff_t>(all.features));
    part.y.push_back(all.y[row]);
  }
  return part;
}

// The task with these examples in place of all.
inputs::Task with_data(inputs::Task task, DataSet data) {
  std::promise<DataSet> made;
  task.data.rows = data.rows;
  made.set_value(std::move(data));
  task.data.made = made.get_future().share();
  task.data.bayes = {};
  return task;
}

// Logits with the labels of their rows.
struct Labelled {
  std::vector<double> logits;
  std::span<const std::int32_t> labels;
  [[nodiscard]] Rows<const double> rows() const {
    return {logits.data(), labels.size(), logits.size() / labels.size()};
  }
};

BeforeAfter compare(const Labelled& judged, double temperature, std::size_t bins) {
  return {measure(judged.rows(), judged.labels, 1, bins),
          measure(judged.rows(), judged.labels, temperature, bins)};
}

Shown look(const Labelled& held_out, const Labelled& test, std::size_t bins) {
  Shown shown;
  shown.temperature = learn::fit_temperature(held_out.rows(), held_out.labels);
  shown.test = compare(test, shown.temperature.value, bins);
  return shown;
}

}  // namespace

Split draw(const Asked& asked, std::uint64_t seed) {
  numerics::Random random((std::uint64_t{1} << 63) + seed);
  std::vector<std::size_t> order(asked.task.data.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size() - 1; i > 0; --i)
    std::swap(order[i], order[random.below(i + 1)]);
  const auto held_out = order.begin() + static_cast<std::ptrdiff_t>(asked.fit),
             test = held_out + static_cast<std::ptrdiff_t>(asked.held_out);
  return {{order.begin(), held_out}, {held_out, test}, {test, order.end()}};
}

Run train(const Asked& asked, const inputs::Arm& arm, std::uint64_t seed) {
  const DataSet& data = asked.task.data.data();
  const Split split = draw(asked, seed);
  const inputs::Task task = with_data(asked.task, chosen(data, split.fit));
  const Examples held_out(chosen(data, split.held_out)), test(chosen(data, split.test));
  inputs::Prepared prepared = inputs::prepare({task, arm}, seed);
  constexpr std::size_t at_a_time = 256;  // so that the intermediate results stay in a cache
  Run run;
  const auto after_epoch = [&](std::size_t epoch) {
    if (!std::binary_search(asked.shown.begin(), asked.shown.end(), epoch)) return;
    auto wide = learn::widened(prepared.network, at_a_time);
    const auto judged = [&](const Examples& examples) {
      return Labelled{learn::logits(wide, examples), examples.labels};
    };
    run.push_back(look(judged(held_out), judged(test), asked.bins));
    if (epoch != asked.shown.back() || !asked.elsewhere) return;
    const Examples elsewhere(asked.elsewhere->data());
    run.back().elsewhere = compare(judged(elsewhere), run.back().temperature.value, asked.bins);
  };
  (void)learn::train(prepared.network, prepared.examples,
                     learn::mean_loss(arm.loss(), ops::DType::float32), task.options,
                     prepared.random, after_epoch);
  return run;
}

Run bayes(const Asked& asked, std::uint64_t seed) {
  const DataSet& data = asked.task.data.data();
  const std::vector<double> logits = asked.task.data.bayes();
  const Split split = draw(asked, seed);
  const auto of = [&](const std::vector<std::size_t>& rows, std::vector<std::int32_t>& labels) {
    std::vector<double> own;
    for (const std::size_t row : rows) {
      const auto first = logits.begin() + static_cast<std::ptrdiff_t>(row * data.classes);
      own.insert(own.end(), first, first + static_cast<std::ptrdiff_t>(data.classes));
      labels.push_back(data.y[row]);
    }
    return own;
  };
  std::vector<std::int32_t> held_out, test;
  const std::vector<double> of_held_out = of(split.held_out, held_out),
                            of_test = of(split.test, test);
  return {look({of_held_out, held_out}, {of_test, test}, asked.bins)};
}

run::Parts Runs::parts() {
  return std::make_shared<const run::PartList>(
      run::PartList{unavailable_.empty() ? seeds_ : 0,
                    [self = shared_from_this()](std::size_t seed) { self->make(seed); }});
}

void Runs::make(std::size_t seed) {
  std::call_once(sized_, [this] { all_.resize(seeds_); });
  try {
    all_[seed] = make_(seed);
  } catch (const run::CaseFailed& failed) {
    const std::lock_guard lock(failing_);
    if (failure_.empty()) failure_ = failed.what();
  }
}

const std::vector<Run>& Runs::all() const {
  if (!failure_.empty()) throw run::CaseFailed(failure_);
  return all_;
}

}  // namespace maxtrick::calibration
