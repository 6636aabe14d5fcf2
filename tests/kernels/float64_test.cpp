// `accurate` in float64: the claims at the heads of the files of lib/kernels/float64, the same bits on
// every way, and its limits of memory.
#include <sys/mman.h>
#include <unistd.h>

#include <cfenv>

#include "available.hpp"
#include "io/files.hpp"
#include "kernels/float64/rows.hpp"
#include "kernels/instruction_sets.hpp"
#include "kernels/kernels.hpp"
#include "kernels/vector_scalar.hpp"
#include "numerics/random.hpp"
#include "numerics/real.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"
#include "random_rows.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(float64_test)

namespace {

using namespace maxtrick;
using kernels::Isa;
using kernels::Method;
using kernels::Rows;
using numerics::Random;
using numerics::Real;
using tests::available;
using tests::same_bits;

constexpr mpfr_prec_t bits = 250;

// The kernels' parts in one lane.
using Lane = kernels::correct::Single<kernels::scalar::Vector>;

// Kinds of rows, each of which tests one hazard.
struct Kind {
  const char* what;
  std::function<double(Random&, std::size_t i, double base, double gap)> logit;
};
const std::vector<Kind> kinds{
    {"ordinary", [](Random& r, std::size_t, double, double) { return r.uniform(-8, 8); }},
    {"wide: subnormal and vanishing probabilities",
     [](Random& r, std::size_t, double, double) { return r.uniform(-740, 740); }},
    {"one leads by a gap", [](Random& r, std::size_t i, double base,
                              double gap) { return i == 0 ? base : base - gap - r.uniform(); }},
    {"two lead", [](Random& r, std::size_t i, double base,
                    double gap) { return i < 2 ? base : base - gap - r.uniform(); }},
    {"one leads, all others equal",
     [](Random&, std::size_t i, double base, double gap) { return i == 0 ? base : base - gap; }},
    {"all equal", [](Random&, std::size_t, double base, double) { return base; }},
    {"near each other",
     [](Random& r, std::size_t, double base, double) { return base + 1e-13 * r.normal(); }},
    {"a third masked",
     [](Random& r, std::size_t i, double, double) {
       return i > 0 && r.below(3) == 0 ? -INFINITY : r.uniform(-20, 20);
     }},
    {"round 2048, where the reduction changes",
     [](Random& r, std::size_t, double, double gap) {
       return 2048 + (gap - 390) / 390 + 1e-5 * r.normal();
     }},
    {"far from 0",
     [](Random& r, std::size_t, double base, double gap) {
       return (base < 0 ? -1 : 1) * (r.below(2) == 0 ? 1e300 : 4000 + gap) + 10 * r.normal();
     }},
    {"log-sum-exp near 0", [](Random& r, std::size_t i, double,
                              double gap) { return i == 0 ? -0.01 * gap : -3 + r.normal(); }},
    {"tiny logits", [](Random& r, std::size_t, double,
                       double gap) { return std::ldexp(r.normal(), static_cast<int>(-gap)); }},
    {"ties, also of -0 and +0",
     [](Random& r, std::size_t i, double, double) {
       const double x = std::round(r.normal());
       return i % 2 == 0 ? x : -std::abs(x);
     }},
};

struct Matrix {
  std::size_t rows, classes;
  std::vector<double> logits;
  std::vector<std::int32_t> targets;

  [[nodiscard]] Rows<const double> view() const { return {logits.data(), rows, classes, classes}; }
};

Matrix matrix(Random& random, std::size_t rows, std::size_t classes, const Kind& kind) {
  Matrix m{rows, classes, {}, {}};
  for (std::size_t r = 0; r < rows; ++r) {
    const double base = random.uniform(-900, 900);
    const double gap = random.uniform(0, 780) * (random.below(2) == 0 ? 1 : 0.05);
    for (std::size_t i = 0; i < classes; ++i) m.logits.push_back(kind.logit(random, i, base, gap));
    // In every other row, the target is the class with the largest logit.
    const auto* row = m.logits.data() + r * classes;
    const auto top = std::max_element(row, row + classes) - row;
    m.targets.push_back(static_cast<std::int32_t>(r % 2 == 0 ? static_cast<std::size_t>(top)
                                                             : random.below(classes)));
  }
  return m;
}

// All results of the kernels for one matrix.
struct Results {
  std::vector<double> softmax, log_softmax, losses, fused_losses, gradient, sums;

  bool operator==(const Results& other) const {
    return same_bits(softmax, other.softmax) && same_bits(log_softmax, other.log_softmax) &&
           same_bits(losses, other.losses) && same_bits(fused_losses, other.fused_losses) &&
           same_bits(gradient, other.gradient) && same_bits(sums, other.sums);
  }
  // Those of one of several rows.
  [[nodiscard]] Results row(std::size_t r) const {
    const std::size_t n = softmax.size() / losses.size();
    const auto part = [](const std::vector<double>& y, std::size_t first, std::size_t count) {
      const auto begin = y.begin() + static_cast<std::ptrdiff_t>(first);
      return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(count));
    };
    return {part(softmax, r * n, n), part(log_softmax, r * n, n), {losses[r]},
            {fused_losses[r]},       part(gradient, r * n, n),    {sums[r]}};
  }
};

Results compute(Method method, Rows<const double> x, const std::vector<std::int32_t>& targets,
                double scale = 0.25) {
  const std::size_t n = x.rows * x.columns;
  Results r{std::vector<double>(n),      std::vector<double>(n), std::vector<double>(x.rows),
            std::vector<double>(x.rows), std::vector<double>(n), std::vector<double>(x.rows)};
  const auto rows = [&](std::vector<double>& y) {
    return Rows<double>{y.data(), x.rows, x.columns, x.columns};
  };
  kernels::softmax<double>(method, x, rows(r.softmax));
  kernels::log_softmax<double>(method, x, rows(r.log_softmax));
  kernels::cross_entropy<double>(method, x, targets, r.losses);
  kernels::cross_entropy_gradient<double>(method, x, targets, scale, r.fused_losses,
                                          rows(r.gradient));
  kernels::log_sum_exp<double>(method, x, r.sums);
  return r;
}
Results compute(Method method, const Matrix& m) { return compute(method, m.view(), m.targets); }

// Returns |got / f(x) - 1|, where y = f(x).
double relative(double high, double low, mpfr_srcptr y) {
  Real difference(bits);
  mpfr_ui_sub(difference, 0, y, MPFR_RNDN);
  mpfr_add_d(difference, difference, high, MPFR_RNDN);
  mpfr_add_d(difference, difference, low, MPFR_RNDN);
  mpfr_div(difference, difference, y, MPFR_RNDN);
  return std::abs(mpfr_get_d(difference, MPFR_RNDN));
}

}  // namespace

// The error is at most 0.11 u, as the head of exponential.hpp derives, apart from the factor g, for
// which e^0 stands.
BOOST_AUTO_TEST_CASE(the_pair_is_the_exponential) {
  using Exponentials = kernels::float64::Exponentials<Lane, true>;
  Random random(1);
  Real y(bits);
  // The centre of the errors of the table is -0.0072 u of its first entry.
  Real g(bits);
  mpfr_set_d(g, -0.0072 * 0x1p-53, MPFR_RNDN);
  mpfr_add_ui(g, g, 1, MPFR_RNDN);
  mpfr_mul_d(g, g, 0x1.3b041c11d1596p200, MPFR_RNDN);
  double worst = 0;
  for (int i = 0; i < 60000; ++i) {
    const double a = i < 20 ? (i - 10) / 10.0 : random.uniform(-2048, 2048);
    const double x = i % 2 ? a - random.uniform(0, 800) : a - random.uniform(0, 1);
    const Exponentials exponentials(a, 0, a - 800);
    const auto e = exponentials(x);
    mpfr_set_d(y, x, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_mul_2si(y, y, -static_cast<int>(exponentials.scale()), MPFR_RNDN);
    mpfr_mul(y, y, g, MPFR_RNDN);
    const auto value = kernels::float64::value<Lane>(e);
    worst = std::max(worst, relative(value.high, value.low, y));
    BOOST_TEST_REQUIRE(std::abs(e.p) <= 0.0443);
    BOOST_TEST_REQUIRE((e.t > 0x1p-960 && e.t < kernels::float64::exponential::above_t));
  }
  BOOST_TEST(worst <= 0.11 * 0x1p-53);
  BOOST_TEST(worst >= 0.05 * 0x1p-53);  // the bound is not too loose
  const Exponentials below(3, 0, -767);
  BOOST_TEST(below(-767).t > 0);
  for (const double x : {-767.0001, -1e300, -HUGE_VAL}) BOOST_TEST(below(x).t == 0);
}

BOOST_AUTO_TEST_CASE(the_logarithm_is_a_pair) {
  Random random(2);
  Real y(bits), exact(bits);
  double worst = 0;
  for (int i = 0; i < 60000; ++i) {
    double q = std::exp(random.uniform(-90, 30));
    if (i % 4 == 1) q = random.uniform(0, 3);
    if (i % 4 == 2) q = -random.uniform(0, 0.9);
    if (i < 400) q = 0.4142 + (i - 200) * 1e-6;
    const double low = q * 0x1p-54 * random.uniform(-1, 1);
    mpfr_set_d(y, q, MPFR_RNDN);
    mpfr_add_d(y, y, low, MPFR_RNDN);
    mpfr_log1p(exact, y, MPFR_RNDN);
    const auto l = kernels::float64::log1p<Lane>({q, low});
    // Near -0.9, log1p changes by more than its argument.
    if (q < -0.5) continue;
    worst = std::max(worst, relative(l.high, l.low, exact));
    BOOST_TEST_REQUIRE(worst <= 1.07 * 0x1p-58, "log1p of " << q);
  }
  BOOST_TEST(worst >= 0x1p-61);
  BOOST_TEST(kernels::float64::log1p<Lane>({0, 0}).high == 0);
}

// Every result of every task, also the losses and the target's entry of the gradient.
BOOST_AUTO_TEST_CASE(within_one_ulp_on_rows_of_every_kind) {
  Random random(3);
  double worst = 0;
  const auto see = [&](const numerics::Exact<double>& exact, double got, const auto&... what) {
    const double error = numerics::error_ulp(exact, got);
    worst = std::max(worst, error);
    if (!(error <= 1)) BOOST_ERROR((fmt::format("{} ULP: ", error) + ... + what));
  };
  for (const Kind& kind : kinds)
    for (int i = 0; i < 40; ++i) {
      const std::size_t n =
          i % 3 == 0 ? 2 + random.below(4) : 2 + random.below(i % 3 == 1 ? 60 : 250);
      const Matrix m = matrix(random, 1, n, kind);
      const std::size_t target =
          i % 2 == 0 ? static_cast<std::size_t>(m.targets[0]) : random.below(n);
      const double scale = i % 4 == 0 ? random.uniform(0.1, 1)
                                      : std::ldexp(1, 8 - static_cast<int>(random.below(20)));
      const Results got = compute({}, m.view(), {static_cast<std::int32_t>(target)}, scale);
      const std::span<const double> row(m.logits);
      const auto softmax = oracle::exact<double>(ops::softmax, row),
                 log_softmax = oracle::exact<double>(ops::log_softmax, row);
      // The coefficients make the oracle measure each entry in ULP of its own value.
      const auto gradient = oracle::answer<double>(
          ops::cross_entropy_gradient,
          {.logits = row, .gradient_scale = scale, .coefficients = ops::Target<double>(target)});
      for (std::size_t k = 0; k < n; ++k) {
        see(softmax[k], got.softmax[k], "softmax, ", kind.what);
        see(log_softmax[k], got.log_softmax[k], "log-softmax, ", kind.what);
        see(gradient.result[k], got.gradient[k], k == target ? "target's entry, " : "gradient, ",
            kind.what);
      }
      see(*gradient.loss, got.losses[0], "loss, ", kind.what);
      see(oracle::exact<double>(ops::log_sum_exp, row)[0], got.sums[0], "log-sum-exp, ", kind.what);
      BOOST_TEST(same_bits(got.losses, got.fused_losses));
    }
  BOOST_TEST(worst > 0.6);
}

// With a large scale, probabilities count together that are negligible one by one. Classes a little
// more than float64::negligible below the largest one must not count even then.
BOOST_AUTO_TEST_CASE(classes_far_below_count_together) {
  Real exact(bits);
  for (const Isa isa : available())
    for (const std::size_t n : {100UL, 160UL, 250UL, 3000UL})
      for (const double gap : {765.0, 770.5, 771.0, 775.0, 799.0, 801.0, 830.0}) {
        std::vector<double> row(n, -gap);
        row[0] = 0;
        const Results got = compute({.isa = isa}, {row.data(), 1, n, n}, {0}, 0x1p30);
        mpfr_set_d(exact, -gap, MPFR_RNDN);
        mpfr_exp(exact, exact, MPFR_RNDN);
        mpfr_mul_ui(exact, exact, n - 1, MPFR_RNDN);
        mpfr_mul_2si(exact, exact, 30 + 1074, MPFR_RNDN);  // in units of the smallest number
        mpfr_add_d(exact, exact, std::ldexp(got.gradient[0], 1074), MPFR_RNDN);
        BOOST_TEST(std::abs(mpfr_get_d(exact, MPFR_RNDN)) <= 1,
                   name(isa) << ", " << n << " classes " << gap << " below");
      }
}

// Rows whose exponentials sum to 1, with an increasingly small difference.
BOOST_AUTO_TEST_CASE(log_sum_exp_where_the_logits_cancel) {
  Random random(4);
  Real sum(bits), term(bits);
  double least = 1;
  for (int i = 0; i < 300; ++i) {
    std::vector<double> row{i % 4 == 0 ? -std::ldexp(1.0, -static_cast<int>(random.below(41)))
                                       : -random.uniform(0, 3)};
    const std::size_t n = 2 + random.below(6);
    mpfr_set_ui(sum, 1, MPFR_RNDN);
    while (row.size() < n) {
      mpfr_set_d(term, row.back(), MPFR_RNDN);
      mpfr_exp(term, term, MPFR_RNDN);
      mpfr_sub(sum, sum, term, MPFR_RNDN);
      if (mpfr_sgn(sum) <= 0) break;
      mpfr_log(term, sum, MPFR_RNDN);
      row.push_back(mpfr_get_d(term, MPFR_RNDN));
      if (i % 2 == 0) row.back() += std::ldexp(1.0, -static_cast<int>(random.below(50)));
    }
    const auto exact = oracle::exact<double>(ops::log_sum_exp, row)[0];
    double got = 0;
    kernels::log_sum_exp<double>({}, Rows<const double>{row.data(), 1, row.size(), row.size()},
                                 {&got, 1});
    const double y = std::abs(exact.value());
    least = std::min(least, y);
    BOOST_TEST_REQUIRE(numerics::absolute_error(exact, got) <=
                           tests::claim_unit<double>(y, kernels::least_log_sum_exp_float64),
                       "row " << i << ": " << exact.value() << ", got " << got);
  }
  BOOST_TEST(least < 0x1p-45);  // the rows do cancel
}

BOOST_AUTO_TEST_CASE(within_one_ulp_on_a_long_row) {
  Random random(5);
  std::vector<double> row(20000);
  for (double& x : row) x = random.uniform(-30, 30);
  const auto n = row.size();
  std::vector<double> y(n);
  const Rows<const double> x{row.data(), 1, n, n};
  kernels::softmax<double>({}, x, Rows<double>{y.data(), 1, n, n});
  BOOST_TEST(tests::worst_ulp(ops::softmax, row, y) <= 1);
  kernels::log_softmax<double>({}, x, Rows<double>{y.data(), 1, n, n});
  BOOST_TEST(tests::worst_ulp(ops::log_softmax, row, y) <= 1);
}

BOOST_AUTO_TEST_CASE(special_values_are_the_projects) {
  constexpr double inf = INFINITY, nan = NAN, most = 1.7e308;
  const std::vector<std::vector<double>> rows{
      {nan},           {nan, 1},      {1, nan, -inf}, {inf, nan},   {-inf, nan},  {inf},
      {inf, 1},        {1, inf, inf}, {inf, -inf},    {-inf},       {-inf, -inf}, {-inf, 3},
      {3, -inf, -inf}, {0},           {-0.0},         {-5e-324},    {most},       {-most},
      {most, most},    {-most, most}, {-0.0, 0.0},    {-inf, -0.0}, {0, -744},    {0, -746}};
  for (const Isa isa : available())
    // Each row as it is, and filled up with -inf to the size of a long row.
    for (const std::size_t size : {0UL, 200UL})
      for (std::vector<double> row : rows) {
        row.resize(std::max(row.size(), size), -inf);
        const std::size_t n = row.size();
        const Results got = compute({.isa = isa}, {row.data(), 1, n, n}, {0});
        const auto check = [&](ops::Op op, const std::vector<double>& results) {
          const auto exact = oracle::exact<double>(op, row);
          for (std::size_t i = 0; i < results.size(); ++i) {
            BOOST_TEST(numerics::error_ulp(exact[i], results[i]) <= 0.5,
                       name(op) << ' ' << name(isa) << ": " << row[0] << ", ... of " << n);
            if (results[i] == 0) BOOST_TEST(!std::signbit(results[i]));
          }
        };
        check(ops::softmax, got.softmax);
        check(ops::log_softmax, got.log_softmax);
        check(ops::log_sum_exp, got.sums);
        const bool valid = !std::isnan(got.softmax[0]);
        for (const double g : got.gradient) BOOST_TEST(std::isnan(g) == !valid);
        BOOST_TEST((valid || std::isnan(got.losses[0])));
      }
}

BOOST_AUTO_TEST_CASE(instruction_sets_have_the_same_bits) {
  Random random(6);
  for (const std::size_t classes :
       {1UL,   2UL,   3UL,   4UL,   5UL,   15UL,   16UL,   17UL,   64UL,   127UL,
        128UL, 129UL, 192UL, 193UL, 300UL, 1000UL, 2047UL, 2048UL, 2049UL, 4100UL})
    for (const Kind& kind : kinds) {
      const Matrix m = matrix(random, 1 + random.below(classes > 300 ? 2 : 40), classes, kind);
      const Results scalar = compute({.isa = Isa::scalar}, m);
      for (const Isa isa : available())
        BOOST_TEST_REQUIRE((compute({.isa = isa}, m) == scalar),
                           name(isa) << ", " << m.rows << " x " << classes << ", " << kind.what);
    }
}

// The scalar kernels are compiled twice. This runs those for CPUs without FMA on every CPU.
BOOST_AUTO_TEST_CASE(scalar_kernels_need_no_fma) {
  const kernels::Implementation &plain = kernels::scalar::implementation,
                                &here = implementation(Isa::scalar);
  if (&plain == &here) BOOST_TEST_MESSAGE("skipped: this CPU or this build has no FMA");
  Random random(7);
  for (const std::size_t classes : {3UL, 17UL, 300UL})
    for (const Kind& kind : kinds) {
      const Matrix m = matrix(random, 3, classes, kind);
      for (const auto task :
           {kernels::task_softmax, kernels::task_log_softmax, kernels::task_gradient}) {
        const auto results = [&](const kernels::Implementation& by) {
          std::vector<double> y(m.logits.size()), losses(m.rows);
          kernels::StoredWork<double> work{};
          work.x = m.logits.data();
          work.x_stride = work.y_stride = work.classes = classes;
          work.y = y.data();
          work.rows = m.rows;
          work.targets = m.targets.data();
          work.losses = losses.data();
          work.scale = 0.25;
          (*by.float64[task])(work);
          y.insert(y.end(), losses.begin(), losses.end());
          return y;
        };
        BOOST_TEST_REQUIRE(same_bits(results(plain), results(here)), kind.what);
      }
    }
}

BOOST_AUTO_TEST_CASE(a_row_has_the_same_bits_wherever_it_stands) {
  Random random(8);
  for (const Isa isa : available())
    for (const std::size_t classes : {1UL, 2UL, 6UL, 33UL, 160UL, 300UL, 2100UL})
      for (const Kind& kind : kinds) {
        const Matrix m = matrix(random, classes > 300 ? 2 : 19, classes, kind);
        const Results whole = compute({.isa = isa}, m);
        for (std::size_t r = 0; r < m.rows; ++r) {
          // The row alone, and at a different alignment.
          std::vector<double> moved(classes + 16);
          double* const at = moved.data() + 1 + r % 7;
          std::copy_n(m.logits.data() + r * classes, classes, at);
          BOOST_TEST_REQUIRE(
              (compute({.isa = isa}, {at, 1, classes, classes}, {m.targets[r]}) == whole.row(r)),
              name(isa) << ", " << classes << " classes, " << kind.what);
        }
      }
}

// Threads, strides of rows and of classes, in place or not. The numbers in between must not change.
BOOST_AUTO_TEST_CASE(strides_places_and_threads_change_no_bit) {
  using Strides = std::pair<std::size_t, std::size_t>;  // of rows, of classes
  Random random(9);
  for (const Isa isa : available())
    for (const auto& shape : std::vector<std::pair<std::size_t, std::size_t>>{
             {40000, 2}, {1700, 100}, {170, 1000}, {9, 9000}}) {
      const std::size_t rows = shape.first, classes = shape.second;
      if (isa == Isa::scalar && rows > 200) continue;  // takes many times as long as the others
      const Matrix m = matrix(random, rows, classes, kinds[rows % 5 == 0 ? 1 : 0]);
      const Results dense = compute({.isa = isa}, m);
      for (const unsigned threads : {2U, 5U})
        BOOST_TEST_REQUIRE((compute({.isa = isa, .threads = threads}, m) == dense));
      for (const Strides& s : {Strides{classes, 1}, Strides{classes + 3, 1}, Strides{1, rows},
                               Strides{2 * classes, 2}})
        for (const bool in_place : {false, true}) {
          std::vector<double> x((rows - 1) * s.first + (classes - 1) * s.second + 1, 7),
              losses(rows);
          const auto each = [&](auto visit) {
            for (std::size_t r = 0; r < rows; ++r)
              for (std::size_t i = 0; i < classes; ++i)
                visit(r * s.first + i * s.second, r * classes + i);
          };
          each([&](std::size_t at, std::size_t from) { x[at] = m.logits[from]; });
          const auto check = [&](const std::vector<double>& expected, auto run) {
            std::vector<double> y = in_place ? x : std::vector<double>(x.size(), 7), whole = y;
            const double* const from = in_place ? y.data() : x.data();
            run(kernels::Strided<const double>(from, rows, classes, s.first, s.second),
                kernels::Strided<double>(y.data(), rows, classes, s.first, s.second));
            each([&](std::size_t at, std::size_t of) { whole[at] = expected[of]; });
            BOOST_TEST_REQUIRE(same_bits(y, whole));
          };
          const Method method{.isa = isa, .threads = 2};
          check(dense.softmax,
                [&](auto from, auto to) { kernels::softmax<double>(method, from, to); });
          check(dense.log_softmax,
                [&](auto from, auto to) { kernels::log_softmax<double>(method, from, to); });
          check(dense.gradient, [&](auto from, auto to) {
            kernels::cross_entropy_gradient<double>(method, from, m.targets, 0.25, losses, to);
          });
          BOOST_TEST_REQUIRE(same_bits(losses, dense.losses));
          if (in_place) continue;
          const kernels::Strided<const double> logits(x.data(), rows, classes, s.first, s.second);
          kernels::cross_entropy<double>(method, logits, m.targets, losses);
          BOOST_TEST_REQUIRE(same_bits(losses, dense.losses));
          kernels::log_sum_exp<double>(method, logits, losses);
          BOOST_TEST_REQUIRE(same_bits(losses, dense.sums));
        }
    }
}

// Results that exceed the last-level cache are written by streaming stores, at every alignment.
BOOST_AUTO_TEST_CASE(streamed_results_have_the_same_bits) {
  Random random(10);
  for (const Isa isa : available())
    for (const std::size_t classes : {17UL, 161UL, 1003UL, 2049UL, 4100UL})
      for (std::size_t k = 0; k < kinds.size(); k += 2) {
        const Matrix m = matrix(random, 3, classes, kinds[k]);
        const Results plain = compute({.isa = isa}, m);
        for (std::size_t shift = 0; shift < 8; shift += 3) {
          std::vector<double> y(3 * classes + 8), losses(3);
          double* const at = y.data() + shift;
          kernels::StoredWork<double> work{};
          work.x = m.logits.data();
          work.y = at;
          work.x_stride = work.y_stride = work.classes = classes;
          work.rows = 3;
          work.targets = m.targets.data();
          work.losses = losses.data();
          work.scale = 0.25;
          work.stream = true;
          const auto check = [&](kernels::Task task, const std::vector<double>& expected) {
            (*implementation(isa).float64[task])(work);
            BOOST_TEST_REQUIRE(std::memcmp(at, expected.data(), 3 * classes * sizeof *at) == 0,
                               name(isa) << ", task " << task << ", " << classes << " classes");
          };
          check(kernels::task_softmax, plain.softmax);
          check(kernels::task_log_softmax, plain.log_softmax);
          check(kernels::task_gradient, plain.gradient);
        }
      }
}

// Rows that start at the start of a memory mapping or end at its end, for logits and results. An
// access outside the mapping would crash.
BOOST_AUTO_TEST_CASE(nothing_outside_the_rows_is_touched) {
  Random random(11);
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t size = 16 * page;
  const auto guarded = [&] {
    char* memory = static_cast<char*>(
        mmap(nullptr, size + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    BOOST_TEST_REQUIRE(static_cast<void*>(memory) != MAP_FAILED);
    BOOST_TEST_REQUIRE(mprotect(memory, page, PROT_NONE) == 0);
    BOOST_TEST_REQUIRE(mprotect(memory + page + size, page, PROT_NONE) == 0);
    return reinterpret_cast<double*>(memory + page);
  };
  double *x = guarded(), *y = guarded();
  std::vector<std::size_t> all_classes{300, 1003, 2047, 2049, 4095};
  for (std::size_t n = 1; n < 200; ++n) all_classes.push_back(n);
  for (const Isa isa : available())
    for (const std::size_t classes : all_classes)
      for (const bool at_end : {false, true}) {
        const std::size_t rows = 1 + random.below(std::min<std::size_t>(35, 8000 / classes));
        const Matrix m = matrix(random, rows, classes, kinds[classes % 3]);
        const std::size_t shift = at_end ? size / sizeof(double) - rows * classes : 0;
        std::copy(m.logits.begin(), m.logits.end(), x + shift);
        const Rows<const double> logits{x + shift, rows, classes, classes};
        const Rows<double> result{y + shift, rows, classes, classes};
        std::vector<double> losses(rows);
        const Method method{.isa = isa};
        kernels::softmax<double>(method, logits, result);
        kernels::log_softmax<double>(method, logits, result);
        kernels::cross_entropy<double>(method, logits, m.targets, losses);
        kernels::cross_entropy_gradient<double>(method, logits, m.targets, 1, losses, result);
        kernels::log_sum_exp<double>(method, logits, losses);
        BOOST_TEST_REQUIRE(
            std::memcmp(m.logits.data(), x + shift, m.logits.size() * sizeof(double)) == 0);
      }
  munmap(reinterpret_cast<char*>(x) - page, size + 2 * page);
  munmap(reinterpret_cast<char*>(y) - page, size + 2 * page);
}

// Subnormal results are made by integer operations. The test reads the processor's underflow flag.
BOOST_AUTO_TEST_CASE(nothing_underflows_on_the_way) {
  Random random(12);
  for (const Isa isa : available()) {
#ifdef __clang__
    if (isa == Isa::scalar) {
      BOOST_TEST_MESSAGE(
          "skipped: the scalar kernels that Clang compiles, whose flag says nothing");
      continue;
    }
#endif
    for (const std::size_t classes : {2UL, 3UL, 10UL, 100UL, 300UL, 3000UL})
      for (const Kind& kind : kinds) {
        // Its logits are subnormal themselves, or their squares are.
        if (kind.what == std::string("tiny logits")) continue;
        const Matrix m = matrix(random, 20, classes, kind);
        std::vector<double> y(m.logits.size()), losses(m.rows);
        const Rows<double> results{y.data(), m.rows, classes, classes};
        std::feclearexcept(FE_ALL_EXCEPT);
        const Method method{.isa = isa};
        kernels::softmax<double>(method, m.view(), results);
        kernels::log_softmax<double>(method, m.view(), results);
        kernels::cross_entropy_gradient<double>(method, m.view(), m.targets, 0x1p-12, losses,
                                                results);
        BOOST_TEST_REQUIRE(std::fetestexcept(FE_UNDERFLOW) == 0,
                           name(isa) << ", " << classes << " classes, " << kind.what);
      }
  }
}

BOOST_AUTO_TEST_CASE(other_algorithms_are_rejected) {
  const std::vector<double> x{0, 1};
  std::vector<double> y{7, 7};
  for (const auto algorithm : {kernels::Algorithm::fast, kernels::Algorithm::correct})
    BOOST_CHECK_THROW(
        kernels::softmax<double>({.algorithm = algorithm}, Rows<const double>{x.data(), 1, 2, 2},
                                 Rows<double>{y.data(), 1, 2, 2}),
        std::invalid_argument);
  BOOST_TEST(y[0] == 7);
}

BOOST_AUTO_TEST_CASE(a_scale_that_loses_digits_is_rejected) {
  const std::vector<double> x{0, -INFINITY, 0};
  const std::vector<std::int32_t> target{0};
  std::vector<double> y(3), loss(1);
  const auto gradient = [&](double scale) {
    kernels::cross_entropy_gradient<double>({}, Rows<const double>{x.data(), 1, 3, 3}, target,
                                            scale, loss, Rows<double>{y.data(), 1, 3, 3});
  };
  for (const double scale : {-1.0, 0.0, 0x1p-31, 0x1p31, HUGE_VAL, std::nan("")})
    BOOST_CHECK_THROW(gradient(scale), std::invalid_argument);
  for (const double scale : {0x1p-30, 0.1, 0x1p30}) {
    gradient(scale);
    BOOST_TEST(y == (std::vector<double>{-scale / 2, 0, scale / 2}),
               boost::test_tools::per_element());
  }
}

// The project guarantees the bits: they are the same with every compiler, and with fma in hardware
// or in software.
BOOST_AUTO_TEST_CASE(the_bits_are_these) {
  Random random(13);
  std::string bytes;
  for (const Kind& kind : kinds)
    for (const std::size_t n : {1UL, 5UL, 160UL, 161UL, 1000UL, 2500UL}) {
      const Results r = compute({}, matrix(random, 3, n, kind));
      for (const auto* y : {&r.softmax, &r.log_softmax, &r.losses, &r.gradient, &r.sums})
        bytes.append(reinterpret_cast<const char*>(y->data()), y->size() * sizeof(double));
    }
  BOOST_TEST(io::sha256(bytes) ==
             "fe96839e28cab4b65bbd06437debbd717f5dda1722dbd4c4d5f3ba72f82def69");
}

BOOST_AUTO_TEST_SUITE_END()
