// Experiment `low_precision`: the study of P. Blanchard, D. J. Higham and N. J. Higham ("Accurately
// computing the log-sum-exp and softmax functions", IMA J. Numer. Anal. 41(4), 2021, section 5).
// For each way of computing, it reports how often it overflows on a data set in a small type, how
// large its error is, and which error theory allows. The table has one row for each data set, type
// and variant.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>

#include "inputs/lazy.hpp"
#include "inputs/logit_file.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "numerics/random.hpp"
#include "ops/apply.hpp"
#include "ops/dtype.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "oracle/norm_wise.hpp"
#include "oracle/oracle.hpp"
#include "oracle/outcome.hpp"

namespace maxtrick::low_precision {
namespace {

using ops::DType;
using ops::Op;
using ops::Variant;
using table::Rule;

// A set of logits, rows x classes, that a config describes: either read from a file or generated.
struct LogitSet {
  std::string name, hazard, source;
  std::size_t rows = 0, classes = 0;
  double scale = 1, offset = 0;
  std::uint64_t seed = 0;
  std::vector<double> file = {};  // the contents of the file
  std::string missing = {};       // if the file is missing: its name and how to get it

  [[nodiscard]] bool is_from_file() const { return !file.empty() || !missing.empty(); }
  // In C order. Generated logits are drawn again at each call.
  [[nodiscard]] std::vector<double> logits() const;
};

void read_generator(config::Section& section, const std::vector<DType>& dtypes, LogitSet& set) {
  const std::vector<std::string> generators{"normal"};
  if (section.choice("generate", generators).empty()) {
    section.ignore_rest();  // which keys belong here depends on it
    return;
  }
  set.scale = section.number("scale", {0, 1e30});
  if (section.has("offset")) set.offset = section.number("offset", {-1e30, 1e30});
  set.rows = section.count("rows", 1, 1'000'000);
  set.classes = section.count("classes", 1, inputs::max_classes);
  set.seed = inputs::read_seed(section);
  if (set.rows * set.classes > 10'000'000)
    section.reject("rows", fmt::format("{} logits", set.rows * set.classes),
                   "at most 10000000 logits (rows times classes)");
  inputs::require_representable(
      section, "scale", {std::abs(set.offset) + inputs::largest_normal * set.scale}, dtypes);
}

std::vector<double> LogitSet::logits() const {
  if (!file.empty()) return file;
  numerics::Random random(seed);
  std::vector<double> drawn(rows * classes);
  for (double& x : drawn) x = offset + scale * random.normal();
  return drawn;
}

// Reads a section with a name, a hazard, a source, and one of
//   path = "x.npy"      as read_logit_file, with its optional keys
//   generate = "normal", scale = s, seed = k, rows = r, classes = n, offset = c (optional)
// The random numbers are those of numerics::Random, drawn row by row. Errors are noted in the
// config; these include a file that is not a matrix, and logits that are not finite in one of the
// types.
LogitSet read_logit_set(config::Section& section, const std::vector<DType>& dtypes) {
  LogitSet set{.name = inputs::read_name(section, "name"),
               .hazard = section.text("hazard"),
               .source = section.text("source")};
  if (!section.has("path")) {
    read_generator(section, dtypes, set);
    return set;
  }
  inputs::LogitFile file = inputs::read_logit_file(section, dtypes);
  set.rows = file.rows();
  set.classes = file.classes;
  set.file = std::move(file.logits);
  set.missing = std::move(file.missing);
  return set;
}

struct Extent {
  double low = INFINITY, high = -INFINITY;
  void add(double x) { low = std::min(low, x), high = std::max(high, x); }
};

struct Point {
  std::shared_ptr<const LogitSet> data;
  DType dtype;
  const Variant* variant;
};

// If there are no vectors, the mean and the extremes are not finite.
struct Found {
  std::size_t overflows = 0, bounded = 0, violations = 0;
  double mean_error_u = 0;
  Extent errors_u = {}, row_sums = {}, shares = {};
};

using Columns = table::Columns<Point, Found>;

table::Cell if_finite(double x) { return std::isfinite(x) ? table::Cell(x) : table::Cell(); }

Columns columns(bool from_files) {
  using table::Measure;
  // The logits of a file are also those of a network that another core of OpenBLAS trained. The
  // errors of such other logits differ by a third of these tolerances.
  const std::string reason =
      from_files ? "the logits of a network depend on the core of OpenBLAS that trained it"
                 : "in float32 another libm may round exp and log differently; glibc without FMA "
                   "changed no cell";
  const table::Tolerance mean{Measure::relative, from_files ? 0.05 : 0.01, reason,
                              table::not_negative},
      most{Measure::absolute, 0.5, reason, table::not_negative},
      sum{Measure::absolute, from_files ? 1e-7 : 0x1p-54, reason, {.low = -1}},
      share{.measure = Measure::absolute,
            .value = from_files ? 0.08 : 0.01,
            .reason = reason,
            .range = table::not_negative,
            .promised = 1e-15};
  return {
      {"data", Rule::key, "the set of logits", &Point::data, &LogitSet::name},
      {"dtype", Rule::key,
       "working type; the logits are first rounded to it, and u is its unit "
       "roundoff",
       &Point::dtype},
      {"variant", Rule::key, "the variant", &Point::variant, &Variant::name},
      {"op", Rule::exact, "the operation", &Point::variant, &Variant::op},
      {"vectors", Rule::exact, "number of rows of logits", &Point::data, &LogitSet::rows},
      {"classes", Rule::exact, "logits a row", &Point::data, &LogitSet::classes},
      {"overflows", Rule::exact,
       "number of vectors whose result has an infinity or NaN, or is a softmax of zeros only; "
       "the columns of errors and sums exclude them",
       &Found::overflows},
      {"mean_error_u", mean,
       "mean over the vectors of max_i |got_i - y_i| / max_i |y_i|, in units of the unit roundoff",
       [](const Found& found) { return if_finite(found.mean_error_u); }},
      {"max_error_u", most, "largest of these errors",
       [](const Found& found) { return if_finite(found.errors_u.high); }},
      {"min_sum_minus_1", sum, "only for softmax: smallest row sum, minus 1",
       [](const Found& found) { return if_finite(found.row_sums.low); }},
      {"max_sum_minus_1", sum, "only for softmax: largest row sum, minus 1",
       [](const Found& found) { return if_finite(found.row_sums.high); }},
      {"bounded_vectors", Rule::exact,
       "number of vectors for which theory gives a bound; where it does, nothing overflows",
       &Found::bounded},
      {"max_error_over_bound", share, "largest error of a vector, divided by its bound",
       [](const Found& found) { return if_finite(found.shares.high); }},
      {"violations", Rule::exact,
       "number of vectors whose error is above their bound, or that overflow "
       "although they have a bound",
       &Found::violations},
      {"violations_allowed", Rule::exact, "by theory", [](const Point&) { return 0; }},
      {"hazard", Rule::exact, "what the data set provokes", &Point::data, &LogitSet::hazard},
      {"source", Rule::exact, "source of the data set", &Point::data, &LogitSet::source},
  };
}

// A data set in one storage type, with the exact results that the variants share.
template <class S>
class Vectors {
 public:
  struct Vector {
    std::vector<S> logits;
    std::optional<ops::RowFacts> facts;
  };
  using Answers = std::vector<std::vector<numerics::Exact<S>>>;

  Vectors(std::shared_ptr<const LogitSet> data, DType dtype)
      : all_([data, dtype] { return read(*data, dtype); }) {
    for (const Op op : ops::ops_of_logits())
      exact_.try_emplace(op, [this, op] {
        Answers answers;
        for (const Vector& vector : all())
          answers.push_back(oracle::exact<S>(op, std::span<const S>(vector.logits)));
        return answers;
      });
  }

  [[nodiscard]] const std::vector<Vector>& all() { return all_.get(); }
  [[nodiscard]] const Answers& exact(Op op) { return exact_.at(op).get(); }

 private:
  static std::vector<Vector> read(const LogitSet& data, DType dtype) {
    const std::vector<S> logits = inputs::rounded<S>(data.logits());
    std::vector<Vector> all;
    for (auto row = logits.begin(); row != logits.end(); row += step(data)) {
      Vector one{{row, row + step(data)}, {}};
      one.facts = oracle::row_facts<S>(dtype, one.logits);
      all.push_back(std::move(one));
    }
    return all;
  }
  static std::ptrdiff_t step(const LogitSet& data) {
    return static_cast<std::ptrdiff_t>(data.classes);
  }

  inputs::Lazy<std::vector<Vector>> all_;
  std::map<Op, inputs::Lazy<Answers>> exact_;
};

// If the sum overflows, softmax returns no infinity: the division by an infinite sum makes every
// output 0. Such a result counts as an overflow too.
template <class S>
bool overflowed(Op op, const std::vector<S>& got) {
  const auto none = [&](auto is) { return std::none_of(got.begin(), got.end(), is); };
  return !none([](S y) { return !std::isfinite(static_cast<double>(y)); }) ||
         (op == ops::softmax && none([](S y) { return y != S(0); }));
}

template <class S>
Found measure(const Point& point, Vectors<S>& vectors) {
  const Op op = point.variant->op;
  const double u = ops::unit_roundoff(point.dtype);
  Found found;
  double sum = 0;
  for (std::size_t i = 0; i < vectors.all().size(); ++i) {
    const auto& vector = vectors.all()[i];
    const auto got = ops::apply<S>(*point.variant, point.dtype, vector.logits);
    const bool lost = overflowed(op, got);
    const double error = oracle::norm_wise_error<S>(vectors.exact(op)[i], got) / u;
    const auto bound =
        vector.facts ? oracle::bound(*point.variant, point.dtype, *vector.facts) : std::nullopt;
    if (bound) {
      ++found.bounded;
      if (lost || error > *bound) ++found.violations;
      if (!lost && *bound > 0) found.shares.add(error / *bound);
    }
    if (lost) {
      ++found.overflows;
      continue;
    }
    sum += error;
    found.errors_u.add(error);
    if (op == ops::softmax) found.row_sums.add(*oracle::sum_minus_1<S>(op, got));
  }
  found.mean_error_u = sum / static_cast<double>(point.data->rows - found.overflows);
  return found;
}

template <class S>
void lay_out(run::Plan& plan, const Columns& columns, const std::shared_ptr<const LogitSet>& data,
             DType dtype, const std::vector<const Variant*>& variants) {
  const auto vectors = std::make_shared<Vectors<S>>(data, dtype);
  const std::size_t batch = plan.cases.size() + 1;
  const auto run = [vectors](const Point& point) -> std::variant<Found, run::Skip> {
    if (!point.data->missing.empty()) return run::Skip{point.data->missing};
    return measure<S>(point, *vectors);
  };
  for (const Variant* variant : variants)
    if (variant->has(dtype)) {
      plan.cases.push_back(inputs::of_variant(
          run::case_of(columns, Point{data, dtype, variant}, run, batch), *variant, dtype));
      // OpenBLAS may have computed the logits of a file.
      if (data->is_from_file()) plan.cases.back().promised = false;
    }
}

void add_views(table::ResultTable& table, const std::string& data) {
  const auto pivot = [&](std::string title, std::vector<std::string> cells) {
    return table::Pivot{.title = data + ": " + std::move(title),
                        .row = "variant",
                        .column = "dtype",
                        .cells = std::move(cells),
                        .only = {{"data", data}}};
  };
  table.pivots.push_back(pivot("overflows, mean error and largest error in units of u",
                               {"overflows", "mean_error_u", "max_error_u"}));
  table.pivots.push_back(
      pivot("vectors that have a bound, and the largest error divided by its bound",
            {"bounded_vectors", "max_error_over_bound"}));
  table.pivots.push_back(
      pivot("row sums minus 1, smallest and largest", {"min_sum_minus_1", "max_sum_minus_1"}));
  table.pivots.back().only.emplace_back("op", "softmax");
}

run::Plan plan(config::Section& config) {
  const auto dtypes = inputs::read_dtypes(config);
  const auto variants = inputs::read_variants(config);
  inputs::require_dtypes(config, dtypes, variants);

  // A single data set may be a plain table instead of an array of tables, so that --set can address
  // it.
  std::vector<config::Section> sections;
  if (config.is_table("data"))
    sections.push_back(config.table("data"));
  else
    sections = config.tables("data");
  const bool from_files = std::any_of(sections.begin(), sections.end(),
                                      [](config::Section& section) { return section.has("path"); });

  const Columns columns = low_precision::columns(from_files);
  run::Plan plan = inputs::begin_plan(columns.schema(), variants);
  plan.table.limits = {{"violations", "violations_allowed"}};
  plan.table.legend = {"data", "vectors", "classes", "hazard", "source"};

  inputs::Names names("data set");
  for (config::Section& section : sections) {
    const auto data = std::make_shared<const LogitSet>(read_logit_set(section, dtypes));
    names.add(section, data->name);
    add_views(plan.table, data->name);
    for (const DType dtype : dtypes)
      ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
        lay_out<S>(plan, columns, data, dtype, variants);
      });
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"low_precision", "overflow, error and error bound in 16-bit types, for sets of logits", plan}};

}  // namespace
}  // namespace maxtrick::low_precision
