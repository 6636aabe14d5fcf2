#include "cli/eval/results.hpp"

#include <cmath>
#include <limits>

#include "cli/eval/batch.hpp"
#include "numerics/compensated_sum.hpp"
#include "numerics/interval.hpp"
#include "numerics/rounding.hpp"
#include "ops/lower.hpp"
#include "oracle/general.hpp"
#include "run/experiment.hpp"

namespace maxtrick::cli {
namespace {

// The same tolerance as in the overflow experiment: three bits are lost.
constexpr double tolerance_ulp = 8;

// S is the type in which numbers are stored, A that in which variants compute.
template <class S, class A>
class ExactIn final : public Exact {
 public:
  explicit ExactIn(const Problem& problem) : problem_(problem), batch_(problem), stored_(problem) {
    for (std::size_t i = 0; i < problem.layout.rows(); ++i) answers_.push_back(answer(i));
    if (problem.has_losses())
      for (const Reduction& reduction : problem.reductions) reduced_.push_back(reduce(reduction));
    fill_rounded();
  }

  const Results& rounded() const override { return rounded_; }

  RowVerdict judge(const Results& results, std::size_t i, std::vector<double>* errors,
                   std::vector<double>* of_gradient) const override {
    const auto& answer = answers_[i];
    RowVerdict verdict;
    const bool own = results.own_special_values;
    const auto values = problem_.has_losses() ? part(results.losses, i, 1)
                                              : part(results.result, i, problem_.outputs());
    std::vector<numerics::Exact<S>> exact;
    if (problem_.has_losses())
      exact.push_back(*answer.loss);
    else
      exact = answer.result;
    verdict.values =
        oracle::judge<S>(problem_.op, exact, std::span<const S>(values), tolerance_ulp, own);
    if (!results.signs.empty() && results.signs[i] != answer.sign && !std::isnan(results.result[i]))
      verdict.values.outcome = std::max(verdict.values.outcome, oracle::Outcome::wrong);
    if (errors != nullptr)
      for (std::size_t k = 0; k < values.size(); ++k)
        errors->push_back(numerics::error_ulp(exact[k], values[k]));
    if (results.gradient.empty()) return verdict;
    const std::vector<S> gradient = part(results.gradient, i, problem_.layout.classes());
    verdict.gradient = oracle::judge<S>(oracle::gradient_op, answer.result,
                                        std::span<const S>(gradient), tolerance_ulp, own);
    if (of_gradient != nullptr)
      for (std::size_t k = 0; k < gradient.size(); ++k)
        of_gradient->push_back(numerics::error_ulp(answer.result[k], gradient[k]));
    return verdict;
  }

  oracle::Verdict judge_reduced(const Results& results, std::size_t r) const override {
    const S got = static_cast<S>(results.reduced[r]);
    return oracle::judge<S>(problem_.op, {&reduced_[r], 1}, std::span<const S>(&got, 1),
                            tolerance_ulp, results.own_special_values);
  }

  Results run(const ops::Variant& variant) const override {
    Results results{.name = variant.name()};
    results.own_special_values = !variant.special_values.empty();
    const std::size_t rows = problem_.layout.rows(), n = problem_.layout.classes();
    const bool losses = problem_.has_losses();
    results.failed.resize(rows);
    double plain = 0;
    numerics::Sum sum;
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t columns =
          losses ? (problem_.gradient ? n : 0) : problem_.outputs() + (problem_.has_sign() ? 1 : 0);
      std::vector<A> result(columns), loss(losses ? 1 : 0);
      // A loss with a gradient must be able to write one.
      const bool spare =
          losses && columns == 0 && variant.op->output == ops::Output::loss_and_gradient;
      if (spare) result.resize(n);
      try {
        if (n > 0) {
          ops::run_transformed(variant, batch_.call(i, result, loss, variant.takes_coefficients));
        } else if (!losses) {
          // There is nothing to compute: log 0, without a sign.
          for (A& y : result) y = -std::numeric_limits<A>::infinity();
          if (problem_.has_sign()) result[1] = A(0);
        }
      } catch (const run::CaseFailed& failed) {
        results.failed[i] = failed.what();
        const double nan = std::numeric_limits<double>::quiet_NaN();
        result.assign(result.size(), static_cast<A>(nan));
        loss.assign(loss.size(), static_cast<A>(nan));
      }
      if (problem_.has_sign()) {
        results.signs.push_back(static_cast<double>(result.back()));
        result.pop_back();
      }
      if (spare) result.clear();
      for (const A y : result)
        (losses ? results.gradient : results.result)
            .push_back(static_cast<double>(static_cast<S>(y)));
      for (const A y : loss) {
        results.losses.push_back(static_cast<double>(static_cast<S>(y)));
        plain += static_cast<double>(y);
        sum += static_cast<double>(y);
      }
    }
    // The means are those of the losses: adding them up in double costs no digit of the variant's. A sum
    // that is not finite has no rounding errors to compensate.
    if (losses)
      for (const Reduction& reduction : problem_.reductions)
        results.reduced.push_back(static_cast<double>(
            static_cast<S>((std::isfinite(plain) ? sum.value() : plain) / reduction.divisor)));
    return results;
  }

  double ulp(double x) const override { return numerics::ulp<S>(x); }

 private:
  using Answer = oracle::Answer<S>;

  Answer answer(std::size_t i) const {
    if (problem_.layout.classes() > 0) return oracle::answer<S>(problem_.op, stored_.question(i));
    // The row has no classes: no results, or the logarithm of an empty sum.
    Answer empty;
    if (problem_.outputs() == 1) empty.result.push_back(oracle::exact_infinity<S>(-1));
    empty.sign = 0;
    return empty;
  }

  // The exact sum of the losses, each of which is known to 2^-40 ULP, divided by the divisor.
  numerics::Exact<S> reduce(const Reduction& reduction) const {
    double special = 0;
    constexpr mpfr_prec_t bits =
        4608;  // holds sums of doubles, their rests and products without error
    numerics::Interval sum(bits, 0);
    for (const Answer& answer : answers_) {
      const numerics::Exact<S>& loss = *answer.loss;
      if (loss.special) {
        special += static_cast<double>(loss.rounded);
        continue;
      }
      constexpr double largest = static_cast<double>(std::numeric_limits<S>::max());
      const double near = std::clamp(static_cast<double>(loss.rounded), -largest, largest);
      sum += numerics::Interval(bits, near);
      sum += numerics::Interval(bits, loss.rest) * power_of_2(bits, loss.ulp_exponent);
    }
    if (special != 0) return oracle::special(static_cast<S>(special / reduction.divisor));
    numerics::Interval divisor(bits, reduction.terms.empty() ? reduction.divisor : 0);
    for (const auto& [r, w] : reduction.terms)
      divisor += numerics::Interval(bits, r) * numerics::Interval(bits, w);
    if (divisor.is_zero())
      return sum.is_zero() ? oracle::exact_nan<S>()
                           : oracle::exact_infinity<S>(sum.positive() ? 1 : -1);
    numerics::Interval mean = sum / divisor;
    return numerics::Rounding<S>(bits)(mean.low(), mean.high()).value();
  }
  static numerics::Interval power_of_2(mpfr_prec_t bits, int exponent) {
    return {bits, std::ldexp(1, exponent)};  // an ULP of any type is a double
  }

  void fill_rounded() {
    rounded_.name = "exact";
    rounded_.failed.resize(answers_.size());
    for (const Answer& answer : answers_) {
      if (answer.loss) rounded_.losses.push_back(static_cast<double>(answer.loss->rounded));
      auto& results = problem_.has_losses() ? rounded_.gradient : rounded_.result;
      for (const auto& y : answer.result) results.push_back(static_cast<double>(y.rounded));
      if (problem_.has_sign()) rounded_.signs.push_back(answer.sign);
    }
    for (const auto& y : reduced_) rounded_.reduced.push_back(static_cast<double>(y.rounded));
  }

  static std::vector<S> part(const std::vector<double>& all, std::size_t i, std::size_t count) {
    std::vector<S> row;
    for (std::size_t k = i * count; k < (i + 1) * count; ++k) row.push_back(static_cast<S>(all[k]));
    return row;
  }

  const Problem& problem_;
  Batch<A> batch_;
  Batch<S> stored_;
  std::vector<Answer> answers_;
  std::vector<numerics::Exact<S>> reduced_;
  Results rounded_;
};

}  // namespace

std::unique_ptr<Exact> solve(const Problem& problem) {
  return ops::with_storage(problem.dtype,
                           [&]<class S>(std::type_identity<S>) -> std::unique_ptr<Exact> {
                             if constexpr (numerics::Small<S>)
                               if (ops::computes_in_float32(problem.dtype))
                                 return std::make_unique<ExactIn<S, float>>(problem);
                             return std::make_unique<ExactIn<S, S>>(problem);
                           });
}

}  // namespace maxtrick::cli
