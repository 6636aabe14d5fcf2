// The norm-wise relative error of one row, which is compared with the bound of a variant.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "numerics/error.hpp"
#include "ops/dtype.hpp"
#include "ops/variant.hpp"

namespace maxtrick::oracle {

// max_i |got_i - y_i| / max_i |y_i| over the finite y_i. It is 0 if there is no finite y_i or all
// results are exact, and infinite if got_i is NaN or infinite for one of them.
template <class S>
[[nodiscard]] double norm_wise_error(std::span<const numerics::Exact<S>> exact,
                                     std::span<const S> got) {
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    if (exact[i].special) continue;
    if (!std::isfinite(static_cast<double>(got[i]))) return INFINITY;
    error = std::max(error, absolute_error(exact[i], got[i]));
    norm = std::max(norm, std::abs(exact[i].value()));
  }
  return error == 0 ? 0 : error / norm;
}

// The facts of a row that do not depend on the type of the computation; the others are 0. Returns
// nothing for a row with NaN or +inf, or without a finite logit.
template <class S>
[[nodiscard]] std::optional<ops::RowFacts> facts_of_logits(std::span<const S> logits) {
  ops::RowFacts facts{.classes = 0,
                      .masked = logits.size(),
                      .max = -INFINITY,
                      .min = INFINITY,
                      .log_sum_exp = 0,
                      .unit_roundoff = 0,
                      .least_normal = 0,
                      .largest = 0};
  for (const S logit : logits) {
    const double x = static_cast<double>(logit);
    if (x == -INFINITY) continue;
    if (!std::isfinite(x)) return std::nullopt;
    ++facts.classes;
    --facts.masked;
    facts.max = std::max(facts.max, x);
    facts.min = std::min(facts.min, x);
  }
  if (facts.classes == 0) return std::nullopt;
  // One maximum is left out of the sum, so that a y near 0 keeps its digits. W. Kahan's compensated
  // summation (Comm. ACM 8(1), 1965) keeps the digits of a long row.
  double rest = 0, lost = 0;
  bool left_out = false;
  for (const S logit : logits) {
    const double gap = facts.max - static_cast<double>(logit);
    if (gap == 0 && !left_out) {
      left_out = true;
      continue;
    }
    const double term = std::exp(-gap) - lost, next = rest + term;
    lost = (next - rest) - term;
    rest = next;
  }
  facts.log_sum_exp = facts.max + std::log1p(rest);
  return facts;
}

// `facts` with the properties of the type in which `dtype` computes.
[[nodiscard]] inline ops::RowFacts with_type(ops::RowFacts facts, ops::DType dtype) {
  const auto of_type = [&]<class T>(std::type_identity<T>) {
    facts.unit_roundoff = std::ldexp(1.0, -std::numeric_limits<T>::digits);
    facts.least_normal = static_cast<double>(std::numeric_limits<T>::min());
    facts.largest = static_cast<double>(std::numeric_limits<T>::max());
  };
  if (computes_in_float32(dtype))
    of_type(std::type_identity<float>{});
  else
    with_storage(dtype, of_type);
  return facts;
}

// Both together. S is the type that `dtype` stores.
template <class S>
[[nodiscard]] std::optional<ops::RowFacts> row_facts(ops::DType dtype, std::span<const S> logits) {
  const auto facts = facts_of_logits(logits);
  return facts ? std::optional(with_type(*facts, dtype)) : std::nullopt;
}

// The variant's bound on norm_wise_error, in units of unit_roundoff(dtype), or nothing if there is
// no bound. A result that is computed in float32 is rounded once more when it is stored. The
// relative error of that is at most u. Below the smallest normal number, the absolute error is at
// most the one at that number.
[[nodiscard]] inline std::optional<double> bound(const ops::Variant& variant, ops::DType dtype,
                                                 const ops::RowFacts& facts) {
  const auto computed = variant.bound ? variant.bound(facts) : std::nullopt;
  if (!computed || !computes_in_float32(dtype)) return computed;
  const double norm = variant.op->norm(facts);
  const double before = *computed * facts.unit_roundoff;
  return with_storage(dtype, [&]<class S>(std::type_identity<S>) -> std::optional<double> {
    using Limits = std::numeric_limits<S>;
    if (norm * (1 + before) > static_cast<double>(Limits::max())) return std::nullopt;
    if (norm == 0) return computed;
    return before / unit_roundoff(dtype) +
           std::max(1 + before, static_cast<double>(Limits::min()) / norm);
  });
}

}  // namespace maxtrick::oracle
