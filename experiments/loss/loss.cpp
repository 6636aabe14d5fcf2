// Experiment `loss`: compares common implementations of cross-entropy with the exact loss and
// gradient. The examples are random ones, in which the true class leads or trails by a gap, and
// those of public issues, whose figures are reproduced.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <variant>

#include "inputs/digits.hpp"
#include "inputs/loss_batch.hpp"
#include "inputs/variant_plan.hpp"
#include "loss/exact_loss.hpp"
#include "loss/loss_grid.hpp"
#include "ops/dtype.hpp"
#include "oracle/derivative_errors.hpp"
#include "table/cell.hpp"

namespace maxtrick::loss {
namespace {

using inputs::Arm;
using table::Rule;

// The errors of computed losses and gradients.

// The largest errors over the examples, and the number of examples that fail in each way. An error
// is divided by its size: the exact loss, or the largest entry of the exact gradient.
struct Errors {
  double by_one = 0;         // error / max(1, size): what rounding errors alone would make it
  double relative = 0;       // error / size
  std::size_t lost = 0;      // no digit is correct, although the type could represent one
  std::size_t infinite = 0;  // or NaN
  std::size_t zero = 0;      // gradients whose entries are all 0
  std::size_t still = 0;     // gradients whose entries are all below size / 1000: no weight moves
};

// The largest error that underflow can cause in a sum of `terms`. Below it, the type cannot be
// expected to have a correct digit.
template <class T>
double least(std::size_t terms) {
  return static_cast<double>(terms) * double{std::numeric_limits<T>::denorm_min()};
}

template <class T>
void add_error(Errors& errors, double error, double size, std::size_t terms) {
  oracle::raise(errors.by_one, error / std::max(1.0, size));
  if (error != 0) oracle::raise(errors.relative, error / size);
  if (!(error < std::max(size / 2, least<T>(terms)))) ++errors.lost;
}

template <class T>
Errors loss_errors(const std::vector<ExactLoss>& exact, std::span<const T> losses) {
  Errors errors;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double loss{losses[i]};
    double error = 0;
    oracle::raise(error, oracle::distance(loss, exact[i].loss));
    add_error<T>(errors, error, exact[i].loss.high, exact[i].gradient.size());
    errors.infinite += !std::isfinite(loss);
  }
  return errors;
}

template <class T>
Errors gradient_errors(const std::vector<ExactLoss>& exact, std::span<const T> gradient) {
  Errors errors;
  const T* entry = gradient.data();
  for (const ExactLoss& one : exact) {
    double error = 0, largest = 0;
    bool finite = true;
    for (const numerics::Pair due : one.gradient) {
      const double got{*entry++};
      oracle::raise(error, oracle::distance(got, due));
      largest = std::max(largest, std::fabs(got));
      finite = finite && std::isfinite(got);
    }
    add_error<T>(errors, error, one.largest, one.gradient.size());
    errors.infinite += !finite;
    errors.zero += finite && largest == 0;
    errors.still +=
        finite && one.largest > least<T>(one.gradient.size()) && largest < one.largest / 1000;
  }
  return errors;
}

// The results of a loss on examples, compared with the exact losses and gradients.

struct Found {
  std::size_t examples = 0;
  double mean = 0, exact_mean = 0;  // losses
  Errors loss = {};
  std::optional<Errors> gradient = {};    // empty for a loss without a gradient
  std::optional<Errors> difference = {};  // of the gradient p - t; empty for a loss of logits

  [[nodiscard]] std::string outcome() const {
    const Errors of_gradient = gradient.value_or(Errors{});
    if (loss.infinite + of_gradient.infinite > 0) return "not_finite";
    if (loss.lost > 0) return of_gradient.lost > 0 ? "both_lost" : "loss_lost";
    return of_gradient.lost > 0 ? "gradient_lost" : "ok";
  }
};

inline table::Cell in_units(const std::optional<Errors>& errors, double u) {
  return errors ? table::Cell(errors->by_one / u) : table::Cell();
}
inline table::Cell relative_error(const std::optional<Errors>& errors) {
  return errors ? table::rounded(errors->relative, 2) : table::Cell();
}

// Returns nullopt if no value was printed.
inline std::optional<bool> agrees(const std::string& printed, double value) {
  if (printed.empty()) return std::nullopt;
  return std::isfinite(value) ? inputs::compare(printed, value).holds()
                              : table::cell(value) == printed;
}

template <class T>
Found measure(const Point& point) {
  const auto& exact = point.shared->exact();
  inputs::LossBatch<T> batch(point.shared->examples(), point.about->targets == "one_hot");
  Found found{.examples = exact.size()};
  if (point.arm.formulation->takes_probabilities()) {
    batch.run(point.arm.loss(ops::GradientForm::difference, point.about->guard));
    found.difference = gradient_errors<T>(exact, batch.gradient);
  }
  batch.run(point.arm.loss(point.arm.gradient, point.about->guard));
  found.loss = loss_errors<T>(exact, batch.losses);
  if (point.arm.has_gradient()) found.gradient = gradient_errors<T>(exact, batch.gradient);
  found.mean = double{batch.mean};
  double sum = 0;
  for (const auto& one : exact) sum += one.loss.high;
  found.exact_mean = sum / point.shared->examples().mean_divisor();
  return found;
}

using Columns = table::Columns<Point, Found>;

Columns columns() {
  using table::Measure;
  const std::string libm =
      "another libm may round exp and log differently; glibc without FMA changed no cell";
  const table::Tolerance by_libm{Measure::absolute, 0.5, libm, table::not_negative};
  const table::Tolerance by_size{Measure::relative, 0.15,
                                 libm + "; one unit of the second digit is up to 10 %",
                                 table::not_negative};
  const table::Tolerance mean{Measure::absolute, 0x1p-21, libm};
  const table::Tolerance few{Measure::absolute, 0.01,
                             libm + "; one example in a hundred may cross the threshold",
                             table::of_a_share};
  const auto share = [](auto errors, std::size_t Errors::*count) {
    return [=](const Found& found) {
      const std::optional<Errors> all = found.*errors;
      return all ? table::Cell(static_cast<double>((*all).*count) /
                               static_cast<double>(found.examples))
                 : table::Cell();
    };
  };
  const auto error_u = [](auto errors) {
    return [errors](const Point& point, const Found& found) {
      return in_units(found.*errors, ops::unit_roundoff(point.about->dtype));
    };
  };
  const auto relative = [](auto errors) {
    return [errors](const Found& found) { return relative_error(found.*errors); };
  };
  return {
      {"case", Rule::key, "gap: rows drawn at random; any other name: examples from an issue",
       &Point::about, &LossCase::name},
      {"gap", Rule::key,
       "logit of the true class minus the largest other logit; of a case, the smallest of its "
       "rows",
       &Point::gap},
      {"classes", Rule::key, "number of classes; two classes in one column also count as 2",
       &Point::classes},
      {"dtype", Rule::key, "working type; the logits are first rounded to it", &Point::about,
       &LossCase::dtype},
      {"targets", Rule::key,
       "sparse: the index of the true class; one_hot: a coefficient for each class", &Point::about,
       &LossCase::targets},
      {"arm", Rule::key, "the loss with its softmax; the config lists both", &Point::arm,
       &Arm::name},
      {"examples", Rule::exact, "number of rows of logits", &Found::examples},
      {"outcome", Rule::exact,
       "outcome of the worst example: ok; loss_lost, gradient_lost or both_lost (no correct "
       "digit: an error of at least half the exact loss, or half the largest entry of the "
       "gradient); not_finite",
       &Found::outcome},
      {"mean_loss", mean,
       "mean of the computed losses, added in the working type; a case may have a divisor other "
       "than the number of rows",
       &Found::mean},
      {"exact_loss", Rule::exact, "the same mean of the exact losses", &Found::exact_mean},
      {"loss_error_u", by_libm,
       "largest error of a loss, divided by the larger of 1 and the exact loss, in units of u",
       error_u(&Found::loss)},
      {"loss_relative_error", by_size, "largest error of a loss, divided by the exact loss",
       relative(&Found::loss)},
      {"gradient_error_u", by_libm,
       "largest error of an entry of the gradient by the logits, in units of u",
       error_u(&Found::gradient)},
      {"gradient_relative_error", by_size,
       "the same error, divided by the largest exact entry: 1 means that no digit is correct",
       relative(&Found::gradient)},
      {"difference_error_u", by_libm,
       "as gradient_error_u, for the gradient computed as p - t, which is wrong for coefficients "
       "that do not sum to 1; losses that are computed from logits have no other gradient",
       error_u(&Found::difference)},
      {"difference_relative_error", by_size, "the same error, divided by the largest exact entry",
       relative(&Found::difference)},
      {"lost_losses", few, "share of the losses that have no correct digit",
       share(&Found::loss, &Errors::lost)},
      {"lost_gradients", few, "share of the gradients that have no correct digit",
       share(&Found::gradient, &Errors::lost)},
      {"zero_gradients", few, "share of the gradients whose entries are all 0",
       share(&Found::gradient, &Errors::zero)},
      {"still_gradients", few,
       "share of the gradients that change no weight: all entries are 0, or rounding noise "
       "below a thousandth of the exact gradient",
       share(&Found::gradient, &Errors::still)},
      {"infinite_losses", few, "share of the losses that are infinite or NaN",
       share(&Found::loss, &Errors::infinite)},
      {"infinite_gradients", few, "share of the gradients that have an infinite or NaN entry",
       share(&Found::gradient, &Errors::infinite)},
      {"printed", Rule::exact, "the mean loss as the source printed it", &Point::printed},
      {"agrees", Rule::exact, "whether mean_loss rounds to the printed digits",
       [](const Point& point, const Found& found) { return agrees(point.printed(), found.mean); }},
      {"drawn", Rule::exact, "yes: the examples are drawn at random; no: a case lists them",
       [](const Point& point) { return point.about->name == "gap"; }},
      {"hazard", Rule::exact, "what the case provokes", &Point::about, &LossCase::hazard},
      {"source", Rule::exact, "where users reported it", &Point::about, &LossCase::source},
  };
}

run::Plan plan(config::Section& section) {
  const LossConfig config = read_loss_config(section);
  std::vector<const ops::Variant*> variants;
  for (const Arm& arm : config.arms)
    if (arm.variant()) variants.push_back(arm.variant());
  const Columns columns = loss::columns();
  run::Plan plan = inputs::begin_plan(columns.schema(), variants);
  add_views(plan.table, config);
  const auto run = [](const Point& point) -> std::variant<Found, run::Skip> {
    if (!point.about->missing.empty()) return run::Skip{point.about->missing};
    return ops::with_storage(point.about->dtype,
                             [&]<class S>(std::type_identity<S>) { return measure<S>(point); });
  };
  for (const auto& points : batches(config)) {
    const std::size_t batch = plan.cases.size() + 1;
    for (const Point& point : points) {
      run::Case one = run::case_of(columns, point, run, batch);
      const ops::DType dtype = point.about->dtype;
      if (point.arm.variant())
        one = inputs::of_variant(std::move(one), *point.arm.variant(), dtype);
      // After an error in the config, a loss of probabilities may lack its softmax. The bits of a
      // plug-in are never promised.
      if (!point.arm.kernel &&
          (point.arm.softmax || point.arm.formulation->input != ops::LossInput::probabilities))
        one.promised = point.arm.loss().promises_bits(dtype);
      plan.cases.push_back(std::move(one));
    }
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"loss", "cross-entropy as people write it: where its loss and its gradient fail", plan}};

}  // namespace
}  // namespace maxtrick::loss
