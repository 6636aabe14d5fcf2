#include "outliers/gap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "inputs/selection.hpp"
#include "oracle/general.hpp"

namespace maxtrick::outliers {
namespace {

using numerics::Interval;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

// Rounds the numbers of one precision.
using Decide = oracle::Decision<double>;

// `evaluate(bits, decide)` returns the Answer at one precision.
template <class Evaluate>
Answer at_growing_precision(Evaluate evaluate) {
  Answer answer{};
  (void)oracle::at_growing_precision<double>([&](mpfr_prec_t bits, Decide& decide) {
    answer = evaluate(bits, decide);
    return oracle::Answer<double>{};
  });
  return answer;
}

// The length of a vector from the sum of its squares.
double length(const Interval& squares, Decide& decide) {
  if (!squares.is_zero() && !squares.positive()) {
    decide.undecided();
    return nan;
  }
  return decide(power(squares, 0.5)).rounded;
}

// With the notation of oracle/transformed_row.hpp, n_g classes in group g, and z'_k = dz_k / dx_k:
//   p_g = e_g / S,  1 - p_g = (outside_g + (n_g - 1) e_g) / S,
//   -log p_g = L - d_g,  entropy = L - sum n_g p_g d_g,
//   dp_l / dx_l = p_l (1 - p_l) z'_l,  d(-log p_t) / dx_k = (p_k - [k = t]) z'_k.
// Every sum has terms of one sign.
Answer of_softmax(const Activation& activation, const std::vector<double>& x, std::size_t t) {
  const ops::RowTransform<double> transform{.temperature = activation.temperature,
                                            .soft_cap = activation.soft_cap};
  const oracle::Groups<double> groups(x, transform);
  const std::size_t l = groups.of_class[0], of_t = groups.of_class[t];
  return at_growing_precision([&](mpfr_prec_t bits, Decide& decide) {
    const oracle::TransformedRow<double> row(x, transform, groups, bits);
    const Interval S = row.S(), L = row.L();
    const auto p = [&](std::size_t g) { return row.e(g) / S; };
    const auto complement = [&](std::size_t g) {
      return (row.outside(g) + row.number(row.count(g) - 1) * row.e(g)) / S;
    };
    Interval entropy = L, squares = row.number(0);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      entropy += -(row.number(row.count(g)) * row.e(g) * row.d(g) / S);
      const Interval slope = row.slope_at(x[groups.first[g]]), one = p(g) * slope;
      squares += row.number(row.count(g) - (g == of_t ? 1 : 0)) * one * one;
      if (g != of_t) continue;
      const Interval own = complement(g) * slope;
      squares += own * own;
    }
    const Interval slope = row.slope_at(x[0]);
    // If t shares the group of l, this is still the entry of class 0, which is not t.
    return Answer{.leader = decide(p(l)).rounded,
                  .runner_up = decide(p(of_t)).rounded,
                  .entropy = decide(entropy).rounded,
                  .sensitivity = decide(p(l) * complement(l) * slope).rounded,
                  .loss = decide(L - row.d(of_t)).rounded,
                  .loss_of_leader = decide(L - row.d(l)).rounded,
                  .loss_difference = l == of_t ? 0.0 : decide(row.d(l) - row.d(of_t)).rounded,
                  .gradient_leader = decide(p(l) * slope).rounded,
                  .gradient_length = length(squares, decide)};
  });
}

// With w as in activation.hpp and W = sum w:
//   p_k = w_k / W,  -log p_k = log (W / w_k),  entropy = sum p_k log (W / w_k),
//   dp_l / dx_l = (W - w_l) / W^2,  d(-log p_t) / dx_k = (w_t - [k = t] W) / (W w_t).
// The class whose logit sum_v2 subtracts, which is never the leader, has minus the sum of the others' derivatives instead,
// which is (W - (K - 1) w_t) / (W w_t), or -(K - 1) / W if it is t itself. w, W and these
// numerators are exact.
Answer of_sum(const Activation& activation, const std::vector<double>& x, std::size_t t) {
  const std::size_t least = last_smallest<double>(x);
  const bool subtracts = activation.function == Function::sum_v2;
  return at_growing_precision([&](mpfr_prec_t bits, Decide& decide) {
    const auto number = [bits](double y) { return Interval(bits, y); };
    const Interval zero = number(0), classes = number(static_cast<double>(x.size()));
    std::vector<Interval> w;
    Interval W = zero;
    bool negative = false;
    for (const double xk : x) {
      w.push_back(number(xk) - number(subtracts ? x[least] : 0) + number(activation.margin));
      W += w.back();
      negative = negative || w.back().negative();
    }
    if (W.is_zero()) return Answer{nan, nan, nan, nan, nan, nan, nan, nan, nan};
    const auto decided = [&](const Interval& y) { return decide(y).rounded; };
    // -log p_k
    const auto loss = [&](std::size_t k) {
      if (w[k].is_zero()) return infinity;
      return (w[k] / W).positive() ? decided(log(W / w[k])) : nan;
    };
    Interval entropy = zero;
    for (const Interval& one : w)
      if (!negative && !one.is_zero()) entropy += one / W * log(W / one);
    Answer answer{.leader = decided(w[0] / W),
                  .runner_up = decided(w[t] / W),
                  .entropy = negative ? nan : decided(entropy),
                  .sensitivity = decided((W - w[0]) / (W * W)),
                  .loss = loss(t),
                  .loss_of_leader = loss(0),
                  .loss_difference = w[t].is_zero()             ? infinity
                                     : (w[0] / w[t]).positive() ? decided(log(w[0] / w[t]))
                                                                : nan,
                  .gradient_leader = nan,
                  .gradient_length = nan};
    if (w[t].is_zero()) {
      answer.gradient_leader = answer.gradient_length = infinity;
      return answer;
    }
    Interval squares = zero;
    for (std::size_t k = 0; k < x.size(); ++k) {
      Interval g = k == t ? (w[t] - W) / (W * w[t]) : number(1) / W;
      if (subtracts && k == least)
        g = k == t ? (number(1) - classes) / W : (W - (classes - number(1)) * w[t]) / (W * w[t]);
      squares += g * g;
      if (k == 0) answer.gradient_leader = decided(g);
    }
    answer.gradient_length = length(squares, decide);
    return answer;
  });
}

Others read_row(config::Section& section) {
  Others one{inputs::read_name(section, "name"), section.text("hazard"), {}};
  const std::vector<double> given = section.numbers("others");
  for (std::size_t i = 0; i < given.size(); ++i)
    if (!(std::abs(given[i]) <= 1e6))
      section.reject("others", i, fmt::format("a logit of {}", given[i]),
                     "a number from -1e+06 to 1e+06");
  one.logits = given;
  one.classes = given.size() + 1;
  if (!section.has("classes")) return one;
  one.classes = section.count("classes", 2, 100'000);
  if (one.classes <= given.size())
    section.reject("classes", fmt::format("{} classes for {} others", one.classes, given.size()),
                   "at least one class more than 'others' has logits");
  return one;
}

}  // namespace

std::vector<double> Others::row(double gap) const {
  std::vector<double> x{*std::max_element(logits.begin(), logits.end()) + gap};
  while (x.size() < classes) x.push_back(logits[(x.size() - 1) % logits.size()]);
  return x;
}

std::size_t Others::runner_up() const {
  return 1 +
         static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

std::vector<Others> read_rows(config::Section& config) {
  std::vector<Others> all;
  inputs::Names names("row");
  for (config::Section& section : config.tables("row")) {
    all.push_back(read_row(section));
    names.add(section, all.back().name);
  }
  return all;
}

Answer exact_answer(const Activation& activation, const Others& others, double gap) {
  const std::vector<double> x = others.row(gap);
  return activation.is_sum() ? of_sum(activation, x, others.runner_up())
                             : of_softmax(activation, x, others.runner_up());
}

}  // namespace maxtrick::outliers
