// Exact log-sum-exp: enclosure.hpp has the formulas and the proof.
#include "ops/log_sum_exp.hpp"

#include "oracle/enclosure.hpp"
#include "oracle/first_stage.hpp"
#include "oracle/general.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

template <class T>
std::optional<std::vector<numerics::Exact<T>>> evaluate(const Logits<T>& logits, mpfr_prec_t bits) {
  Enclosure<T> row(logits, bits, false);
  std::vector<numerics::Exact<T>> results;
  row.take_logarithm();
  mpfr_add_d(row.low, row.rest_low, logits.value.front(), MPFR_RNDD);
  mpfr_add_d(row.high, row.rest_high, logits.value.front(), MPFR_RNDU);
  if (!row.round_into(results)) return std::nullopt;
  return results;
}

template <class T>
std::optional<std::vector<numerics::Exact<T>>> in_pairs(const Logits<T>& logits) {
  const FirstStage<T> row(logits);
  if (!row.applies()) return std::nullopt;
  const DoubleDouble logarithm = log1p(row.rest());
  const DoubleDouble y = logarithm + double{logits.value.front()};
  const auto result =
      rounded<T>({y}, FirstStage<T>::error * logarithm.high + 0x1p-104 * std::fabs(y.high));
  if (!result) return std::nullopt;
  return std::vector{*result};
}

const RegisterSolver registered{
    ops::log_sum_exp, []<class T>(const Question<T>& question) {
      const T largest = largest_or_nan(question.logits);
      if (!std::isfinite(largest)) return Answer<T>{{special(largest)}};
      return Answer<T>{
          decide(Logits<T>(question.logits), question.stages, in_pairs<T>, evaluate<T>)};
    }};

// The row without the classes whose factor b is 0: they add nothing, whatever their logit is.
template <class T>
struct Weighted {
  std::vector<T> logits, bias, factors;
  std::vector<unsigned char> mask;
  ops::RowTransform<T> transform;

  explicit Weighted(const Question<T>& question) : transform(question.transform) {
    for (std::size_t k = 0; k < question.logits.size(); ++k) {
      const T b = question.factors.empty() ? T(1) : question.factors[k];
      if (b == T(0)) continue;
      logits.push_back(question.logits[k]);
      factors.push_back(b);
      if (!transform.bias.empty()) bias.push_back(transform.bias[k]);
      if (!transform.mask.empty()) mask.push_back(transform.mask[k]);
    }
    transform.bias = bias;
    transform.mask = mask;
  }
};

// With sum = (the factors b_k times e^d_k, and the sink) / divisor: y = m + log |sum|. Where all b are
// 1 and there is no divisor, the logarithm is L, which does not lose the digits of a small rest.
template <class T>
Answer<T> with_factors(const Question<T>& question) {
  const Weighted<T> own(question);
  const std::span<const T> logits = own.logits;
  const double divisor = question.parameter.value_or(1);
  Answer<T> answer;
  const ZKind kind = kind_of(logits, own.transform);
  if (kind == ZKind::nan) return all_nan<T>(1);
  if (kind == ZKind::minus_infinity) {
    answer.sign = 0;
    answer.result.push_back(exact_infinity<T>(-1));
    return answer;
  }
  if (kind == ZKind::plus_infinity) {
    // The sign of the infinite terms, if they all have one. The sink counts with the factor 1.
    double low = 1, high = -1;
    const auto add = [&](double sign) { low = std::min(low, sign), high = std::max(high, sign); };
    for (std::size_t k = 0; k < logits.size(); ++k)
      if (kind_of(logits, own.transform, k) == ZKind::plus_infinity)
        add(std::copysign(1.0, static_cast<double>(own.factors[k])));
    if (own.transform.sink && static_cast<double>(*own.transform.sink) == INFINITY) add(1);
    if (low != high) return all_nan<T>(1);
    answer.sign = low;
    answer.result.push_back(exact_infinity<T>(1));
    return answer;
  }
  const bool all_one =
      divisor == 1 && std::ranges::all_of(own.factors, [](T b) { return b == T(1); });
  const Groups<T> groups(logits, own.transform);
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    const TransformedRow<T> row(logits, own.transform, groups, bits);
    Answer<T> at;
    if (all_one) {
      at.result.push_back(decide(row.m() + row.L()));
      return at;
    }
    std::vector<Interval> of_group(groups.size(), row.number(0));
    for (std::size_t k = 0; k < logits.size(); ++k)
      if (groups.of_class[k] != Groups<T>::none)
        of_group[groups.of_class[k]] += row.number(own.factors[k]);
    // Relative to the largest z whose factor is not 0: if one term is left, y is that z.
    std::vector<std::pair<Interval, Interval>> terms;  // z and its factor
    for (std::size_t g = 0; g < groups.size(); ++g)
      if (!of_group[g].is_zero()) terms.emplace_back(row.z(g), of_group[g]);
    if (!row.sink().is_zero()) terms.emplace_back(row.number(*own.transform.sink), row.number(1));
    if (terms.empty()) {
      at.sign = 0;
      at.result.push_back(exact_infinity<T>(-1));
      return at;
    }
    std::size_t first = 0;
    for (std::size_t t = 1; t < terms.size(); ++t)
      if ((terms[t].first - terms[first].first).positive()) first = t;
    Interval sum = terms[first].second;
    for (std::size_t t = 0; t < terms.size(); ++t)
      if (t != first) sum += terms[t].second * exp(terms[t].first - terms[first].first);
    if (!sum.positive() && !sum.negative()) {
      decide.undecided();
      return at;
    }
    at.sign = sum.positive() == (divisor > 0) ? 1 : -1;
    Interval size = sum.positive() ? sum : -sum;
    if (divisor != 1) size = size / row.number(std::abs(divisor));
    at.result.push_back(decide(terms[first].first + log(size)));
    return at;
  });
}

const RegisterGeneralSolver general{
    ops::log_sum_exp, []<class T>(const Question<T>& question) { return with_factors(question); }};

}  // namespace
}  // namespace maxtrick::oracle
