// Compares the exact values of the slider page with those of MPFR.
#include "numerics/small_float.hpp"
#include "ops/log_softmax.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "oracle/outcome.hpp"
#include "random_rows.hpp"
#include "slider/exact.hpp"
#include "slider/slider.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(slider_exact_test)

namespace {

using namespace maxtrick;
using ops::Op;

constexpr double infinity = INFINITY;

// Calls f(std::type_identity<S>{}, precision) for the three precisions.
template <class Function>
void each_precision(Function f) {
  f(std::type_identity<float>{}, 0);
  f(std::type_identity<numerics::Float16>{}, 1);
  f(std::type_identity<numerics::BFloat16>{}, 2);
}

template <class S>
std::vector<S> row_of(numerics::Random& random, std::size_t i) {
  const double limits[] = {2, 40, 200, std::is_same_v<S, float> ? 1e30 : 1e4};
  std::vector<S> row;
  for (const double x : tests::random_row<double>(random, i, limits[i % 4], 10))
    row.push_back(static_cast<S>(x));
  return row;
}

// Returns the logits of a row as doubles.
template <class S>
std::vector<double> wide(const std::vector<S>& row) {
  return {row.begin(), row.end()};
}

// Returns the relative error. A value below least_value, where exact() has no correct digits,
// counts as correct if `got` is that small too.
double error(const numerics::Exact<double>& exact, double got) {
  const bool tiny = std::abs(exact.value()) < slider::least_value;
  if (tiny && std::abs(got) <= 2 * slider::least_value) return 0;
  return numerics::relative_error(exact, got);
}

constexpr Op all_names[] = {ops::softmax, ops::log_softmax};

}  // namespace

BOOST_AUTO_TEST_CASE(as_near_as_claimed) {
  numerics::Random random(1);
  double worst[2] = {0, 0};
  each_precision([&]<class S>(std::type_identity<S>, int) {
    for (std::size_t i = 0; i < 1000; ++i) {
      const std::vector<double> x = wide(row_of<S>(random, i));
      for (const Op op : all_names) {
        const auto exact = oracle::exact<double>(op, std::span<const double>(x));
        const auto got = slider::exact(op, x);
        for (std::size_t c = 0; c < x.size(); ++c) {
          auto& most = worst[op == ops::softmax ? 0 : 1];
          most = std::max(most, error(exact[c], got[c].high));
        }
      }
    }
  });
  BOOST_TEST(worst[0] < 0x1p-50);
  BOOST_TEST(worst[1] < 0x1p-47);
  BOOST_TEST(worst[0] > 0);
  BOOST_TEST(worst[1] > 0);
}

BOOST_AUTO_TEST_CASE(special_values_are_the_oracles) {
  const std::vector<std::vector<double>> rows{
      {1, 2, -infinity}, {-infinity, -infinity},   {1, infinity}, {infinity, NAN}, {NAN, 0},
      {-infinity, NAN},  {0, -infinity, infinity}, {3.5},         {-infinity},     {0.0, -0.0},
      {3e38, -3e38}};
  for (const auto& x : rows)
    for (const Op op : all_names) {
      const auto exact = oracle::exact<double>(op, std::span<const double>(x));
      const auto got = slider::exact(op, x);
      for (std::size_t i = 0; i < x.size(); ++i) BOOST_TEST(error(exact[i], got[i].high) < 0x1p-47);
    }
}

// Results are rounded and judged as with MPFR's values. This includes values very close to a
// midpoint or a power of two, such as 1 - e^-90 and x - max - e^-90.
BOOST_AUTO_TEST_CASE(outcomes_are_those_against_MPFR) {
  numerics::Random random(2);
  each_precision([&]<class S>(std::type_identity<S>, int precision) {
    for (std::size_t i = 0; i < 400; ++i) {
      const std::vector<S> row = row_of<S>(random, i);
      const std::vector<double> x = wide(row);
      const int n = static_cast<int>(x.size());
      std::vector<double> exact(x.size()), nearest(x.size()), got(x.size());
      for (int v = 0; v < slider_variants(); ++v) {
        const ops::Variant& variant = *ops::find_variant(slider_name(v));
        const auto oracle = oracle::exact<S>(variant.op, std::span<const S>(row));
        slider_exact(slider_is_softmax(v), precision, x.data(), n, exact.data(), nearest.data());
        for (std::size_t c = 0; c < row.size(); ++c)
          BOOST_TEST(nearest[c] == static_cast<double>(oracle[c].rounded));

        slider_compute(v, precision, x.data(), n, got.data());
        std::vector<S> results;
        for (const double y : got) results.push_back(static_cast<S>(y));
        const auto verdict =
            oracle::judge(variant.op, std::span<const numerics::Exact<S>>(oracle),
                          std::span<const S>(results), 8, !variant.special_values.empty());
        double measures[2];
        const int outcome =
            slider_judge(v, precision, x.data(), n, got.data(), 8, static_cast<double*>(measures));
        BOOST_TEST(slider_outcome(outcome) == oracle::name(verdict.outcome),
                   slider_name(v) << ", row " << i << ": " << slider_outcome(outcome));
        const double error = verdict.max_error_ulp;
        BOOST_TEST((measures[0] == error || std::abs(measures[0] - error) <= 1e-6 * error + 1e-6),
                   slider_name(v) << ", row " << i << ": " << measures[0] << " ULP, not " << error);
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(what_is_not_there_has_no_name) {
  BOOST_TEST(slider_name(slider_variants()) == nullptr);
  BOOST_TEST(slider_precision(3) == nullptr);
  BOOST_TEST(slider_outcome(7) == nullptr);
  BOOST_TEST(std::string(slider_precision(2)) == "bfloat16");
  BOOST_TEST(std::string(slider_outcome(6)) == "nan");
}

BOOST_AUTO_TEST_SUITE_END()
