// Experiment `correct`: compares results of the algorithm `correct` with the nearest floats, a
// billion of them, and counts how many rows and results take its second and third step. The table
// has one row for each op, kind of rows and number of classes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>
#include <vector>

#include "correct/judge.hpp"
#include "correct/rows.hpp"
#include "inputs/selection.hpp"
#include "kernels/correct/third_step.hpp"
#include "kernels/kernels.hpp"
#include "oracle/oracle.hpp"
#include "run/case_of.hpp"

namespace maxtrick::correct {
namespace {

using table::Rule;

enum class Op { softmax, log_softmax, log_sum_exp, cross_entropy, cross_entropy_gradient };
const std::vector<std::string> op_names{"softmax", "log_softmax", "log_sum_exp", "cross_entropy",
                                        "cross_entropy_gradient"};
const std::string& name(Op op) { return op_names[static_cast<std::size_t>(op)]; }
// Whether the op has one result for a row, not one for each class.
bool one_a_row(Op op) { return op == Op::log_sum_exp || op == Op::cross_entropy; }

struct Tally {
  std::uint64_t results = 0, rows = 0, misrounded = 0, by_mpfr = 0, second_step = 0, third_step = 0;

  void add(const Tally& other) {
    results += other.results;
    rows += other.rows;
    misrounded += other.misrounded;
    by_mpfr += other.by_mpfr;
    second_step += other.second_step;
    third_step += other.third_step;
  }
};

std::string to_text(const Tally& t) {
  return fmt::format("{} {} {} {} {} {}", t.results, t.rows, t.misrounded, t.by_mpfr, t.second_step,
                     t.third_step);
}

std::optional<Tally> parse_tally(std::string_view text) {
  std::istringstream in{std::string(text)};
  Tally t;
  in >> t.results >> t.rows >> t.misrounded >> t.by_mpfr >> t.second_step >> t.third_step;
  return in && to_text(t) == text ? std::optional(t) : std::nullopt;
}

struct Sample {
  Op op{};
  const Kind* kind = nullptr;
  std::size_t classes = 0;
  std::uint64_t rows = 0, seed = 0;
  std::vector<Tally> parts;
};

// Rows of a sample that are computed together.
class Block {
 public:
  Block(const Sample& sample, std::size_t rows)
      : sample_(sample),
        n_(sample.classes),
        x_(rows * n_),
        y_(rows * n_),
        one_(rows),
        targets_(rows) {}

  void operator()(numerics::Random& random, std::size_t rows, Tally& tally) {
    std::vector<float> row(n_);
    for (std::size_t r = 0; r < rows; ++r) {
      sample_.kind->fill(random, row);
      std::copy(row.begin(), row.end(), x_.begin() + static_cast<std::ptrdiff_t>(r * n_));
      targets_[r] = random.below(2) == 0 ? 0 : static_cast<std::int32_t>(random.below(n_));
    }
    const float scale =
        random.below(2) == 0 ? 1 : static_cast<float>(std::exp2(random.uniform(-30, 30)));
    const auto before = kernels::correct::counts();
    compute(rows, scale);
    const auto after = kernels::correct::counts();
    tally.rows += rows;
    tally.second_step += after.sums_in_second_step - before.sums_in_second_step;
    tally.third_step += after.results_in_third_step - before.results_in_third_step;
    for (std::size_t r = 0; r < rows; ++r) judge(r, scale, tally);
  }

 private:
  void compute(std::size_t rows, float scale) {
    const kernels::Method method{kernels::Algorithm::correct, kernels::best_isa()};
    const kernels::Rows<const float> x{x_.data(), rows, n_, n_};
    const kernels::Rows<float> y{y_.data(), rows, n_, n_};
    const std::span<float> one(one_.data(), rows);
    const std::span<const std::int32_t> targets(targets_.data(), rows);
    switch (sample_.op) {
      case Op::softmax: return kernels::softmax(method, x, y);
      case Op::log_softmax: return kernels::log_softmax(method, x, y);
      case Op::log_sum_exp: return kernels::log_sum_exp(method, x, one);
      case Op::cross_entropy: return kernels::cross_entropy(method, x, targets, one);
      case Op::cross_entropy_gradient:
        return kernels::cross_entropy_gradient(method, x, targets, scale, one, y);
    }
  }

  void judge(std::size_t r, float scale, Tally& tally) {
    Judge judge({x_.data() + r * n_, n_});
    const float* const y = y_.data() + r * n_;
    const auto t = static_cast<std::size_t>(targets_[r]);
    const auto is_nearest = [&](std::size_t i) {
      switch (sample_.op) {
        case Op::softmax: return judge.softmax(i, y[i]);
        case Op::log_softmax: return judge.log_softmax(i, y[i]);
        case Op::log_sum_exp: return judge.log_sum_exp(one_[r]);
        case Op::cross_entropy: return judge.log_softmax(t, 0 - one_[r]);
        case Op::cross_entropy_gradient: return judge.gradient(i, t, scale, y[i]);
      }
      return false;
    };
    const std::size_t results = one_a_row(sample_.op) ? 1 : n_;
    for (std::size_t i = 0; i < results; ++i) tally.misrounded += is_nearest(i) ? 0 : 1;
    tally.results += results;
    tally.by_mpfr += judge.by_mpfr();
  }

  const Sample& sample_;
  std::size_t n_;
  std::vector<float> x_, y_, one_;
  std::vector<std::int32_t> targets_;
};

std::uint64_t begin_of(const Sample& sample, std::size_t part) {
  return sample.rows * part / sample.parts.size();
}

Tally tally_of(const Sample& sample, std::size_t part) {
  const std::size_t at_once = std::max<std::size_t>(16, 4096 / sample.classes);
  numerics::Random random(sample.seed + part);
  Block block(sample, at_once);
  Tally tally;
  const std::uint64_t end = begin_of(sample, part + 1);
  for (std::uint64_t r = begin_of(sample, part); r < end; r += at_once)
    block(random, std::min<std::uint64_t>(at_once, end - r), tally);
  return tally;
}

using Columns = table::Columns<Sample, Tally>;

Columns columns() {
  return {
      {"op", Rule::key,
       "what is computed; the scale of a gradient is 1 or a number from 2^-30 to 2^30",
       &Sample::op},
      {"rows_of", Rule::key, "the kind of the rows", [](const Sample& s) { return s.kind->name; }},
      {"classes", Rule::key, "logits of a row", &Sample::classes},
      {"results", Rule::exact, "results that were judged", &Tally::results},
      {"misrounded", Rule::exact, "results that are not the float nearest to the exact value",
       &Tally::misrounded},
      {"rows", Rule::exact, "rows that were computed", &Tally::rows},
      {"second_step", Rule::exact, "sums of rows that were computed in pairs of doubles",
       &Tally::second_step},
      {"third_step", Rule::exact, "results that the step with 768 bits decided",
       &Tally::third_step},
      {"judged_by_mpfr", Rule::info, "results too near a midpoint to be judged in double",
       &Tally::by_mpfr},
  };
}

run::Case case_of(const Columns& columns, const Sample& sample) {
  const auto shared = std::make_shared<Sample>(sample);
  run::Case one = run::case_of(columns, sample, [shared](const Sample&) {
    Tally sum;
    for (const Tally& part : shared->parts) sum.add(part);
    return sum;
  });
  one.kept = std::make_shared<run::KeptParts>(run::KeptParts{
      .name = fmt::format("{}.{}.{}", name(sample.op), sample.kind->name, sample.classes),
      .size = sample.parts.size(),
      .identity =
          [shared] {
            return fmt::format("{} {} {} {} {}", name(shared->op), shared->kind->name,
                               shared->classes, shared->rows, shared->seed);
          },
      .compute = [shared](std::size_t part) { return to_text(tally_of(*shared, part)); },
      .take =
          [shared](std::size_t part, std::string_view text) {
            const auto tally = parse_tally(text);
            if (!tally || tally->rows != begin_of(*shared, part + 1) - begin_of(*shared, part))
              return false;
            shared->parts[part] = *tally;
            return true;
          }});
  return one;
}

run::Plan plan(config::Section& config) {
  const std::uint64_t seed = inputs::read_seed(config);
  const auto parts = config.count("parts", 1, 65536);
  const auto names = inputs::names_of(kinds(), &Kind::name);
  const Columns columns = correct::columns();
  run::Plan plan;
  plan.part = "parts";
  plan.table.columns = columns.schema();
  plan.libraries = {oracle::oracle_library()};
  std::size_t number = 0;
  for (config::Section& grid : config.tables("grid")) {
    const auto ops = inputs::read_choices(grid, "ops", op_names);
    const auto chosen = inputs::read_choices(grid, "rows_of", names);
    const auto classes = inputs::read_classes(grid, 1, 131072);
    const auto results = grid.count("results", 1, 1'000'000'000'000);
    for (const std::size_t index : ops)
      for (const std::size_t kind : chosen)
        for (const std::size_t n : classes) {
          const auto op = static_cast<Op>(index);
          const std::uint64_t rows =
              one_a_row(op) ? results : std::max<std::uint64_t>(1, results / n);
          // Every case has seeds of its own.
          plan.cases.push_back(
              case_of(columns, Sample{op, &kinds()[kind], n, rows, seed + number++ * 65536,
                                      std::vector<Tally>(std::min<std::uint64_t>(parts, rows))}));
        }
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"correct", "results of the algorithm `correct` against the nearest floats", plan}};

}  // namespace
}  // namespace maxtrick::correct
