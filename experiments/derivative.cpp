// Experiment `derivative`: the Jacobian of softmax and the gradient of cross-entropy, computed in
// the working type from the probabilities that a variant gives, against the exact ones.
//
// P, Q are the exact probabilities and 1 - P; p = P + a the variant's, |a| its absolute error,
// measured; u the unit roundoff, first order. What the arithmetic can add to a:
//   -p_i p_j      |error| <= P_i |a_j| + P_j |a_i| + u P_i P_j
//   p_i (1 - p_i) |error| <= |Q_i - P_i| |a_i| + 2 u P_i Q_i      (d/dP of P - P^2 is Q - P)
//   p_t - 1       relative error <= |a_t| / Q_t + u, so (P_t / Q_t + 1) u where p_t is only
//                 rounded: no digit is left once Q_t is below u
//   -sum of p_j, j /= t, n classes, in order
//                 relative error <= sum |a_j| / Q_t + (n - 2) u: that of the worst p_j, and of the
//                 sum; nothing cancels
// The bounds in the table are these with every term of higher order and half the smallest subnormal
// for each result that may underflow, so that they hold in every row, also where p has no digit.
//
// Exact values are pairs of doubles: from the oracle in double, whatever the working type (its
// logits are doubles too), each probability is known to 2^-93 of itself; Q_i is the sum of the
// other probabilities, never 1 - P_i, which would cancel as p_t - 1 does. What is near 1 is held
// against its complement, which has the digits.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "inputs/exact_row.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "numerics/derived.hpp"
#include "numerics/dtype.hpp"
#include "numerics/random.hpp"
#include "suite/experiment.hpp"

namespace maxtrick {
namespace {

using numerics::DType;
using numerics::Op;
using numerics::Variant;
using suite::Rule;

constexpr std::size_t target = 0;  // the class that the label names

// high + low, |low| of the order of an ULP of high.
struct Pair {
  double high = 0, low = 0;
};

// The sum of two numbers and its error (Knuth's TwoSum).
Pair two_sum(double a, double b) {
  const double s = a + b, back = s - a;
  return {s, (a - (s - back)) + (b - back)};
}

Pair operator+(Pair a, Pair b) {
  const Pair s = two_sum(a.high, b.high);
  return two_sum(s.high, s.low + (a.low + b.low));
}

Pair operator*(Pair a, Pair b) {
  const double product = a.high * b.high;
  return {product, std::fma(a.high, b.high, -product) + (a.high * b.low + a.low * b.high)};
}

// |x - exact|: x - high is exact where the two are close.
double distance(double x, Pair exact) { return std::fabs((x - exact.high) - exact.low); }

// The same for a probability of which 1 - exact is known too: near 1 that is where the digits are
// (the pair of 1 - e^-80 is 1), and x - 1 is exact there.
double distance(double x, Pair exact, Pair one_minus_exact) {
  return exact.high < 0.5 ? distance(x, exact)
                          : std::fabs((x - 1) + one_minus_exact.high + one_minus_exact.low);
}

// A maximum in which NaN counts as infinite and does not pass unseen.
void raise(double& worst, double x) {
  worst = std::isnan(x) ? std::numeric_limits<double>::infinity() : std::max(worst, x);
}

// P, Q and the largest entries of the exact Jacobian and gradient.
struct Truth {
  std::vector<Pair> p, q;
  double largest_entry = 0, largest_gradient = 0;

  explicit Truth(const std::vector<numerics::Exact<double>>& exact) : q(exact.size()) {
    for (const auto& y : exact) p.push_back({y.rounded, std::ldexp(y.rest, y.ulp_exponent)});
    for (std::size_t i = 0; i < p.size(); ++i)
      for (std::size_t j = 0; j < p.size(); ++j)
        if (j != i) q[i] = q[i] + p[j];
    largest_gradient = q[target].high;
    // P_i Q_i is not below any P_i P_j: Q_i is a sum of P_j.
    for (std::size_t i = 0; i < p.size(); ++i) {
      largest_entry = std::max(largest_entry, p[i].high * q[i].high);
      if (i != target) largest_gradient = std::max(largest_gradient, p[i].high);
    }
  }
};

template <class S>
struct Derivative {
  std::vector<S> jacobian, gradient;
  S minus_1, of_others;  // the target's entry of the gradient in its two forms
};

// In arithmetic W, the results rounded to S.
template <class W, class S>
Derivative<S> derive(const std::vector<S>& probabilities) {
  const auto to_s = [](const std::vector<W>& wide) {
    std::vector<S> narrow;
    for (const W x : wide) narrow.push_back(static_cast<S>(x));
    return narrow;
  };
  std::vector<W> p;
  for (const S x : probabilities) p.push_back(static_cast<W>(x));
  std::vector<W> gradient = p;
  gradient[target] = p[target] - W{1};
  W others = 0;
  for (std::size_t j = 0; j < p.size(); ++j)
    if (j != target) others += p[j];
  return {to_s(numerics::softmax_jacobian<W>(p)), to_s(gradient), static_cast<S>(gradient[target]),
          static_cast<S>(-others)};
}

// |sum|, in double with Neumaier's compensation: the figure is the entries', not the summation's.
template <class S>
double sum_size(std::span<const S> entries) {
  Pair sum;
  for (const S x : entries) {
    const Pair next = two_sum(sum.high, double{x});
    sum = {next.high, sum.low + next.low};
  }
  return std::fabs(sum.high + sum.low);
}

// The largest relative change of a result of `operations` roundings in the type W, and of one to S
// where that is another: (1 + u)^k - 1, built up since 1 + u is 1 in double for float64.
double growth(DType dtype, std::size_t operations) {
  const bool mixed = numerics::computes_in_float32(dtype);
  const double u = numerics::unit_roundoff(mixed ? DType::float32 : dtype);
  double g = mixed ? numerics::unit_roundoff(dtype) : 0;
  for (std::size_t k = 0; k < operations; ++k) g += u + u * g;
  return g;
}

struct Bounds {
  double jacobian = 0, minus_1 = 0, of_others = 0;
};

// The bounds at the head of this file, with all orders; `a` are the probabilities' errors.
template <class S>
Bounds bounds(const Truth& exact, const std::vector<double>& a, DType dtype) {
  const std::size_t n = a.size();
  const double g1 = growth(dtype, 1), g2 = growth(dtype, 2), sum = growth(dtype, n - 2);
  const double underflow = double{std::numeric_limits<S>::denorm_min()};
  const auto p = [&](std::size_t i) { return exact.p[i].high; };
  const auto q = [&](std::size_t i) { return exact.q[i].high; };
  Bounds bound;
  double others = 0, others_error = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double spread = p(i) * a[j] + p(j) * a[i] + a[i] * a[j];
      if (j != i)
        bound.jacobian = std::max(bound.jacobian, spread + (p(i) * p(j) + spread) * g1 + underflow);
    }
    const double diagonal = a[i] * (std::fabs(q(i) - p(i)) + a[i]);
    bound.jacobian = std::max(bound.jacobian, diagonal + (p(i) * q(i) + diagonal) * g2 + underflow);
    if (i == target) continue;
    others += p(i) + a[i];
    others_error += a[i];
  }
  const double q_t = q(target);
  // Above what rounding takes off the bounds themselves, in double.
  constexpr double slack = 1 + 0x1p-40;
  bound.jacobian *= slack / exact.largest_entry;
  bound.minus_1 = (a[target] + (q_t + a[target]) * g1 + underflow) / q_t * slack;
  bound.of_others = (others_error + others * sum + underflow) / q_t * slack;
  return bound;
}

std::vector<suite::Column> columns() {
  const suite::Tolerance by_libm{
      suite::Measure::absolute, 4,
      "another libm may round exp the other way, which moves a probability by an ULP or two"};
  return {
      {"row", Rule::key, "the row of logits; the list of rows says what it provokes"},
      {"classes", Rule::key, "logits in the row"},
      {"dtype", Rule::key,
       "working type of probabilities and derivative; in_float32: the stored probabilities are 16 "
       "bits, the derivative's arithmetic is float32, its results are rounded to 16 bits"},
      {"variant", Rule::key, "the softmax that gave the probabilities"},
      {"jacobian_error_u", Rule::bounded,
       "largest error of an entry p_i (1 - p_i) or -p_i p_j, by the largest exact entry, in units "
       "of the unit roundoff u; inf where a probability is NaN, here and in all that follows",
       by_libm},
      {"jacobian_bound_u", Rule::bounded,
       "what theory allows that error, given the errors of the probabilities; empty where a "
       "probability is NaN or infinite, here and in the other bounds",
       by_libm},
      {"row_sum_defect_u", Rule::bounded,
       "largest sum of a row of the Jacobian, which is 0 exactly, by the largest exact entry, in u",
       by_libm},
      {"symmetry_defect", Rule::exact,
       "largest |J_ij - J_ji|: 0, for multiplication commutes, also where both are NaN"},
      {"gradient_error_u", Rule::bounded,
       "largest error of an entry of y - t, by the largest exact entry, in u", by_libm},
      {"gradient_sum_defect_u", Rule::bounded,
       "sum of y - t, which is 0 exactly, by the largest exact entry, in u", by_libm},
      {"minus_1_error_u", Rule::bounded,
       "relative error of the target's entry of y - t computed as p_t - 1, in u", by_libm},
      {"minus_1_bound_u", Rule::bounded, "what theory allows that error", by_libm},
      {"of_others_error_u", Rule::bounded,
       "relative error of the same entry computed as minus the sum of the other probabilities, "
       "in u",
       by_libm},
      {"of_others_bound_u", Rule::bounded, "what theory allows that error", by_libm},
      {"minus_1_relative_error", Rule::info,
       "minus_1_error_u times u, for reading: 1 means not one digit"},
      {"of_others_relative_error", Rule::info, "of_others_error_u times u, for reading"},
      {"hazard", Rule::exact, "what the row provokes"},
  };
}

struct Logits {
  std::string name, hazard;
  bool leads = false;  // gap at the target and 0 elsewhere; else normal
  double gap = 0, scale = 0;
  std::uint64_t seed = 0;
};

std::vector<double> generate(const Logits& logits, std::size_t classes) {
  std::vector<double> row(classes);
  if (logits.leads) {
    row[target] = logits.gap;
  } else {
    numerics::Random random(logits.seed);
    for (double& x : row) x = logits.scale * random.normal();
  }
  return row;
}

template <class S>
suite::Row measure(const Logits& logits, const Variant& variant, DType dtype,
                   const std::vector<S>& row, const Truth& exact) {
  const double u = numerics::unit_roundoff(dtype);
  const std::size_t n = row.size();
  const auto p = numerics::apply<S>(variant, dtype, row);
  const auto got = numerics::computes_in_float32(dtype) ? derive<float>(p) : derive<S>(p);
  const auto entry = [&](std::size_t i, std::size_t j) { return double{got.jacobian[i * n + j]}; };

  std::vector<double> a;
  for (std::size_t i = 0; i < n; ++i) a.push_back(distance(double{p[i]}, exact.p[i], exact.q[i]));
  double error = 0, row_sum = 0, symmetry = 0, gradient_error = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double sign = i == j ? 1 : -1;
      raise(error, distance(sign * entry(i, j), exact.p[i] * (i == j ? exact.q[i] : exact.p[j])));
      const bool same = std::isnan(entry(i, j)) && std::isnan(entry(j, i));
      if (!same) raise(symmetry, std::fabs(entry(i, j) - entry(j, i)));
    }
    raise(row_sum, sum_size(std::span(got.jacobian).subspan(i * n, n)));
    raise(gradient_error, i == target ? distance(-double{got.gradient[i]}, exact.q[i], exact.p[i])
                                      : distance(double{got.gradient[i]}, exact.p[i], exact.q[i]));
  }
  double gradient_sum = 0, minus_1 = 0, of_others = 0;
  raise(gradient_sum, sum_size(std::span<const S>(got.gradient)));
  const auto target_error = [&](S got_t) {
    return distance(-double{got_t}, exact.q[target], exact.p[target]) / exact.q[target].high;
  };
  raise(minus_1, target_error(got.minus_1));
  raise(of_others, target_error(got.of_others));

  const bool finite = std::all_of(a.begin(), a.end(), [](double x) { return std::isfinite(x); });
  const auto bound = finite ? bounds<S>(exact, a, dtype) : Bounds{};
  const auto bound_cell = [&](double x) { return finite ? suite::cell(x / u) : ""; };
  return {logits.name,
          fmt::format("{}", n),
          std::string(name(dtype)),
          variant.name(),
          suite::cell(error / exact.largest_entry / u),
          bound_cell(bound.jacobian),
          suite::cell(row_sum / exact.largest_entry / u),
          suite::cell(symmetry),
          suite::cell(gradient_error / exact.largest_gradient / u),
          suite::cell(gradient_sum / exact.largest_gradient / u),
          suite::cell(minus_1 / u),
          bound_cell(bound.minus_1),
          suite::cell(of_others / u),
          bound_cell(bound.of_others),
          fmt::format("{:.2g}", minus_1),
          fmt::format("{:.2g}", of_others),
          logits.hazard};
}

struct Grid {
  std::vector<Logits> rows;
  std::vector<std::size_t> classes;
  std::vector<DType> dtypes;
  std::vector<const Variant*> variants;
};

template <class S>
void lay_out(suite::Plan& plan, const Grid& grid, const Logits& logits, std::size_t classes,
             DType dtype) {
  const auto row = inputs::rounded<S>(generate(logits, classes));
  const auto exact = std::make_shared<inputs::ExactRow<double>>(
      Op::softmax, std::vector<double>(row.begin(), row.end()));
  const std::size_t batch = plan.cases.size() + 1;
  for (const Variant* variant : grid.variants) {
    if (!variant->has(dtype)) continue;
    plan.cases.push_back(
        {fmt::format("{}/{}/{}/{}", logits.name, classes, name(dtype), variant->name()),
         [=]() -> std::variant<suite::Row, suite::Skip> {
           if (!variant->unavailable.empty())
             return suite::Skip{variant->name() + ": " + variant->unavailable};
           return measure<S>(logits, *variant, dtype, row, Truth(exact->exact()));
         },
         batch});
  }
}

std::vector<Logits> read_rows(suite::Section& config) {
  std::vector<Logits> rows;
  std::set<std::string> known;
  for (suite::Section& section : config.tables("row")) {
    Logits one{.name = inputs::read_name(section, "name"), .hazard = section.text("hazard")};
    if (!known.insert(one.name).second)
      section.reject("name", fmt::format("duplicate row '{}'", one.name), "another name");
    one.leads = section.has("gap");
    // Within these no exact probability is subnormal in double, where a pair would lose digits.
    if (one.leads) {
      one.gap = section.number("gap", {-300, 300});
    } else {
      one.scale = section.number("scale", {0, 30});
      one.seed = static_cast<std::uint64_t>(
          section.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
    }
    rows.push_back(std::move(one));
  }
  return rows;
}

Grid read_grid(suite::Section& config) {
  Grid grid;
  grid.dtypes = inputs::read_dtypes(config);
  grid.variants = inputs::read_variants(config);
  for (const Variant* variant : grid.variants)
    if (variant->op != Op::softmax) {
      config.reject("variants", fmt::format("'{}' is no softmax", variant->name()),
                    "variants of softmax: the derivative is made from probabilities");
      break;
    }
  for (std::size_t i = 0; i < grid.dtypes.size(); ++i)
    if (std::none_of(grid.variants.begin(), grid.variants.end(),
                     [&](const Variant* v) { return v->has(grid.dtypes[i]); }))
      config.reject("dtypes", i, fmt::format("'variants' has none in {}", name(grid.dtypes[i])),
                    "a type of the variants named");
  const auto classes = config.numbers("classes");
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const double n = classes[i];
    if (!(n >= 2 && n <= 1000 && n == std::floor(n)))
      config.reject("classes", i, fmt::format("{} classes", n), "a whole number from 2 to 1000");
    else if (std::find(grid.classes.begin(), grid.classes.end(), static_cast<std::size_t>(n)) !=
             grid.classes.end())
      config.reject("classes", i, fmt::format("{} is named twice", n), "each once");
    else
      grid.classes.push_back(static_cast<std::size_t>(n));
  }
  grid.rows = read_rows(config);
  return grid;
}

void add_views(suite::ResultTable& table, const Grid& grid) {
  const auto types = [&](const Variant* v) {
    return std::count_if(grid.dtypes.begin(), grid.dtypes.end(),
                         [v](DType dtype) { return v->has(dtype); });
  };
  const Variant* stand_in =
      *std::max_element(grid.variants.begin(), grid.variants.end(),
                        [&](const Variant* a, const Variant* b) { return types(a) < types(b); });
  for (const std::size_t classes : grid.classes)
    table.pivots.push_back(
        {.title = fmt::format("The target's entry, {} classes, probabilities by {}: relative error "
                              "of p_t - 1, and of minus the sum of the others",
                              classes, stand_in->name()),
         .row = "row",
         .column = "dtype",
         .cells = {"minus_1_relative_error", "of_others_relative_error"},
         .only = {{"classes", fmt::format("{}", classes)}, {"variant", stand_in->name()}}});
  struct View {
    const char* title;
    std::vector<std::string> cells;
  };
  const std::vector<View> views{
      {"the Jacobian's error and its bound, in u", {"jacobian_error_u", "jacobian_bound_u"}},
      {"defects of the Jacobian's row sums and of the gradient's sum, in u",
       {"row_sum_defect_u", "gradient_sum_defect_u"}}};
  for (const View& view : views)
    for (const DType dtype : grid.dtypes)
      table.pivots.push_back(
          {.title = fmt::format("{}, {} classes: {}", name(dtype), grid.classes.back(), view.title),
           .row = "row",
           .column = "variant",
           .cells = view.cells,
           .only = {{"classes", fmt::format("{}", grid.classes.back())},
                    {"dtype", std::string(name(dtype))}}});
  table.legend = {"row", "hazard"};
}

suite::Plan plan(suite::Section& config) {
  const Grid grid = read_grid(config);
  suite::Plan plan{{.title = {}, .description = {}, .columns = columns(), .rows = {}}, {}};
  plan.table.limits = {{"jacobian_error_u", "jacobian_bound_u"},
                       {"minus_1_error_u", "minus_1_bound_u"},
                       {"of_others_error_u", "of_others_bound_u"}};
  plan.libraries = {numerics::oracle_library()};
  for (const Variant* variant : grid.variants) {
    if (!variant->library.empty()) plan.libraries.insert(variant->library);
    plan.isas.insert(variant->isa.empty() ? variant->library : variant->isa);
  }
  if (grid.variants.empty() || grid.classes.empty()) return plan;  // noted already
  add_views(plan.table, grid);
  for (const Logits& logits : grid.rows)
    for (const std::size_t classes : grid.classes)
      for (const DType dtype : grid.dtypes)
        numerics::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          lay_out<S>(plan, grid, logits, classes, dtype);
        });
  return plan;
}

const suite::RegisterExperiment registered{
    {"derivative", "the Jacobian of softmax and the gradient y - t, and what p_t - 1 loses", plan}};

}  // namespace
}  // namespace maxtrick
