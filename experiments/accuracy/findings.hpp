// The errors of one variant on several random rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

#include "inputs/exact_row.hpp"
#include "ops/apply.hpp"
#include "ops/variant.hpp"
#include "oracle/norm_wise.hpp"
#include "oracle/outcome.hpp"

namespace maxtrick::accuracy {

// The random rows that the variants of one op share. Row i has the first row's seed + i.
template <class S>
struct SharedRows {
  std::uint64_t first_seed = 1;
  std::deque<inputs::ExactRow<S>> rows = {};
};

// What is kept of the rows of a case.
struct Findings {
  oracle::Outcome outcome = oracle::Outcome::ok;
  double max_ulp = -1, sum_ulp = 0;
  std::size_t rows = 0, outputs = 0;
  std::uint64_t worst_seed = 0;
  double smallest_relative = 0, largest_relative = 0;
  std::optional<double> sum_error;
  // Of the row nearest to its bound; of the worst row where no row has one.
  double norm_error_u = 0;
  std::optional<double> bound_u;

  [[nodiscard]] double mean_ulp() const { return sum_ulp / static_cast<double>(outputs); }
};

template <class S>
void add_norm_wise(Findings& found, const ops::Variant& variant, ops::DType dtype,
                   inputs::ExactRow<S>& row, std::span<const S> got) {
  const double error = oracle::norm_wise_error<S>(row.exact(), got) / ops::unit_roundoff(dtype);
  const auto facts = oracle::row_facts(dtype, row.logits());
  const auto bound = facts ? oracle::bound(variant, dtype, *facts) : std::nullopt;
  // 0 of 0 is as near as can be, and holds.
  const auto share = [](double e, double b) { return e <= 0 ? 0 : e / b; };
  const bool nearer =
      bound ? !found.bound_u || share(error, *bound) > share(found.norm_error_u, *found.bound_u)
            : !found.bound_u && error > found.norm_error_u;
  if (!nearer) return;
  found.norm_error_u = error;
  found.bound_u = bound;
}

template <class S>
void add_row(Findings& found, const ops::Variant& variant, ops::DType dtype,
             inputs::ExactRow<S>& row, std::uint64_t seed, double tolerance_ulp) {
  const auto& exact = row.exact();
  const auto got = ops::apply(variant, dtype, row.logits());
  const auto verdict =
      oracle::judge<S>(variant.op, exact, got, tolerance_ulp, !variant.special_values.empty());
  found.outcome = std::max(found.outcome, verdict.outcome);
  if (verdict.max_error_ulp > found.max_ulp) {
    found.max_ulp = verdict.max_error_ulp;
    found.worst_seed = seed;
  }
  std::size_t smallest = 0, largest = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    found.sum_ulp += numerics::error_ulp(exact[i], got[i]);
    if (exact[i].rounded < exact[smallest].rounded) smallest = i;
    if (exact[i].rounded > exact[largest].rounded) largest = i;
  }
  ++found.rows;
  found.outputs += got.size();
  found.smallest_relative =
      std::max(found.smallest_relative, numerics::relative_error(exact[smallest], got[smallest]));
  found.largest_relative =
      std::max(found.largest_relative, numerics::relative_error(exact[largest], got[largest]));
  if (const auto sum = oracle::sum_minus_1<S>(variant.op, got)) {
    const double error = std::isnan(*sum) ? INFINITY : std::abs(*sum);
    found.sum_error = std::max(found.sum_error.value_or(0), error);
  }
  add_norm_wise<S>(found, variant, dtype, row, got);
}

template <class S>
Findings measure(const ops::Variant& variant, ops::DType dtype, SharedRows<S>& shared,
                 double tolerance_ulp) {
  Findings found;
  std::uint64_t seed = shared.first_seed;
  for (inputs::ExactRow<S>& row : shared.rows)
    add_row<S>(found, variant, dtype, row, seed++, tolerance_ulp);
  return found;
}

}  // namespace maxtrick::accuracy
