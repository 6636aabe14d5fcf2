// Experiment `shift`: a number c added to every logit. In exact arithmetic softmax and log-softmax
// stay as they are and log-sum-exp grows by c; in floating point two things are lost, which are
// never put into one figure:
//   error_ulp        what the variant loses: its output against the exact answer for the row that
//                    it is given, the shifted logits as rounded to the type;
//   offset_loss_ulp  what rounding x + c lost before any variant ran: the exact answer for the
//                    rounded row against the exact answer for x (log-sum-exp: plus c). No softmax
//                    can bring that back.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <set>

#include "inputs/exact_row.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "numerics/dtype.hpp"
#include "numerics/outcome.hpp"
#include "numerics/random.hpp"
#include "suite/experiment.hpp"
#include "suite/number.hpp"

namespace maxtrick {
namespace {

using numerics::DType;
using numerics::Exact;
using numerics::Op;
using numerics::Variant;
using suite::Rule;

std::vector<suite::Column> columns(double tolerance_ulp) {
  return {
      {"op", Rule::exact, "the operation"},
      {"offset", Rule::key, "the number added to every logit; rounded to the type, as a user has"},
      {"dtype", Rule::key, "working type; the logits are rounded to it before and after the shift"},
      {"classes", Rule::key, "logits in each row"},
      {"variant", Rule::key, "the implementation"},
      {"outcome", Rule::exact,
       fmt::format("the worst over the rows: ok, inaccurate (more than {} ULP off), wrong (not one "
                   "correct digit), underflow, overflow, nan (where a number is due)",
                   tolerance_ulp)},
      {"error_ulp",
       Rule::bounded,
       "what the variant loses: largest error of an output against the exact answer for the "
       "shifted row as rounded, in ULP of that answer; inf where an output is NaN or infinite",
       {suite::Measure::absolute, 2,
        "another libm may round exp and log the other way, one ULP each"}},
      {"offset_loss_ulp", Rule::exact,
       "what rounding the shifted logits lost before any variant ran: largest difference of the "
       "exact answer for the rounded row from that for the row before the shift (log_sum_exp: plus "
       "the offset), in ULP of the latter, to six digits; the same for every variant"},
      {"distinct_logits", Rule::exact,
       "how many different logits the shift left, least of the rows"},
  };
}

// Of a + b + c, in that order: each sum with its rounding error (D. E. Knuth, TAOCP 2, 4.2.2,
// theorem B), so that what cancels leaves no rounding behind.
struct Sum {
  double value = 0, error = 0;
  Sum& operator+=(double x) {
    const double s = value + x, back = s - value;
    error += (value - (s - back)) + (x - back);
    value = s;
    return *this;
  }
};

// How far the log-sum-exp of the rounded row is from that of the row before, plus c, in ULP there.
// c cancels: the roundings of the two answers to T and c are numbers of T, which Sum subtracts
// without loss, also in float64, and what the answers have beyond them is small. An answer is known
// to about 2^-40 of its ULP, and so is the figure.
template <class S>
double log_sum_exp_loss_ulp(const Exact<S>& shifted, const Exact<S>& before, S offset) {
  using Limits = std::numeric_limits<S>;
  // What `rest` counts from where an answer rounds to an infinity.
  const auto origin = [](S y) {
    return std::clamp(double{y}, -double{Limits::max()}, double{Limits::max()});
  };
  Sum sum;
  sum += origin(shifted.rounded);
  sum += -double{offset};
  sum += -origin(before.rounded);
  sum += std::ldexp(shifted.rest, shifted.ulp_exponent);
  sum += -std::ldexp(before.rest, before.ulp_exponent);
  const double due = before.value() + double{offset};
  const int least = Limits::min_exponent - 1;
  const int binade =
      due == 0 ? least : std::clamp(std::ilogb(due), least, Limits::max_exponent - 1);
  const double loss = std::fabs(std::ldexp(sum.value + sum.error, Limits::digits - 1 - binade));
  return loss < 0x1p-38 ? 0 : loss;  // else digits that nobody knows
}

template <class S>
std::vector<S> shifted(std::span<const S> row, S offset) {
  std::vector<S> result;
  for (const S x : row) result.push_back(x + offset);
  return result;
}

// The rows of one op, type, size and offset, before and after the shift; all variants share them.
template <class S>
struct ShiftedRows {
  using Shared = std::shared_ptr<inputs::ExactRow<S>>;
  Op op;
  S offset;
  std::vector<Shared> before, after;

  ShiftedRows(Op of, S by, std::vector<Shared> rows) : op(of), offset(by), before(std::move(rows)) {
    for (const Shared& row : before)
      after.push_back(std::make_shared<inputs::ExactRow<S>>(op, shifted<S>(row->logits(), offset)));
  }

  // Computed when first asked for, once.
  [[nodiscard]] double loss_ulp() {
    std::call_once(compared_, [this] { loss_ulp_ = compare(); });
    return loss_ulp_;
  }

  [[nodiscard]] std::size_t distinct() const {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const Shared& row : after)
      least = std::min(least, std::set<double>(row->logits().begin(), row->logits().end()).size());
    return least;
  }

 private:
  std::once_flag compared_;
  double loss_ulp_ = 0;

  [[nodiscard]] double compare() const {
    double worst = 0;
    for (std::size_t r = 0; r < before.size(); ++r) {
      const auto &from = after[r]->exact(), &to = before[r]->exact();
      for (std::size_t i = 0; i < to.size(); ++i)
        worst =
            std::max(worst, op == Op::log_sum_exp ? log_sum_exp_loss_ulp<S>(from[i], to[i], offset)
                                                  : numerics::difference_ulp(from[i], to[i]));
    }
    return worst;
  }
};

// 1e+10, not 10000000000, where the short form says the same.
std::string offset_name(double offset) {
  const std::string brief = fmt::format("{:g}", offset);
  return suite::parse_number(brief) == offset ? brief : suite::cell(offset);
}

struct Grid {
  std::vector<double> offsets;
  std::vector<DType> dtypes;
  std::vector<std::size_t> classes;
  std::vector<std::uint64_t> seeds;
  double scale;
  double tolerance_ulp;
  std::vector<const Variant*> variants;
};

template <class S>
std::vector<std::vector<S>> draw_rows(const Grid& grid, std::size_t classes) {
  std::vector<std::vector<S>> rows;
  for (const std::uint64_t seed : grid.seeds) {
    numerics::Random random(seed);
    std::vector<double> row(classes);
    for (double& x : row) x = grid.scale * random.normal();
    rows.push_back(inputs::rounded<S>(row));
  }
  return rows;
}

// Whether the offset and what it is added to are numbers of the type.
template <class S>
bool representable(double offset, const std::vector<std::vector<S>>& rows) {
  const S c = static_cast<S>(offset);
  return std::all_of(rows.begin(), rows.end(), [c](const std::vector<S>& row) {
    return std::all_of(row.begin(), row.end(),
                       [c](S x) { return std::isfinite(double{S(x + c)}); });
  });
}

template <class S>
suite::Row measure(const Variant& variant, DType dtype, double offset, ShiftedRows<S>& rows,
                   double tolerance_ulp) {
  numerics::Verdict worst;
  for (const auto& row : rows.after) {
    const auto got = numerics::apply(variant, dtype, row->logits());
    const auto verdict = numerics::judge<S>(rows.op, row->exact(), got, tolerance_ulp,
                                            !variant.special_values.empty());
    worst.outcome = std::max(worst.outcome, verdict.outcome);
    worst.max_error_ulp = std::max(worst.max_error_ulp, verdict.max_error_ulp);
  }
  return {std::string(name(rows.op)),
          offset_name(offset),
          std::string(name(dtype)),
          fmt::format("{}", rows.after[0]->logits().size()),
          variant.name(),
          std::string(name(worst.outcome)),
          suite::cell(worst.max_error_ulp),
          fmt::format("{:.6g}", rows.loss_ulp()),
          fmt::format("{}", rows.distinct())};
}

template <class S>
void lay_out(suite::Plan& plan, const Grid& grid, Op op, DType dtype, std::size_t classes) {
  const auto rows = draw_rows<S>(grid, classes);
  std::vector<std::shared_ptr<inputs::ExactRow<S>>> before;
  for (const auto& row : rows) before.push_back(std::make_shared<inputs::ExactRow<S>>(op, row));
  for (const double offset : grid.offsets) {
    if (!representable<S>(offset, rows)) continue;
    const auto both = std::make_shared<ShiftedRows<S>>(op, static_cast<S>(offset), before);
    const std::size_t batch = plan.cases.size() + 1;
    for (const Variant* variant : grid.variants) {
      if (variant->op != op || !variant->has(dtype)) continue;
      plan.cases.push_back(
          {fmt::format("{}/{}/{}/{}", offset_name(offset), name(dtype), classes, variant->name()),
           [=, tolerance_ulp = grid.tolerance_ulp]() -> std::variant<suite::Row, suite::Skip> {
             if (!variant->unavailable.empty())
               return suite::Skip{variant->name() + ": " + variant->unavailable};
             return measure<S>(*variant, dtype, offset, *both, tolerance_ulp);
           },
           batch});
    }
  }
}

// Whole numbers without duplicates.
template <class Integer>
std::vector<Integer> read_integers(suite::Section& config, const char* key, double low,
                                   double high) {
  std::vector<Integer> values;
  const auto numbers = config.numbers(key);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double x = numbers[i];
    if (!(x >= low && x <= high && x == std::floor(x))) {
      config.reject(key, i, fmt::format("{} is no whole number from {} to {}", x, low, high));
      continue;
    }
    if (std::find(values.begin(), values.end(), static_cast<Integer>(x)) != values.end())
      config.reject(key, i, fmt::format("{} is named twice", x), "each once");
    else
      values.push_back(static_cast<Integer>(x));
  }
  return values;
}

std::vector<double> read_offsets(suite::Section& config, const std::vector<DType>& dtypes) {
  std::vector<double> offsets;
  const auto numbers = config.numbers("offsets");
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double c = numbers[i];
    const bool some = std::any_of(dtypes.begin(), dtypes.end(), [c](DType dtype) {
      return numerics::with_storage(dtype, [c]<class S>(std::type_identity<S>) {
        return std::isfinite(double{static_cast<S>(c)});
      });
    });
    if (!some)
      config.reject("offsets", i, fmt::format("{} is finite in none of the dtypes", c),
                    "a number of one of them");
    else if (std::find(offsets.begin(), offsets.end(), c) != offsets.end())
      config.reject("offsets", i, fmt::format("{} is named twice", c), "each once");
    else
      offsets.push_back(c);
  }
  return offsets;
}

Grid read_grid(suite::Section& config) {
  Grid grid;
  grid.dtypes = inputs::read_dtypes(config);
  grid.variants = inputs::read_variants(config);
  for (std::size_t i = 0; i < grid.dtypes.size(); ++i)
    if (std::none_of(grid.variants.begin(), grid.variants.end(),
                     [&](const Variant* v) { return v->has(grid.dtypes[i]); }))
      config.reject("dtypes", i, fmt::format("'variants' has none in {}", name(grid.dtypes[i])),
                    "a type of the variants named");
  grid.offsets = read_offsets(config, grid.dtypes);
  grid.classes = read_integers<std::size_t>(config, "classes", 1, inputs::max_classes);
  grid.scale = config.number("scale", {0, 1000});  // finite in every type
  grid.seeds = read_integers<std::uint64_t>(config, "seeds", 0, 0x1p53);
  grid.tolerance_ulp = config.number("inaccurate_above_ulp", {0.5, 1e6});
  return grid;
}

// The loss to rounding is the same for every variant: it is shown for one that has the most types.
const Variant* stand_in(const Grid& grid, Op op) {
  const auto types = [&](const Variant* v) {
    return std::count_if(grid.dtypes.begin(), grid.dtypes.end(),
                         [v](DType dtype) { return v->has(dtype); });
  };
  const Variant* best = nullptr;
  for (const Variant* v : grid.variants)
    if (v->op == op && v->unavailable.empty() && (!best || types(v) > types(best))) best = v;
  return best;
}

void add_views(suite::ResultTable& table, const Grid& grid, Op op, std::size_t classes) {
  const std::string n = fmt::format("{}", classes);
  if (const Variant* variant = stand_in(grid, op))
    table.pivots.push_back({.title = fmt::format("{} of {} logits: what the offset's own rounding "
                                                 "lost, offset_loss_ulp (any variant)",
                                                 name(op), n),
                            .row = "offset",
                            .column = "dtype",
                            .cells = {"offset_loss_ulp"},
                            .only = {{"classes", n}, {"variant", variant->name()}}});
  for (const DType dtype : grid.dtypes)
    table.pivots.push_back(
        {.title = fmt::format("{} of {} logits, {}: what the variant loses, error_ulp", name(op), n,
                              name(dtype)),
         .row = "offset",
         .column = "variant",
         .cells = {"error_ulp"},
         .only = {
             {"op", std::string(name(op))}, {"dtype", std::string(name(dtype))}, {"classes", n}}});
}

suite::Plan plan(suite::Section& config) {
  const Grid grid = read_grid(config);
  suite::Plan plan{
      {.title = {}, .description = {}, .columns = columns(grid.tolerance_ulp), .rows = {}}, {}};
  plan.libraries = {numerics::oracle_library()};
  for (const Variant* variant : grid.variants) {
    if (!variant->library.empty()) plan.libraries.insert(variant->library);
    plan.isas.insert(variant->isa.empty() ? variant->library : variant->isa);
  }
  if (grid.seeds.empty()) return plan;  // noted already
  for (const Op op : numerics::all_ops)
    for (const std::size_t classes : grid.classes) {
      add_views(plan.table, grid, op, classes);
      for (const DType dtype : grid.dtypes)
        numerics::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          lay_out<S>(plan, grid, op, dtype, classes);
        });
    }
  return plan;
}

const suite::RegisterExperiment registered{
    {"shift", "what is lost where every logit is moved by the same number", plan}};

}  // namespace
}  // namespace maxtrick
