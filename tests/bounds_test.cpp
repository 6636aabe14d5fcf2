// Theory against measurement: no row of any kind, in any type, is further off than its variant's
// bound, and the bounds are not so wide that this says nothing.
#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "numerics/norm_wise.hpp"
#include "numerics/registry.hpp"
#include "random_rows.hpp"

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using numerics::BFloat16;
using numerics::DType;
using numerics::Float16;
using numerics::Op;
using numerics::Random;
using numerics::RowFacts;
using numerics::Variant;

template <DType D, class S>
struct Type {
  static constexpr DType dtype = D;
  using Storage = S;
};
using Types = boost::mpl::list<Type<DType::float32, float>, Type<DType::float64, double>,
                               Type<DType::float16, Float16>, Type<DType::bfloat16, BFloat16>,
                               Type<DType::float16_in_float32, Float16>,
                               Type<DType::bfloat16_in_float32, BFloat16>>;

const Variant& named(const std::string& name) {
  const Variant* variant = numerics::find_variant(name);
  BOOST_REQUIRE_MESSAGE(variant != nullptr, name);
  return *variant;
}

const std::set<std::string> bounded{"log_softmax.log_of_max_trick.scalar",
                                    "log_softmax.log_of_naive.scalar",
                                    "log_softmax.shifted.scalar",
                                    "log_softmax.shifted_log1p.scalar",
                                    "log_softmax.x_minus_lse.scalar",
                                    "log_sum_exp.naive.scalar",
                                    "log_sum_exp.shifted.scalar",
                                    "log_sum_exp.shifted_log1p.scalar",
                                    "softmax.exp_of_log.scalar",
                                    "softmax.max_trick.scalar",
                                    "softmax.naive.scalar",
                                    "softmax.naive_exp_of_log.scalar",
                                    "softmax.online.scalar"};

}  // namespace

BOOST_AUTO_TEST_CASE(bounds_are_where_they_should_be) {
  std::set<std::string> names;
  for (const Variant& variant : numerics::variants())
    if (variant.bound) names.insert(variant.name());
  BOOST_TEST(names == bounded, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_row_is_beyond_its_bound, Working, Types) {
  constexpr DType dtype = Working::dtype;
  using S = typename Working::Storage;
  Random random(1);
  std::map<std::string, double> reached;
  std::map<std::string, int> held;
  constexpr std::size_t rows = 1200;
  for (std::size_t i = 0; i < rows; ++i) {
    const double limit = std::ldexp(40.0, static_cast<int>(i / 7 % 7) - 2);
    std::vector<S> row;
    for (const double x : random_row<double>(random, i, limit, i % 11 ? 12 : 100))
      row.push_back(static_cast<S>(x));
    if (i % 13 == 0) row[0] = -INFINITY;
    const std::span<const S> logits(row);
    const auto facts = numerics::row_facts(dtype, logits);
    if (!facts) continue;
    for (const Op op : numerics::all_ops) {
      const auto exact = numerics::exact(op, logits);
      for (const std::string& name : bounded) {
        const Variant& variant = named(name);
        if (variant.op != op) continue;
        const auto bound = numerics::bound(variant, dtype, *facts);
        if (!bound) continue;
        const double error =
            numerics::norm_wise_error<S>(exact, numerics::apply(variant, dtype, logits)) /
            numerics::unit_roundoff(dtype);
        BOOST_TEST(error <= *bound, variant.name() << " in " << numerics::name(dtype) << " on row "
                                                   << i << ": " << error << " of " << *bound);
        if (*bound > 0) reached[name] = std::max(reached[name], error / *bound);
        ++held[name];
      }
    }
  }
  for (const std::string& name : bounded) {
    BOOST_TEST_MESSAGE(numerics::name(dtype) << ' ' << name << ": " << reached[name] << " of "
                                             << held[name] << " bounds");
    BOOST_TEST(reached[name] > 0.1, name << " reaches " << reached[name]);
    BOOST_TEST(held[name] > 300, name << " has a bound on " << held[name] << " rows");
  }
}
