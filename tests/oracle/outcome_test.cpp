// Provokes each outcome, and tests the priority of outcomes and the sum of a row.
#include "oracle/outcome.hpp"

#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"
#include "test.hpp"

BOOST_TEST_DONT_PRINT_LOG_VALUE(maxtrick::oracle::Outcome)

BOOST_AUTO_TEST_SUITE(outcome_test)

using namespace maxtrick;
using namespace maxtrick::numerics;
using namespace maxtrick::ops;
using namespace maxtrick::oracle;
using namespace maxtrick::tests;

namespace {

constexpr double infinity = inf<double>;

template <class T>
Verdict verdict(Op op, const std::vector<T>& logits, const std::vector<T>& got,
                double tolerance = 2, bool own = false) {
  return judge<T>(op, exact<T>(op, logits), got, tolerance, own);
}

template <class T>
std::vector<T> rounded(Op op, const std::vector<T>& logits) {
  std::vector<T> result;
  for (const auto& y : exact<T>(op, logits)) result.push_back(y.rounded);
  return result;
}

// Returns the outcome for [1, 2, 3] if `got` replaces the output of class 1.
template <class T>
Outcome in_place(Op op, T got) {
  const std::vector<T> logits{1, 2, 3};
  auto outputs = rounded(op, logits);
  outputs[1] = got;
  return verdict(op, logits, outputs).outcome;
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(correctly_rounded_is_ok, T, FloatTypes) {
  const std::vector<std::vector<T>> rows{{1, 2, 3},    {5},       {0, -200},   {inf<T>, 1},
                                         {qnan<T>, 0}, {-inf<T>}, {-inf<T>, 4}};
  for (const Op op : ops::ops_of_logits()) {
    for (const auto& row : rows) {
      const auto got = verdict(op, row, rounded(op, row), 0.5);
      BOOST_TEST(got.outcome == Outcome::ok);
      BOOST_TEST(!got.first_bad_index.has_value());
      BOOST_TEST(got.max_error_ulp <= 0.5);
    }
    // No number of T is nearer, so the outcome is ok with every tolerance.
    const std::vector<T> thirds{1, 1, 1};
    BOOST_TEST(verdict(op, thirds, rounded(op, thirds), 0).outcome == Outcome::ok);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tolerance_is_the_limit_of_ok, T, FloatTypes) {
  const std::vector<T> logits{1, 2, 3};
  auto got = rounded(ops::softmax, logits);
  got[2] = std::nextafter(std::nextafter(got[2], T{0}), T{0});
  const auto exact_row = exact<T>(ops::softmax, logits);
  const double error = error_ulp(exact_row[2], got[2]);
  BOOST_TEST_REQUIRE(error > 1.4);
  BOOST_TEST(verdict(ops::softmax, logits, got, error).outcome == Outcome::ok);
  const auto bad = verdict(ops::softmax, logits, got, std::nextafter(error, 0.0));
  BOOST_TEST(bad.outcome == Outcome::inaccurate);
  BOOST_TEST(bad.max_error_ulp == error);
  BOOST_TEST(bad.first_bad_index.value() == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_outcome_of_one_output, T, FloatTypes) {
  // softmax of class 1 is 0.2447, log_softmax -1.4076.
  BOOST_TEST(in_place<T>(ops::softmax, T(0.25)) == Outcome::inaccurate);
  BOOST_TEST(in_place<T>(ops::softmax, T(0.36)) == Outcome::inaccurate);
  BOOST_TEST(in_place<T>(ops::softmax, T(0.37)) == Outcome::wrong);
  BOOST_TEST(in_place<T>(ops::softmax, T(-0.25)) == Outcome::wrong);
  BOOST_TEST(in_place<T>(ops::softmax, T(0)) == Outcome::wrong);  // the exact value is large
  BOOST_TEST(in_place<T>(ops::softmax, inf<T>) == Outcome::overflow);
  BOOST_TEST(in_place<T>(ops::softmax, -inf<T>) == Outcome::overflow);
  BOOST_TEST(in_place<T>(ops::softmax, qnan<T>) == Outcome::nan);
  BOOST_TEST(in_place<T>(ops::log_softmax, T(-1.5)) == Outcome::inaccurate);
  BOOST_TEST(in_place<T>(ops::log_softmax, T(0)) == Outcome::wrong);
  BOOST_TEST(in_place<T>(ops::log_softmax, -inf<T>) == Outcome::underflow);
  BOOST_TEST(in_place<T>(ops::log_softmax, inf<T>) == Outcome::overflow);
  BOOST_TEST(in_place<T>(ops::log_softmax, qnan<T>) == Outcome::nan);

  const std::vector<T> row{1, 2};
  const auto lse = [&](T got) { return verdict<T>(ops::log_sum_exp, row, {got}).outcome; };
  BOOST_TEST(lse(T(2.3)) == Outcome::inaccurate);
  BOOST_TEST(lse(T(0)) == Outcome::wrong);
  BOOST_TEST(lse(-inf<T>) == Outcome::underflow);
  BOOST_TEST(lse(inf<T>) == Outcome::overflow);
  BOOST_TEST(lse(qnan<T>) == Outcome::nan);
}

BOOST_AUTO_TEST_CASE(names) {
  BOOST_TEST(name(Outcome::ok) == "ok");
  BOOST_TEST(name(Outcome::inaccurate) == "inaccurate");
  BOOST_TEST(name(Outcome::differs) == "differs");
  BOOST_TEST(name(Outcome::wrong) == "wrong");
  BOOST_TEST(name(Outcome::underflow) == "underflow");
  BOOST_TEST(name(Outcome::overflow) == "overflow");
  BOOST_TEST(name(Outcome::nan) == "nan");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_worst_output_names_the_row, T, FloatTypes) {
  const std::vector<T> logits{1, 2, 3, 4, 5, 6};
  auto got = rounded(ops::softmax, logits);
  const auto outcome = [&] { return verdict(ops::softmax, logits, got).outcome; };
  got[5] *= T(1.001);
  BOOST_TEST(outcome() == Outcome::inaccurate);
  got[4] *= 3;
  BOOST_TEST(outcome() == Outcome::wrong);
  got[2] = inf<T>;
  BOOST_TEST(outcome() == Outcome::overflow);
  got[1] = qnan<T>;
  BOOST_TEST(outcome() == Outcome::nan);
  const auto all = verdict(ops::softmax, logits, got);
  BOOST_TEST(all.first_bad_index.value() == 1);  // class 0 is right
  BOOST_TEST(all.max_error_ulp == infinity);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(worst_is_not_first_bad, T, FloatTypes) {
  const std::vector<T> logits{1, 2, 3};
  auto got = rounded(ops::softmax, logits);
  got[0] *= T(1.25);
  got[2] *= T(1.375);
  const auto bad = verdict(ops::softmax, logits, got);
  BOOST_TEST(bad.first_bad_index.value() == 0);
  BOOST_TEST(bad.max_error_ulp == error_ulp(exact<T>(ops::softmax, logits)[2], got[2]));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(rightly_zero_is_no_underflow, T, FloatTypes) {
  const std::vector<T> logits{0, -2000, -inf<T>};
  BOOST_TEST(verdict<T>(ops::softmax, logits, {1, 0, 0}).outcome == Outcome::ok);
  // One ULP of the subnormals is within the tolerance; three are not.
  const T least = Limits<T>::denorm_min();
  BOOST_TEST(verdict<T>(ops::softmax, logits, {1, 0, least}).outcome == Outcome::ok);
  BOOST_TEST(verdict<T>(ops::softmax, logits, {1, 0, 3 * least}).outcome == Outcome::wrong);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(underflow_is_of_what_is_lost_beside_one, T, FloatTypes) {
  const T p = Limits<T>::digits, log2 = T(0.6931471805599453);
  const auto zero = [](T gap) { return verdict<T>(ops::softmax, {0, -gap}, {1, 0}).outcome; };
  BOOST_TEST(zero((p + T(0.1)) * log2) == Outcome::underflow);
  BOOST_TEST(zero((p - T(0.1)) * log2) == Outcome::wrong);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_row_of_zeros_is_an_overflow, T, FloatTypes) {
  // The denominator overflowed: all outputs are 0, or -inf in the logarithm.
  BOOST_TEST(verdict<T>(ops::softmax, {1, 2, 3}, {0, 0, 0}).outcome == Outcome::overflow);
  BOOST_TEST(verdict<T>(ops::log_softmax, {1, 2}, {-inf<T>, -inf<T>}).outcome == Outcome::overflow);
  BOOST_TEST(verdict<T>(ops::log_softmax, {100}, {-inf<T>}).outcome == Outcome::overflow);
  // This also holds with a masked class, for which 0 is correct.
  const auto masked = verdict<T>(ops::softmax, {-inf<T>, 2, 3}, {0, 0, 0});
  BOOST_TEST(masked.outcome == Outcome::overflow);
  BOOST_TEST(masked.first_bad_index.value() == 1);
  BOOST_TEST(verdict<T>(ops::log_softmax, {2, -inf<T>}, {-inf<T>, -inf<T>}).outcome ==
             Outcome::overflow);
  // If one output is not 0, each output is judged separately.
  BOOST_TEST(verdict<T>(ops::softmax, {1, 2, 3}, {0, 0, T(0.6652)}).outcome == Outcome::wrong);
  // log_sum_exp has a single output, which does not reveal an overflow of the denominator.
  BOOST_TEST(verdict<T>(ops::log_sum_exp, {1, 2}, {-inf<T>}).outcome == Outcome::underflow);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(special_rows, T, FloatTypes) {
  const auto outcome = [](Op op, const std::vector<T>& logits, const std::vector<T>& got,
                          bool own) {
    const auto result = verdict(op, logits, got, 2, own);
    // Whatever the outcome, a special value that differs from the project's definition has an
    // infinite error.
    if (result.outcome != Outcome::ok) BOOST_TEST(result.max_error_ulp == infinity);
    return result.outcome;
  };
  const std::vector<T> with_nan{1, qnan<T>};
  const std::vector<T> with_inf{1, inf<T>};
  const std::vector<T> masked{-inf<T>, -inf<T>};
  for (const auto& logits : {with_nan, with_inf, masked}) {
    for (const Op op : {ops::softmax, ops::log_softmax}) {
      BOOST_TEST(outcome(op, logits, {qnan<T>, qnan<T>}, false) == Outcome::ok);
      BOOST_TEST(outcome(op, logits, {qnan<T>, qnan<T>}, true) == Outcome::ok);
      BOOST_TEST(outcome(op, logits, {0, qnan<T>}, false) == Outcome::wrong);
      BOOST_TEST(outcome(op, logits, {0, qnan<T>}, true) == Outcome::differs);
      BOOST_TEST(outcome(op, logits, {-inf<T>, -inf<T>}, false) == Outcome::wrong);
      BOOST_TEST(outcome(op, logits, {inf<T>, 0}, true) == Outcome::differs);
    }
  }
  const Op lse = ops::log_sum_exp;
  BOOST_TEST(outcome(lse, with_nan, {0}, false) == Outcome::wrong);
  BOOST_TEST(outcome(lse, with_nan, {inf<T>}, true) == Outcome::differs);
  BOOST_TEST(outcome(lse, with_inf, {inf<T>}, false) == Outcome::ok);
  BOOST_TEST(outcome(lse, with_inf, {qnan<T>}, false) == Outcome::nan);
  BOOST_TEST(outcome(lse, with_inf, {qnan<T>}, true) == Outcome::differs);
  BOOST_TEST(outcome(lse, masked, {-inf<T>}, false) == Outcome::ok);
  BOOST_TEST(outcome(lse, masked, {qnan<T>}, false) == Outcome::nan);
  BOOST_TEST(outcome(lse, masked, {0}, true) == Outcome::differs);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(own_definitions_cover_only_special_rows, T, FloatTypes) {
  const std::vector<T> finite{1, 2};
  BOOST_TEST(verdict<T>(ops::softmax, finite, {qnan<T>, qnan<T>}, 2, true).outcome == Outcome::nan);
  BOOST_TEST(verdict<T>(ops::softmax, finite, {0, 1}, 2, true).outcome == Outcome::wrong);
  // A single masked class does not make a row special.
  const std::vector<T> logits{1, -inf<T>};
  for (const bool own : {false, true}) {
    const auto outcome = [&](Op op, const std::vector<T>& got) {
      return verdict(op, logits, got, 2, own).outcome;
    };
    BOOST_TEST(outcome(ops::log_softmax, {0, T(-1e9)}) == Outcome::wrong);
    BOOST_TEST(outcome(ops::log_softmax, {0, inf<T>}) == Outcome::wrong);
    BOOST_TEST(outcome(ops::log_softmax, {0, qnan<T>}) == Outcome::nan);
    BOOST_TEST(outcome(ops::log_softmax, {qnan<T>, -inf<T>}) == Outcome::nan);
    BOOST_TEST(outcome(ops::softmax, {1, qnan<T>}) == Outcome::nan);
  }
}

BOOST_AUTO_TEST_CASE(an_infinity_that_is_the_rounding) {
  const std::vector<float> logits{3e38f, -3e38f};
  const auto judged = [&](float got) {
    return verdict<float>(ops::log_softmax, logits, {0, got}).outcome;
  };
  BOOST_TEST(judged(-inf<float>) == Outcome::ok);
  BOOST_TEST(judged(-Limits<float>::max()) == Outcome::inaccurate);
  BOOST_TEST(judged(-1e38f) == Outcome::wrong);
  BOOST_TEST(judged(inf<float>) == Outcome::overflow);
}

BOOST_AUTO_TEST_CASE(numbers_of_outputs_must_match) {
  BOOST_CHECK_THROW(verdict<float>(ops::softmax, {1, 2}, {1}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sums, T, FloatTypes) {
  const auto sum = [](Op op, std::vector<T> got) {
    return sum_minus_1(op, std::span<const T>(got));
  };
  BOOST_TEST(sum(ops::softmax, {0.25, 0.75}).value() == 0);
  BOOST_TEST(sum(ops::softmax, {0.5, 0.25}).value() == -0.25);
  BOOST_TEST(sum(ops::softmax, {0, 0}).value() == -1);
  BOOST_TEST(sum(ops::softmax, {}).value() == -1);
  BOOST_TEST(sum(ops::log_softmax, {0, -inf<T>}).value() == 0);
  BOOST_TEST(sum(ops::log_softmax, {0, 0}).value() == 1);
  BOOST_TEST(std::fabs(sum(ops::log_softmax, {T(-0.5), T(-1)}).value() + 0.025589899116315) <
             1e-12);
  BOOST_TEST(!sum(ops::log_sum_exp, {1}).has_value());
  BOOST_TEST(sum(ops::softmax, {inf<T>, 0}).value() == infinity);
  BOOST_TEST(std::isnan(sum(ops::softmax, {qnan<T>, 0}).value()));
  BOOST_TEST(std::isnan(sum(ops::log_softmax, {0, qnan<T>}).value()));
}

// A plain sum in double would lose these terms: 2^-60 added to 1, a million times.
BOOST_AUTO_TEST_CASE(the_sum_is_compensated) {
  std::vector<double> got(1 << 20, 0x1p-60);
  got[0] = 1;
  BOOST_TEST(sum_minus_1<double>(ops::softmax, got).value() == ((1 << 20) - 1) * 0x1p-60);
  got[0] = 0.5;
  got.push_back(0.5);
  BOOST_TEST(sum_minus_1<double>(ops::softmax, got).value() == ((1 << 20) - 1) * 0x1p-60);
}

BOOST_AUTO_TEST_SUITE_END()
