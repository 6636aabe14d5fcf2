// Experiment `shift`: compares its two errors with MPFR by an independent method, and with
// theoretical bounds.
#include "brute_force.hpp"
#include "config_runs.hpp"
#include "numerics/random.hpp"
#include "ops/apply.hpp"
#include "ops/dtype.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "table/table.hpp"

BOOST_AUTO_TEST_SUITE(shift_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using numerics::Real;
using ops::DType;
using ops::Op;

constexpr mpfr_prec_t bits = 400;
const std::string three_ops =
    R"(["softmax.max_trick.scalar", "log_softmax.shifted.scalar", "log_sum_exp.shifted.scalar"])";

std::string config(const std::string& offsets, const std::string& dtypes = all_types,
                   const std::string& variants = three_ops,
                   const std::string& rows = "classes = [5]\nscale = 1\nseeds = [7, 8]") {
  return head_of("shift") + "dtypes = " + dtypes + "\nvariants = " + variants +
         "\noffsets = " + offsets + "\n" + rows + "\ninaccurate_above_ulp = 8\n";
}

template <class S>
std::vector<S> normal_row(std::uint64_t seed, std::size_t classes) {
  numerics::Random random(seed);
  std::vector<S> row;
  for (std::size_t i = 0; i < classes; ++i) row.push_back(static_cast<S>(random.normal()));
  return row;
}

template <class S>
std::vector<S> moved(std::vector<S> row, S c) {
  for (S& x : row) x = x + c;
  return row;
}

template <class S>
void log_sum(mpfr_ptr y, const std::vector<S>& row) {
  brute_force::sum_of_exponentials(y, std::span<const S>(row));
  mpfr_log(y, y, MPFR_RNDN);
}

// Computes output i of an op from the logarithm of the sum.
template <class S>
void output(mpfr_ptr y, Op op, S x, mpfr_ptr log_of_sum) {
  if (op == ops::log_sum_exp) {
    mpfr_set(y, log_of_sum, MPFR_RNDN);
    return;
  }
  mpfr_set_d(y, x, MPFR_RNDN);
  mpfr_sub(y, y, log_of_sum, MPFR_RNDN);
  if (op == ops::softmax) mpfr_exp(y, y, MPFR_RNDN);
}

template <class S>
double loss_ulp(Op op, const std::vector<S>& row, S c) {
  const auto shifted = moved(row, c);
  Real before(bits), after(bits), due(bits), got(bits);
  log_sum(before, row);
  log_sum(after, shifted);
  double worst = 0;
  for (std::size_t i = 0; i < ops::outputs(op, row.size()); ++i) {
    output(due, op, row[i], before);
    output(got, op, shifted[i], after);
    if (op == ops::log_sum_exp) mpfr_add_d(due, due, c, MPFR_RNDN);
    const int ulp = brute_force::describe<S>(due).ulp_exponent;
    mpfr_sub(got, got, due, MPFR_RNDN);
    worst = std::max(worst, std::ldexp(std::fabs(mpfr_get_d(got, MPFR_RNDN)), -ulp));
  }
  return worst;
}

}  // namespace

// The offsets have both signs. One cancels most of the log-sum-exp, and some are not numbers of the
// narrow types: those are rounded first, and that rounding does not count as an error.
BOOST_AUTO_TEST_CASE(both_losses_are_those_of_mpfr) {
  const auto rows = rows_of_run(config("[0, 0.3, 1, -2.5, 10, -100, 333.3, 1e4, 1e8]"));
  // 1e8 is infinite in float16 and float16_in_float32 only.
  BOOST_TEST(rows.size() == 3 * (6 * 9 - 2));
  for (const Cells& row : rows) {
    const DType dtype = ops::parse_dtype(row.at("dtype")).value();
    const Op op = ops::parse_op(row.at("op")).value();
    const auto& variant = *ops::find_variant(row.at("variant"));
    ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
      const S c = static_cast<S>(number(row, "offset"));
      double loss = 0, error = 0;
      std::size_t distinct = 5;
      for (const std::uint64_t seed : {7U, 8U}) {
        const auto logits = normal_row<S>(seed, 5);
        const auto shifted = moved(logits, c);
        loss = std::max(loss, loss_ulp<S>(op, logits, c));
        distinct = std::min(distinct, std::set<double>(shifted.begin(), shifted.end()).size());
        const auto exact = brute_force::exact<S>(op, std::span<const S>(shifted), bits);
        const auto got = ops::apply<S>(variant, dtype, shifted);
        for (std::size_t i = 0; i < got.size(); ++i)
          error = std::max(error, numerics::error_ulp(exact[i], got[i]));
      }
      BOOST_TEST_CONTEXT(row.at("offset") + " " + row.at("dtype") + " " + row.at("variant")) {
        // Six digits are written. A loss below 2^-38 ULP is below the accuracy of the oracle and is
        // written as 0.
        BOOST_TEST(std::fabs(number(row, "offset_loss_ulp") - loss) <= 6e-6 * loss + 0x1p-38);
        BOOST_TEST(std::fabs(number(row, "error_ulp") - error) <= 1e-9);
        BOOST_TEST(row.at("distinct_logits") == std::to_string(distinct));
        BOOST_TEST((row.at("outcome") == "ok") == (error <= 8));
      }
    });
  }
}

// With one logit, softmax is 1 and log-softmax 0 for every offset, and the error of log-sum-exp is
// that of x + c. With two logits that the offset makes equal, the answer is that of equal logits,
// in closed form.
BOOST_AUTO_TEST_CASE(closed_forms) {
  const std::string one = "classes = [1, 2]\nscale = 1\nseeds = [3]";
  const auto x = normal_row<float>(3, 2);
  for (const Cells& row : rows_of_run(config("[1e3, 1e30]", R"(["float32"])", three_ops, one))) {
    const std::string op = row.at("op");
    const bool saturated = row.at("offset") == "1e+30";
    if (row.at("classes") == "1") {
      BOOST_TEST(row.at("error_ulp") == "0");
      const double lost = std::fabs(double{x[0] + 1e3F} - (double{x[0]} + 1e3)) / 0x1p-14;
      if (op != "log_sum_exp")
        BOOST_TEST(row.at("offset_loss_ulp") == "0");
      else if (!saturated)
        BOOST_TEST(number(row, "offset_loss_ulp") == lost, boost::test_tools::tolerance(1e-5));
    } else if (saturated && op == "softmax") {
      BOOST_TEST(row.at("distinct_logits") == "1");
      BOOST_TEST(row.at("error_ulp") == "0");  // 1/2
      double loss = 0;
      for (const double d : {double{x[0]} - double{x[1]}, double{x[1]} - double{x[0]}}) {
        const double p = 1 / (1 + std::exp(d));
        loss = std::max(loss, std::fabs(p - 0.5) / std::ldexp(1.0, std::ilogb(p) - 23));
      }
      BOOST_TEST(number(row, "offset_loss_ulp") == loss, boost::test_tools::tolerance(1e-5));
    }
  }
}

// If each logit is rounded by d_i with |d_i| <= d, log-sum-exp changes by at most d, a
// log-probability by at most 2 d, and a probability by a factor of at most e^(2 d). All variants
// have the same loss.
BOOST_AUTO_TEST_CASE(the_offset_loses_no_more_than_its_roundings) {
  numerics::Random random(20);
  std::string offsets = "[0";
  std::vector<double> values{0};
  for (int i = 0; i < 20; ++i) {
    values.push_back(std::ldexp(random.uniform(-1, 1), static_cast<int>(random.below(40))));
    offsets += ", " + table::cell(values.back());
  }
  const std::string seeds = "classes = [2, 30]\nscale = 3\nseeds = [1, 2, 3, 4]";
  std::map<std::string, std::string> told;
  bool lossy = false;
  for (const Cells& row :
       rows_of_run(config(offsets + "]", R"(["float64", "bfloat16"])",
                          R"(["*max_trick*.scalar", "*shifted*.scalar"])", seeds))) {
    const DType dtype = ops::parse_dtype(row.at("dtype")).value();
    const std::string op = row.at("op");
    const double loss = number(row, "offset_loss_ulp");
    const auto first = told.emplace(op + row.at("offset") + row.at("dtype") + row.at("classes"),
                                    row.at("offset_loss_ulp"));
    BOOST_TEST(first.first->second == row.at("offset_loss_ulp"));
    // A shifted logit is at most |c| + 40 in magnitude. Its rounding error is at most half an ULP,
    // which is 2^-p of the upper end of its binade.
    const double u = ops::unit_roundoff(dtype);
    const double d = u * (std::fabs(number(row, "offset")) * (1 + u) + 40);
    // An ULP is more than u times the number. After a positive offset, log-sum-exp is above 1 here.
    if (op == "softmax") BOOST_TEST(loss <= std::expm1(2 * d) / u);
    if (op == "log_sum_exp" && number(row, "offset") > 0) BOOST_TEST(loss * u <= d);
    if (number(row, "offset") == 0) BOOST_TEST(loss == 0);
    lossy = lossy || loss > 1;
  }
  BOOST_TEST(lossy);
  BOOST_TEST(told.size() == values.size() * 2 * 2 * 3);
}

BOOST_AUTO_TEST_CASE(the_known_failures_of_float32_are_there) {
  std::map<std::string, Cells> at;
  for (Cells& row : rows_of_run(config("[100, 1e4, 1e8]", R"(["float32"])", R"(["*.scalar"])",
                                       "classes = [10]\nscale = 1\nseeds = [1]")))
    at[row.at("offset") + " " + row.at("variant")] = row;
  BOOST_TEST(at.at("100 softmax.naive.scalar").at("outcome") == "nan");
  BOOST_TEST(at.at("100 log_sum_exp.naive.scalar").at("outcome") == "overflow");
  BOOST_TEST(at.at("100 softmax.max_trick.scalar").at("outcome") == "ok");
  // Near 1e4, max + log S is rounded to a multiple of 2^-10. The error is up to 2^-11, and the ULP
  // of the result is about 2^-23.
  BOOST_TEST(number(at.at("10000 log_softmax.x_minus_lse.scalar"), "error_ulp") > 256);
  BOOST_TEST(at.at("10000 log_softmax.shifted_log1p.scalar").at("outcome") == "ok");
  // log 10 is rounded away beside 1e8, so that the log-probability of ten equal logits is 0.
  BOOST_TEST(at.at("1e+08 log_softmax.x_minus_lse.scalar").at("outcome") == "wrong");
}

BOOST_AUTO_TEST_CASE(offsets_beyond_a_type_have_no_rows) {
  std::set<std::string> seen;
  for (const Cells& row :
       rows_of_run(config("[1e4, 1e5, 65504, 1e39]", R"(["float16", "float32", "float64"])")))
    seen.insert(row.at("offset") + " " + row.at("dtype"));
  // 65504 is finite and stays finite, because a logit near 1 is rounded away.
  BOOST_TEST(seen == (std::set<std::string>{"10000 float16", "65504 float16", "10000 float32",
                                            "65504 float32", "100000 float32", "10000 float64",
                                            "65504 float64", "100000 float64", "1e+39 float64"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(jobs_share_rows_and_change_no_byte) {
  check_jobs(config("[1, 1e3, 1e6]", all_types, R"(["*.scalar"])"));
}

BOOST_AUTO_TEST_CASE(config_errors) {
  check_rejected(config("[1, 2, 1]"), {"1 is listed twice"});
  check_rejected(config("[inf]"), {"inf is out of range"});
  check_rejected(config("[1e39]", R"(["float32"])"), {"1e+39 is out of range"});
  check_rejected(config("[1]", R"(["float32", "float64"])", R"(["softmax.onednn"])"),
                 {"no variant in 'variants' is available in float64"});
  check_rejected(config("[1]", all_types, three_ops, "classes = [0]\nscale = 1\nseeds = [1]"),
                 {"increasing whole numbers from 1 to 1000000"});
  check_rejected(config("[1]", all_types, three_ops, "classes = [3, 3]\nscale = 1\nseeds = [1]"),
                 {"3 classes"});
  check_rejected(config("[1]", all_types, three_ops, "classes = [3]\nscale = 1\nseeds = [1.5]"),
                 {"1.5 is out of range"});
  check_rejected(config("[1]", all_types, three_ops, "classes = [3]\nscale = -1\nseeds = [1]"),
                 {"scale"});
  check_rejected(config("[1]") + "offset = 3\n", {"unknown key 'offset'"});
}

BOOST_AUTO_TEST_SUITE_END()
