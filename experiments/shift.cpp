// Experiment `shift`: adds a number c to every logit. In exact arithmetic, softmax and log-softmax
// do not change and log-sum-exp increases by c. In floating point there are two kinds of error,
// which the table reports separately:
//   error_ulp        the error of the variant: its output compared with the exact answer for the
//                    row that it receives, the shifted logits rounded to the type;
//   offset_loss_ulp  the error of rounding x + c, before any variant ran: the exact answer for the
//                    rounded row compared with the exact answer for x (log-sum-exp: plus c). No
//                    softmax can recover it.
// The rows are drawn for each number of classes, or they are those of a file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <variant>

#include "inputs/exact_row.hpp"
#include "inputs/lazy.hpp"
#include "inputs/logit_file.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "io/number.hpp"
#include "numerics/compensated_sum.hpp"
#include "numerics/error.hpp"
#include "ops/apply.hpp"
#include "ops/dtype.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "oracle/oracle.hpp"
#include "oracle/outcome.hpp"

namespace maxtrick::shift {
namespace {

using ops::DType;
using ops::Op;
using ops::Variant;
using table::Rule;

// Returns how far the log-sum-exp of the rounded row is from the log-sum-exp of the original row
// plus c, in ULP of the latter. c cancels without loss, also in float64: the rounded values of both
// answers and c are numbers of the type S, which Sum subtracts exactly, and the remainders of the
// answers are small. An answer is known to about 2^-40 of its ULP, and therefore the result is too.
template <class S>
double log_sum_exp_loss_ulp(const numerics::Exact<S>& shifted, const numerics::Exact<S>& before,
                            S offset) {
  using Limits = std::numeric_limits<S>;
  // The number that `rest` is relative to: the largest finite number where an answer rounds to an
  // infinity.
  const auto origin = [](S y) {
    return std::clamp(double{y}, -double{Limits::max()}, double{Limits::max()});
  };
  numerics::Sum sum;
  sum += origin(shifted.rounded);
  sum += -double{offset};
  sum += -origin(before.rounded);
  sum += std::ldexp(shifted.rest, shifted.ulp_exponent);
  sum += -std::ldexp(before.rest, before.ulp_exponent);
  const double due = before.value() + double{offset};
  const double loss = std::fabs(sum.value()) / numerics::ulp<S>(due);
  return loss < 0x1p-38 ? 0 : loss;  // smaller values are within the error of the oracle
}

template <class S>
std::vector<S> shifted(std::span<const S> row, S offset) {
  std::vector<S> result;
  for (const S x : row) result.push_back(x + offset);
  return result;
}

// The rows of one op, type, size and offset, before and after the shift; all variants share them.
template <class S>
class ShiftedRows {
 public:
  using Before = std::shared_ptr<inputs::ExactRows<S>>;

  ShiftedRows(ops::Op op, S offset, Before before)
      : op_(op), offset_(offset), before_(std::move(before)) {}

  [[nodiscard]] ops::Op op() const { return op_; }
  [[nodiscard]] const inputs::ExactRowList<S>& after() { return after_.get(); }
  [[nodiscard]] double loss_ulp() { return loss_ulp_.get(); }

  [[nodiscard]] std::size_t distinct() {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const auto& row : after())
      least = std::min(least, std::set<double>(row->logits().begin(), row->logits().end()).size());
    return least;
  }

 private:
  ops::Op op_;
  S offset_;
  Before before_;
  inputs::ExactRows<S> after_{[this] { return shift(); }};
  inputs::Lazy<double> loss_ulp_{[this] { return compare(); }};

  [[nodiscard]] inputs::ExactRowList<S> shift() const {
    inputs::ExactRowList<S> rows;
    for (const auto& row : before_->get())
      rows.push_back(std::make_unique<inputs::ExactRow<S>>(
          op_, [from = row.get(), by = offset_] { return shifted<S>(from->logits(), by); }));
    return rows;
  }

  [[nodiscard]] double compare() {
    double worst = 0;
    for (std::size_t r = 0; r < after().size(); ++r) {
      const auto &from = after()[r]->exact(), &to = before_->get()[r]->exact();
      for (std::size_t i = 0; i < to.size(); ++i)
        worst = std::max(worst, op_ == ops::log_sum_exp
                                    ? log_sum_exp_loss_ulp<S>(from[i], to[i], offset_)
                                    : numerics::difference_ulp(from[i], to[i]));
    }
    return worst;
  }
};

// Returns 1e+10 rather than 10000000000 where the short form has exactly the same value.
std::string offset_name(double offset) {
  const std::string brief = fmt::format("{:g}", offset);
  return io::parse_number(brief) == offset ? brief : table::cell(offset);
}

struct Point {
  Op op;
  double offset;
  DType dtype;
  std::size_t classes;
  const Variant* variant;
};

struct Found {
  oracle::Verdict worst;
  double offset_loss_ulp = 0;
  std::size_t distinct = 0;
};

using Columns = table::Columns<Point, Found>;

Columns columns(double tolerance_ulp) {
  const table::Tolerance ulps{table::Measure::absolute, 2,
                              "without FMA, exp and log of glibc round a few results of float64 "
                              "differently; if a sum cancels, that changed this by up to 1.5",
                              table::not_negative};
  return {
      {"op", Rule::exact, "the operation", &Point::op},
      {"offset", Rule::key, "the number that is added to every logit, rounded to the type",
       [](const Point& point) { return offset_name(point.offset); }},
      {"dtype", Rule::key, "working type; the logits are rounded to it before and after the shift",
       &Point::dtype},
      {"classes", Rule::key, "number of logits in each row", &Point::classes},
      {"variant", Rule::key, "the variant", &Point::variant, &Variant::name},
      {"outcome", Rule::exact,
       fmt::format("the worst outcome of the rows: ok, inaccurate (more than {} ULP off), "
                   "wrong (no correct digit), underflow, overflow, nan (although the exact "
                   "value is a number)",
                   tolerance_ulp),
       &Found::worst, &oracle::Verdict::outcome},
      {"error_ulp", ulps,
       "what the variant loses: largest error of an output compared with the exact answer for "
       "the shifted and rounded row, in ULP of that answer; inf if an output is NaN or infinite",
       &Found::worst, &oracle::Verdict::max_error_ulp},
      {"offset_loss_ulp", Rule::exact,
       "what rounding the shifted logits loses before any variant runs: largest difference "
       "between the exact answers for the rounded row and for the row before the shift "
       "(log_sum_exp: plus the offset), in ULP of the latter, to six digits; the same for "
       "every variant",
       [](const Found& found) { return table::short_number(found.offset_loss_ulp); }},
      {"distinct_logits", Rule::exact,
       "number of different logits after the shift, the smallest of the rows", &Found::distinct},
  };
}

struct Grid {
  std::vector<double> offsets;
  std::vector<DType> dtypes;
  std::vector<std::size_t> classes;
  std::vector<std::uint64_t> seeds = {};
  double scale = 0;
  std::shared_ptr<const inputs::LogitFile> file = {};  // if not null, it replaces seeds and scale
  double largest = 0;                                  // no logit has a larger magnitude
  double tolerance_ulp = 0;
  std::vector<const Variant*> variants;
};

// The rows of one op, type and size before the shift.
template <class S>
typename ShiftedRows<S>::Before rows_before(Op op, const std::shared_ptr<const Grid>& grid,
                                            std::size_t classes) {
  return std::make_shared<inputs::ExactRows<S>>([op, grid, classes] {
    inputs::ExactRowList<S> rows;
    for (std::size_t i = 0; grid->file && i < grid->file->rows(); ++i)
      rows.push_back(std::make_unique<inputs::ExactRow<S>>(op, [file = grid->file, i] {
        const auto row = file->row(i);
        return inputs::rounded<S>({row.begin(), row.end()});
      }));
    for (const std::uint64_t seed : grid->seeds)
      rows.push_back(
          std::make_unique<inputs::ExactRow<S>>(op, [classes, seed, scale = grid->scale] {
            return inputs::rounded<S>(inputs::normal_row(classes, scale, seed));
          }));
    return rows;
  });
}

// Whether every logit plus the offset is finite in the type, whatever is drawn. Drawing the logits
// to find out would take longer than anything else of the plan.
template <class S>
bool representable(double offset, double largest_logit) {
  const S c = static_cast<S>(offset), largest = static_cast<S>(largest_logit);
  return std::isfinite(double{S(c + largest)}) && std::isfinite(double{S(c - largest)});
}

template <class S>
Found measure(const Point& point, ShiftedRows<S>& rows, double tolerance_ulp) {
  Found found;
  for (const auto& row : rows.after()) {
    const auto got = ops::apply(*point.variant, point.dtype, row->logits());
    const auto verdict = oracle::judge<S>(rows.op(), row->exact(), got, tolerance_ulp,
                                          !point.variant->special_values.empty());
    found.worst.outcome = std::max(found.worst.outcome, verdict.outcome);
    found.worst.max_error_ulp = std::max(found.worst.max_error_ulp, verdict.max_error_ulp);
  }
  found.offset_loss_ulp = rows.loss_ulp();
  found.distinct = rows.distinct();
  return found;
}

template <class S>
void lay_out(run::Plan& plan, const Columns& columns, const std::shared_ptr<const Grid>& grid,
             Op op, DType dtype, std::size_t classes) {
  const auto before = rows_before<S>(op, grid, classes);
  for (const double offset : grid->offsets) {
    if (!representable<S>(offset, grid->largest)) continue;
    const auto both = std::make_shared<ShiftedRows<S>>(op, static_cast<S>(offset), before);
    const std::size_t batch = plan.cases.size() + 1;
    const auto run = [both, grid](const Point& point) -> std::variant<Found, run::Skip> {
      if (grid->file && !grid->file->missing.empty()) return run::Skip{grid->file->missing};
      return measure<S>(point, *both, grid->tolerance_ulp);
    };
    for (const Variant* variant : grid->variants)
      if (variant->op == op && variant->has(dtype))
        plan.cases.push_back(inputs::of_variant(
            run::case_of(columns, Point{op, offset, dtype, classes, variant}, run, batch), *variant,
            dtype));
  }
}

std::vector<double> read_offsets(config::Section& config, const std::vector<DType>& dtypes) {
  const auto finite = [&](double c) {
    return std::any_of(dtypes.begin(), dtypes.end(), [c](DType dtype) {
      return ops::with_storage(dtype, [c]<class S>(std::type_identity<S>) {
        return std::isfinite(double{static_cast<S>(c)});
      });
    });
  };
  return inputs::read_distinct(config, "offsets", finite,
                               "a number that is finite in at least one of the dtypes");
}

std::vector<std::uint64_t> read_seeds(config::Section& config) {
  const auto whole = [](double x) { return x >= 0 && x <= 0x1p53 && x == std::floor(x); };
  const auto numbers =
      inputs::read_distinct(config, "seeds", whole, "a whole number from 0 to 2^53");
  return {numbers.begin(), numbers.end()};
}

Grid read_grid(config::Section& config) {
  Grid grid;
  grid.dtypes = inputs::read_dtypes(config);
  grid.variants = inputs::read_variants(config);
  inputs::require_dtypes(config, grid.dtypes, grid.variants);
  grid.offsets = read_offsets(config, grid.dtypes);
  if (config.has("logits")) {
    config::Section table = config.table("logits");
    grid.file =
        std::make_shared<const inputs::LogitFile>(inputs::read_logit_file(table, grid.dtypes));
    grid.classes = {grid.file->classes};
    for (const double x : grid.file->logits) grid.largest = std::max(grid.largest, std::abs(x));
  } else {
    grid.classes = inputs::read_classes(config);
    grid.scale = config.number("scale", {0, 1000});  // finite in every type
    grid.seeds = read_seeds(config);
    grid.largest = inputs::largest_normal * grid.scale;
  }
  grid.tolerance_ulp = config.number("inaccurate_above_ulp", {0.5, 1e6});
  return grid;
}

// The views show the smallest number of classes. The effect of the offset is visible there, whereas
// more classes add the rounding errors of the sum.
void add_views(table::ResultTable& table, const Grid& grid) {
  const std::string n = fmt::format("{}", grid.classes.front());
  table.counts.push_back(
      {.title = fmt::format("Number of offsets at which each variant is ok, {} logits", n),
       .row = "variant",
       .column = "dtype",
       .columns = inputs::names_of(grid.dtypes),
       .only = {{"classes", n}, {"outcome", "ok"}}});
  const std::string shown(name(inputs::shown_dtype(grid.dtypes)));
  for (const Op op : ops::ops_of_logits()) {
    // The loss by rounding x + c is the same for every variant, so one variant stands for all.
    if (const Variant* variant = inputs::stand_in(grid.variants, op, grid.dtypes))
      table.pivots.push_back(
          {.title = fmt::format("{} of {} logits: loss caused by rounding the shifted logits, "
                                "offset_loss_ulp (the same for every variant)",
                                name(op), n),
           .row = "offset",
           .column = "dtype",
           .cells = {"offset_loss_ulp"},
           .only = {{"classes", n}, {"variant", variant->name()}}});
    table.pivots.push_back(
        {.title = fmt::format("{} of {} logits, {}: loss caused by the variant, error_ulp",
                              name(op), n, shown),
         .row = "offset",
         .column = "variant",
         .cells = {"error_ulp"},
         .only = {{"op", op}, {"dtype", shown}, {"classes", n}}});
  }
}

run::Plan plan(config::Section& config) {
  const auto grid = std::make_shared<const Grid>(read_grid(config));
  const Columns columns = shift::columns(grid->tolerance_ulp);
  run::Plan plan = inputs::begin_plan(columns.schema(), grid->variants);
  add_views(plan.table, *grid);
  if (grid->seeds.empty() && !grid->file) return plan;  // noted already
  for (const Op op : ops::ops_of_logits())
    for (const std::size_t classes : grid->classes)
      for (const DType dtype : grid->dtypes)
        ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          lay_out<S>(plan, columns, grid, op, dtype, classes);
        });
  return plan;
}

const run::RegisterExperiment registered{
    {"shift", "what is lost if the same number is added to every logit", plan}};

}  // namespace
}  // namespace maxtrick::shift
