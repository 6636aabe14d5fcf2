// Experiment `derivative`: compares its figures with MPFR by an independent method, and checks the
// effect that it demonstrates.
#include "brute_force.hpp"
#include "config_runs.hpp"
#include "numerics/random.hpp"
#include "numerics/real.hpp"
#include "ops/apply.hpp"
#include "ops/dtype.hpp"
#include "ops/registry.hpp"
#include "table/table.hpp"

BOOST_AUTO_TEST_SUITE(derivative_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using numerics::Real;
using numerics::Reals;
using ops::DType;

constexpr mpfr_prec_t bits = 600;
std::string config(
    const std::string& rows, const std::string& dtypes = all_types,
    const std::string& variants = R"(["softmax.naive.scalar", "softmax.online.scalar"])",
    const std::string& classes = "[2, 7]") {
  return head_of("derivative") + "dtypes = " + dtypes + "\nvariants = " + variants +
         "\nclasses = " + classes + "\n" + rows;
}

std::string row(const std::string& name, const std::string& logits) {
  return "[[row]]\nname = \"" + name + "\"\nhazard = \"H\"\n" + logits + "\n";
}

std::string gap(const std::string& size) { return row("gap" + size, "gap = " + size); }

// The figures that the experiment should report, from plain sums of exponentials at a precision at
// which every cancellation is negligible.
struct Figures {
  double jacobian = 0, row_sum = 0, gradient = 0, gradient_sum = 0, minus_1 = 0, of_others = 0;
};

template <class S>
class Expected {
 public:
  Expected(const std::vector<S>& logits, std::vector<S> probabilities)
      : n_(logits.size()), got_(std::move(probabilities)), p_(n_, bits) {
    Real sum(bits);
    brute_force::sum_of_exponentials(sum, std::span<const S>(logits));
    for (std::size_t i = 0; i < n_; ++i) {
      mpfr_set_d(p_[i], logits[i], MPFR_RNDN);
      mpfr_exp(p_[i], p_[i], MPFR_RNDN);
      mpfr_div(p_[i], p_[i], sum, MPFR_RNDN);
    }
  }

  // The derivatives in the arithmetic of W, written independently of the experiment.
  template <class W>
  Figures figures(double u) {
    Figures all;
    double largest = 0;
    const auto p = [&](std::size_t i) { return static_cast<W>(got_[i]); };
    for (std::size_t i = 0; i < n_; ++i) {
      Real sum(bits);
      mpfr_set_ui(sum, 0, MPFR_RNDN);
      for (std::size_t j = 0; j < n_; ++j) {
        const S got = static_cast<S>(i == j ? p(i) * (W{1} - p(i)) : W{-(p(i) * p(j))});
        mpfr_ui_sub(y_, i == j, p_[i], MPFR_RNDN);
        mpfr_mul(y_, y_, p_[j], MPFR_RNDN);
        largest = std::max(largest, std::fabs(mpfr_get_d(y_, MPFR_RNDN)));
        all.jacobian = std::max(all.jacobian, error(got));
        mpfr_add_d(sum, sum, got, MPFR_RNDN);
      }
      all.row_sum = std::max(all.row_sum, std::fabs(mpfr_get_d(sum, MPFR_RNDN)));
    }
    all.jacobian /= largest * u;
    all.row_sum /= largest * u;

    largest = 0;
    W others = 0;
    Real sum(bits);
    mpfr_set_ui(sum, 0, MPFR_RNDN);
    for (std::size_t i = 0; i < n_; ++i) {
      const S got = static_cast<S>(i == 0 ? p(0) - W{1} : p(i));
      if (i > 0) others = others + p(i);
      mpfr_sub_ui(y_, p_[i], i == 0, MPFR_RNDN);
      largest = std::max(largest, std::fabs(mpfr_get_d(y_, MPFR_RNDN)));
      all.gradient = std::max(all.gradient, error(got));
      mpfr_add_d(sum, sum, got, MPFR_RNDN);
    }
    all.gradient /= largest * u;
    all.gradient_sum = std::fabs(mpfr_get_d(sum, MPFR_RNDN)) / (largest * u);
    mpfr_sub_ui(y_, p_[0], 1, MPFR_RNDN);
    const double due = std::fabs(mpfr_get_d(y_, MPFR_RNDN));
    all.minus_1 = error(static_cast<S>(p(0) - W{1})) / (due * u);
    all.of_others = error(static_cast<S>(-others)) / (due * u);
    return all;
  }

 private:
  // Returns |got - y|; NaN counts as infinite, as in the table.
  double error(S got) {
    if (!std::isfinite(double{got})) return std::numeric_limits<double>::infinity();
    Real difference(bits);
    mpfr_sub_d(difference, y_, double{got}, MPFR_RNDN);
    return std::fabs(mpfr_get_d(difference, MPFR_RNDN));
  }

  std::size_t n_;
  std::vector<S> got_;
  Reals p_;
  Real y_{bits};
};

std::vector<double> logits_of(const Cells& cells) {
  std::vector<double> row(static_cast<std::size_t>(number(cells, "classes")));
  const std::string& name = cells.at("row");
  if (name.starts_with("gap")) {
    row[0] = io::parse_number(name.substr(3)).value();
  } else {  // normal-SCALE
    numerics::Random random(5);
    for (double& x : row) x = io::parse_number(name.substr(7)).value() * random.normal();
  }
  return row;
}

bool near(double a, double b) { return a == b || std::fabs(a - b) <= 1e-9 * std::fabs(b); }

}  // namespace

BOOST_AUTO_TEST_CASE(every_figure_is_that_of_mpfr) {
  const auto rows = rows_of_run(
      config(gap("0") + gap("1") + gap("9.5") + gap("20") + gap("80") + gap("-3") + gap("-80") +
             row("normal-2", "scale = 2\nseed = 5") + row("normal-20", "scale = 20\nseed = 5")));
  BOOST_TEST(rows.size() == 9U * 2 * 6 * 2);
  std::size_t not_finite = 0;
  for (const Cells& cells : rows) {
    const DType dtype = ops::parse_dtype(cells.at("dtype")).value();
    const double u = ops::unit_roundoff(dtype);
    ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
      std::vector<S> logits;
      for (const double x : logits_of(cells)) logits.push_back(static_cast<S>(x));
      Expected<S> expected(logits,
                           ops::apply<S>(*ops::find_variant(cells.at("variant")), dtype, logits));
      const Figures due = ops::computes_in_float32(dtype) ? expected.template figures<float>(u)
                                                          : expected.template figures<S>(u);
      BOOST_TEST_CONTEXT(cells.at("row") + " " + cells.at("classes") + " " + cells.at("dtype") +
                         " " + cells.at("variant")) {
        BOOST_TEST(near(number(cells, "jacobian_error_u"), due.jacobian));
        BOOST_TEST(near(number(cells, "gradient_error_u"), due.gradient));
        BOOST_TEST(near(number(cells, "minus_1_error_u"), due.minus_1));
        BOOST_TEST(near(number(cells, "of_others_error_u"), due.of_others));
        BOOST_TEST(cells.at("symmetry_defect") == "0");
        if (std::isfinite(due.jacobian)) {
          BOOST_TEST(near(number(cells, "row_sum_defect_u"), due.row_sum));
          BOOST_TEST(near(number(cells, "gradient_sum_defect_u"), due.gradient_sum));
        } else {
          ++not_finite;
          check_cells(cells, {{"row_sum_defect_u", "inf"},
                              {"gradient_sum_defect_u", "inf"},
                              {"jacobian_bound_u", ""}});
        }
      }
    });
  }
  BOOST_TEST(not_finite > 0U);  // exp(80) in float16
}

// 1 - p_t, which is about 6 e^-gap here, is below u / 2, so that p_t rounds to 1.
BOOST_AUTO_TEST_CASE(the_sum_of_the_others_keeps_what_p_minus_1_loses) {
  for (const Cells& cells :
       rows_of_run(config(gap("50"), R"(["float32", "float64", "bfloat16", "bfloat16_in_float32"])",
                          R"(["softmax.max_trick.scalar"])", "[7]"))) {
    const double u = ops::unit_roundoff(ops::parse_dtype(cells.at("dtype")).value());
    BOOST_TEST(number(cells, "minus_1_error_u") * u == 1, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(cells.at("minus_1_relative_error") == "1");
    BOOST_TEST(number(cells, "of_others_error_u") <= 7);  // one exp, one division and five sums
    // The diagonal entry, which is the largest, loses all its digits too.
    BOOST_TEST(number(cells, "jacobian_error_u") * u == 1, boost::test_tools::tolerance(1e-9));
  }
  // If the target's logit trails, p_t - 1 is near -1 and has no cancellation.
  for (const Cells& cells : rows_of_run(config(gap("-20"), R"(["float32", "float64"])")))
    BOOST_TEST(number(cells, "minus_1_error_u") <= 2);
}

// The run exits with 0 only if no figure exceeds its bound. The bound of p_t - 1 must also be close
// to the error, because the cancellation passes on the whole error of the probability; otherwise
// the bound would say little.
BOOST_AUTO_TEST_CASE(bounds_hold_on_random_rows_and_are_near_where_digits_cancel) {
  numerics::Random random(11);
  std::string rows;
  for (int i = 0; i < 12; ++i) {
    const std::string n = std::to_string(i);
    rows += row("lead" + n, "gap = " + table::cell(random.uniform(-100, 100)));
    rows += row("random" + n, "scale = " + table::cell(random.uniform(0, 30)) + "\nseed = " + n);
  }
  const auto all = rows_of_run(config(
      rows, all_types, R"(["softmax.naive.scalar", "softmax.max_trick.scalar"])", "[2, 3, 40]"));
  BOOST_TEST(all.size() == 24U * 3 * 6 * 2);
  std::size_t bounded = 0;
  for (const Cells& cells : all)
    for (const std::string figure : {"jacobian", "minus_1", "of_others"}) {
      if (cells.at(figure + "_bound_u").empty()) continue;
      ++bounded;
      BOOST_TEST(number(cells, figure + "_error_u") <= number(cells, figure + "_bound_u"));
    }
  BOOST_TEST(bounded > all.size());
  for (const Cells& cells : rows_of_run(config(gap("12"), R"(["float32", "float64"])"))) {
    BOOST_TEST(number(cells, "minus_1_error_u") > 50);
    BOOST_TEST(number(cells, "minus_1_bound_u") < 1.05 * number(cells, "minus_1_error_u"));
    BOOST_TEST(number(cells, "jacobian_bound_u") < 1.1 * number(cells, "jacobian_error_u"));
  }
}

BOOST_AUTO_TEST_CASE(jobs_change_no_byte) {
  check_jobs(config(gap("3") + gap("30") + row("normal-2", "scale = 2\nseed = 5")));
}

BOOST_AUTO_TEST_CASE(config_errors) {
  check_rejected(config(gap("1") + gap("1")), {"duplicate row 'gap1'"});
  check_rejected(config(gap("301")), {"300"});
  check_rejected(config(row("r", "gap = 1\nscale = 2")), {"unknown key 'scale'"});
  check_rejected(config(row("r", "scale = 2")), {"seed"});
  check_rejected(config(gap("1"), all_types, R"(["log_softmax.shifted.scalar"])"),
                 {"'log_softmax.shifted.scalar' does not compute softmax"});
  check_rejected(config(gap("1"), R"(["float64"])", R"(["softmax.onednn"])"),
                 {"no variant in 'variants' is available in float64"});
  const std::string one = R"(["softmax.naive.scalar"])";
  check_rejected(config(gap("1"), all_types, one, "[1]"),
                 {"increasing whole numbers from 2 to 1000"});
  check_rejected(config(gap("1"), all_types, one, "[3, 3]"), {"3 classes"});
  check_rejected(config(gap("1"), all_types, one, "[2.5]"), {"2.5 classes"});
}

BOOST_AUTO_TEST_SUITE_END()
