// The general solvers, for random rows with every option, against a second formula in another
// arithmetic: sums of unshifted exponentials in 250 decimal digits of Boost.Multiprecision.
#include <boost/multiprecision/cpp_bin_float.hpp>

#include "numerics/random.hpp"
#include "ops/binary_cross_entropy.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/focal_loss.hpp"
#include "ops/hardmax.hpp"
#include "ops/kl_divergence.hpp"
#include "ops/log_loss.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_softmax_backward.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/merge.hpp"
#include "ops/nll.hpp"
#include "ops/softmax.hpp"
#include "ops/softmax_backward.hpp"
#include "ops/z_loss.hpp"
#include "oracle/oracle.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(general_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using numerics::Exact;
using numerics::Random;
using oracle::Question;

using Big = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<250>>;

template <class T>
Big big(T x) {
  return Big(static_cast<double>(x));
}

// The arguments of one row. The question holds views of them.
template <class T>
struct Row {
  std::vector<T> x, bias, factors, q, class_weights;
  std::vector<unsigned char> mask;
  Question<T> question;

  Row(Random& random, bool transformed, bool with_targets, bool with_factors) {
    const std::size_t n = 1 + random.below(7);
    // Few different numbers, so that there are ties.
    const auto draw = [&](double size) {
      return static_cast<T>(random.below(3) == 0 ? double(random.below(4)) - 2
                                                 : random.uniform(-size, size));
    };
    for (std::size_t k = 0; k < n; ++k) {
      x.push_back(random.below(12) == 0   ? -inf<T>
                  : random.below(12) == 0 ? T(-2e5)  // a finite number as a mask
                                          : draw(12));
      bias.push_back(random.below(10) == 0 ? -inf<T> : draw(3));
      mask.push_back(random.below(8) != 0);
      factors.push_back(draw(2));
      q.push_back(random.below(4) == 0 ? T(0) : draw(1));
      class_weights.push_back(static_cast<T>(random.uniform(0, 2)));
    }
    x[random.below(n)] = draw(12);
    question.logits = x;
    auto& by = question.transform;
    if (transformed) {
      const double scales[] = {1, 1, -0.5, 2.25, 0.3};
      by.scale = static_cast<T>(scales[random.below(5)]);
      if (by.scale < T(0))
        for (T& xk : x)
          if (std::isinf(xk)) xk = T(1);
      if (random.below(2) == 0) by.temperature = static_cast<T>(random.uniform(0.2, 3));
      if (random.below(3) == 0) by.soft_cap = static_cast<T>(random.uniform(1, 30));
      if (random.below(3) == 0) by.bias = bias;
      if (random.below(3) == 0) by.mask = mask;
      if (random.below(3) == 0) by.sink = draw(12);
    }
    if (with_factors) question.factors = factors;
    if (with_targets) {
      auto target = random.below(2) == 0 ? ops::Target<T>(random.below(n))
                                         : ops::Target<T>(std::span<const T>(q));
      target.classes = n;
      if (random.below(2) == 0) target.smoothing = static_cast<T>(random.uniform(0, 1));
      if (random.below(2) == 0) target.class_weights = class_weights;
      if (random.below(2) == 0) target.row_weight = static_cast<T>(random.uniform(-1, 3));
      question.coefficients = target;
      question.with_gradient = true;
      question.gradient_scale = 0.375;
    }
  }

  [[nodiscard]] std::size_t n() const { return x.size(); }
  // Whether class k takes part: its z is finite.
  [[nodiscard]] bool takes_part(std::size_t k) const {
    const auto& by = question.transform;
    if (by.masked(k) || (!by.bias.empty() && std::isinf(bias[k]))) return false;
    return std::isfinite(x[k]) || by.soft_cap != T(0);
  }
  [[nodiscard]] Big z(std::size_t k) const {
    const auto& by = question.transform;
    Big z;
    if (std::isinf(x[k])) {
      z = -big(by.soft_cap);
    } else {
      z = big(by.scale) * big(x[k]) / big(by.temperature);
      if (by.soft_cap != T(0)) z = big(by.soft_cap) * tanh(z / big(by.soft_cap));
    }
    return by.bias.empty() ? z : z + big(bias[k]);
  }
  // dz/dx = scale / temperature / cosh^2.
  [[nodiscard]] Big slope(std::size_t k) const {
    const auto& by = question.transform;
    const Big s = big(by.scale) / big(by.temperature);
    if (by.soft_cap == T(0)) return s;
    if (std::isinf(x[k])) return 0;
    const Big c = cosh(s * big(x[k]) / big(by.soft_cap));
    return s / (c * c);
  }
  [[nodiscard]] Big sum() const {
    Big sum = question.transform.sink ? exp(big(*question.transform.sink)) : Big(0);
    for (std::size_t k = 0; k < n(); ++k)
      if (takes_part(k)) sum += exp(z(k));
    return sum;
  }
  [[nodiscard]] bool is_finite() const { return sum() != 0; }
  [[nodiscard]] Big p(std::size_t k) const { return takes_part(k) ? exp(z(k)) / sum() : Big(0); }
  [[nodiscard]] Big c(std::size_t k) const {
    const auto& target = *question.coefficients;
    const Big e = big(target.smoothing);
    Big c = (1 - e) * big(target.q(k)) + e / Big(n());
    if (!target.class_weights.empty()) c *= big(target.class_weights[k]);
    return c * big(target.row_weight);
  }
};

// Checks the exact value against y, to 2^-38 ULP, and its rounding.
template <class T>
void check(const Exact<T>& exact, Big y, const std::string& what) {
  if (abs(y) < Big("1e-200")) y = 0;  // what is left of terms that cancel
  BOOST_TEST_REQUIRE(!exact.special, what);
  const Big ulp = ldexp(Big(1), exact.ulp_exponent);
  const Big own = big(exact.rounded) + Big(exact.rest) * ulp;
  const double off = static_cast<double>(abs(own - y) / ulp);
  BOOST_TEST_REQUIRE(off <= 0x1p-38, what << ": " << exact.rounded << ", " << y
                                          << " expected, off by " << off << " ULP");
  BOOST_TEST_REQUIRE(static_cast<double>(abs(big(exact.rounded) - y) / ulp) <= 0.5 + 0x1p-38, what);
}

template <class T, class Check>
void on_random_rows(std::uint64_t seed, bool transformed, bool targets, bool factors,
                    Check check_row) {
  Random random(seed);
  for (int i = 0; i < 60; ++i) {
    const Row<T> row(random, transformed, targets, factors);
    check_row(row, fmt::format("row {} of seed {}", i, seed));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(transformed_softmax_and_log_softmax, T, FloatTypes) {
  on_random_rows<T>(1, true, false, false, [](const Row<T>& row, const std::string& what) {
    const auto p = oracle::answer<T>(ops::softmax, row.question).result;
    const auto l = oracle::answer<T>(ops::log_softmax, row.question).result;
    for (std::size_t k = 0; k < row.n(); ++k) {
      if (!row.is_finite()) {
        BOOST_TEST((std::isnan(p[k].rounded) && std::isnan(l[k].rounded)), what);
        continue;
      }
      check(p[k], row.p(k), what);
      if (row.takes_part(k))
        check<T>(l[k], row.z(k) - log(row.sum()), what);
      else
        BOOST_TEST(l[k].rounded == -inf<T>, what);
    }
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(log_sum_exp_with_factors_and_a_divisor, T, FloatTypes) {
  for (const bool factors : {false, true})
    on_random_rows<T>(2, true, false, factors, [&](Row<T> row, const std::string& what) {
      row.question.parameter = T(row.n());
      row.question.factors = factors ? std::span<const T>(row.factors) : std::span<const T>();
      Big sum = row.question.transform.sink ? exp(big(*row.question.transform.sink)) : Big(0);
      for (std::size_t k = 0; k < row.n(); ++k)
        if (row.takes_part(k)) sum += exp(row.z(k)) * (factors ? big(row.factors[k]) : Big(1));
      sum /= Big(row.n());
      const auto answer = oracle::answer<T>(ops::log_sum_exp, row.question);
      if (abs(sum) < Big("1e-200"))  // terms that cancel leave rounding errors
        BOOST_TEST((answer.result[0].rounded == -inf<T> && answer.sign == 0), what);
      else
        check<T>(answer.result[0], log(abs(sum)), what);
      if (abs(sum) >= Big("1e-200")) BOOST_TEST(answer.sign == (sum > 0 ? 1 : -1), what);
    });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cross_entropy_and_its_gradient, T, FloatTypes) {
  on_random_rows<T>(3, true, true, false, [](const Row<T>& row, const std::string& what) {
    const auto answer = oracle::answer<T>(ops::cross_entropy, row.question);
    if (!row.is_finite()) {
      BOOST_TEST(std::isnan(answer.loss->rounded), what);
      return;
    }
    Big loss = 0, total = 0;
    double infinite = 0;
    for (std::size_t k = 0; k < row.n(); ++k) {
      total += row.c(k);
      if (row.takes_part(k))
        loss += row.c(k) * (log(row.sum()) - row.z(k));
      else if (row.c(k) != 0)
        infinite += row.c(k) > 0 ? inf<double> : -inf<double>;
    }
    if (infinite != 0)
      BOOST_TEST((answer.loss->rounded == T(infinite) ||
                  (std::isnan(infinite) && std::isnan(answer.loss->rounded))),
                 what);
    else
      check(*answer.loss, loss, what);
    for (std::size_t k = 0; k < row.n(); ++k) {
      if (row.question.transform.masked(k)) {
        BOOST_TEST(answer.result[k].rounded == T(0), what);
        continue;
      }
      const Big g = Big(0.375) * row.slope(k) * (row.p(k) * total - row.c(k));
      check<T>(answer.result[k], g, what);
    }
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(derivatives_of_softmax_and_log_softmax, T, FloatTypes) {
  on_random_rows<T>(4, true, false, true, [](const Row<T>& row, const std::string& what) {
    if (!row.is_finite()) return;
    const auto of_p = oracle::answer<T>(ops::softmax_backward, row.question).result;
    const auto of_l = oracle::answer<T>(ops::log_softmax_backward, row.question).result;
    Big mean = 0, total = 0;
    for (std::size_t k = 0; k < row.n(); ++k) {
      mean += row.p(k) * big(row.factors[k]);
      total += big(row.factors[k]);
    }
    for (std::size_t k = 0; k < row.n(); ++k) {
      const Big s = row.question.transform.masked(k) ? Big(0) : row.slope(k),
                dy = big(row.factors[k]);
      check<T>(of_p[k], s * row.p(k) * (dy - mean), what);
      check<T>(of_l[k], s * (dy - row.p(k) * total), what);
    }
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(focal_loss_z_loss_and_merge, T, FloatTypes) {
  on_random_rows<T>(5, true, true, true, [](Row<T> row, const std::string& what) {
    row.question.logits = row.x;
    row.question.factors = row.factors;
    if (!row.question.transform.bias.empty()) row.question.transform.bias = row.bias;
    if (!row.question.transform.mask.empty()) row.question.transform.mask = row.mask;
    if (!row.is_finite()) return;
    Question<T> z = row.question;
    z.coefficients.reset();
    z.parameter = T(0.25);
    const Big lse = log(row.sum());
    check<T>(oracle::answer<T>(ops::z_loss, z).result[0], lse * lse / 4, what);
    Big mean = 0;
    for (std::size_t k = 0; k < row.n(); ++k) mean += row.p(k) * big(row.factors[k]);
    check<T>(oracle::answer<T>(ops::merge, z).result[0], mean, what);
    const auto target = ops::Target<T>(0);
    Question<T> focal = row.question;
    focal.coefficients = target;
    focal.parameter = T(1.5);
    if (!row.takes_part(0)) return;
    const Big gap = 1 - row.p(0), loss = lse - row.z(0);
    const bool certain = gap < Big("1e-200");
    check<T>(*oracle::answer<T>(ops::focal_loss, focal).loss,
             certain ? Big(0) : gap * sqrt(gap) * loss, what);
  });
}

// The gradient is the product of the derivatives by p and the Jacobian of softmax, without the factors of the
// solver. And it is the slope of the loss, by central differences.
BOOST_AUTO_TEST_CASE_TEMPLATE(focal_loss_has_its_gradient, T, FloatTypes) {
  for (const double gamma : {0.0, 0.5, 1.0, 2.0, 3.5})
    on_random_rows<T>(7, true, true, false, [gamma](const Row<T>& row, const std::string& what) {
      if (!row.is_finite()) return;
      Question<T> question = row.question;
      question.parameter = static_cast<T>(gamma);
      const auto answer = oracle::answer<T>(ops::focal_loss, question);
      BOOST_TEST_REQUIRE(answer.result.size() == row.n(), what);
      const Big g = big(static_cast<T>(gamma)), scale = big(question.gradient_scale);
      // Minus p times the derivative by p. A power of the smallest gaps is far below any result.
      std::vector<Big> a(row.n());
      Big total = 0;
      for (std::size_t k = 0; k < row.n(); ++k) {
        if (!row.takes_part(k)) {
          a[k] = row.c(k);
        } else {
          const Big p = row.p(k), rest = 1 - p;
          if (rest < Big("1e-200"))
            a[k] = gamma == 0 ? row.c(k) : Big(0);
          else
            a[k] = row.c(k) * (pow(rest, g) - g * p * pow(rest, g - 1) * log(p));
        }
        total += a[k];
      }
      for (std::size_t k = 0; k < row.n(); ++k) {
        const Big slope = row.question.transform.masked(k) ? Big(0) : row.slope(k);
        const Big due = scale * slope * (row.p(k) * total - a[k]);
        // Gaps below 1e-200 are beyond the digits of this arithmetic.
        if (abs(due) < Big("1e-90")) continue;
        check<T>(answer.result[k], due, what);
      }
    });
}

BOOST_AUTO_TEST_CASE(focal_gradients_are_slopes) {
  using Row = std::vector<double>;
  const Row row{0.5, -1.25, 2, 0.5};
  const Row c{0.75, 0.25, 2, 0.125};
  for (const double gamma : {0.5, 1.0, 2.0, 5.0}) {
    Question<double> question{.logits = row};
    question.coefficients = ops::Target<double>(std::span<const double>(c));
    question.with_gradient = true;
    question.parameter = gamma;
    const auto answer = oracle::answer<double>(ops::focal_loss, question);
    const auto loss = [&](std::size_t moved, const Big& by) {
      std::vector<Big> z(row.begin(), row.end());
      z[moved] += by;
      Big sum = 0, value = 0;
      for (const Big& zk : z) sum += exp(zk);
      for (std::size_t k = 0; k < z.size(); ++k)
        value += Big(c[k]) * pow(1 - exp(z[k]) / sum, Big(gamma)) * (log(sum) - z[k]);
      return value;
    };
    // The error of a central difference is of the order of the square of the step.
    const Big step("1e-40");
    for (std::size_t k = 0; k < row.size(); ++k)
      check<double>(answer.result[k], (loss(k, step) - loss(k, -step)) / (2 * step), "slope");
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(losses_of_given_distributions, T, FloatTypes) {
  on_random_rows<T>(6, false, true, false, [](Row<T> row, const std::string& what) {
    row.question.with_gradient = false;
    std::vector<T> p, q;
    for (const T x : row.x) {
      q.push_back(x < T(-80) ? T(0) : x);
      p.push_back(std::exp(std::min(q.back(), T(0))));
    }
    Big nll = 0, log_loss = 0, divergence = 0;
    for (std::size_t k = 0; k < row.n(); ++k) {
      nll -= row.c(k) * big(q[k]);
      log_loss -= row.c(k) * log(big(p[k]));
      divergence += big(p[k]) * (log(big(p[k])) - big(q[k]));
    }
    row.question.logits = q;
    check(*oracle::answer<T>(ops::nll, row.question).loss, nll, what);
    row.question.logits = p;
    check(*oracle::answer<T>(ops::log_loss, row.question).loss, log_loss, what);
    Question<T> kl{.logits = q};
    kl.coefficients = ops::Target<T>(std::span<const T>(p));
    check(*oracle::answer<T>(ops::kl_divergence, kl).loss, divergence, what);
    // With log-target, the targets are e^q, so that the divergence from q itself is 0.
    kl.coefficients = ops::Target<T>(std::span<const T>(q));
    kl.parameter = T(1);
    check(*oracle::answer<T>(ops::kl_divergence, kl).loss, Big(0), what);
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(binary_cross_entropy_and_its_gradient, T, FloatTypes) {
  Random random(7);
  for (int i = 0; i < 500; ++i) {
    const T x = static_cast<T>(random.uniform(-60, 60));
    const std::vector<T> t{random.below(3) == 0 ? static_cast<T>(random.below(2))
                                                : static_cast<T>(random.uniform(0, 1))},
        w{static_cast<T>(random.uniform(0, 3))};
    Question<T> question{.logits = {&x, 1}};
    question.coefficients = ops::Target<T>(std::span<const T>(t));
    question.coefficients->row_weight = T(0.75);
    if (random.below(2) == 0) question.factors = w;
    question.with_gradient = true;
    const Big weight = question.factors.empty() ? Big(1) : big(w[0]);
    const Big p = 1 / (1 + exp(-big(x)));
    const auto answer = oracle::answer<T>(ops::binary_cross_entropy, question);
    const Big one = weight * big(t[0]), zero = 1 - big(t[0]);
    check<T>(*answer.loss, Big(0.75) * (one * log(1 + exp(-big(x))) + zero * log(1 + exp(big(x)))),
             "");
    check<T>(answer.result[0], Big(0.75) * (zero * p - one * (1 - p)), "");
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(hardmax_is_the_first_largest, T, FloatTypes) {
  on_random_rows<T>(8, true, false, false, [](Row<T> row, const std::string& what) {
    row.question.transform.sink.reset();
    if (!row.is_finite()) return;
    const auto y = oracle::answer<T>(ops::hardmax, row.question).result;
    std::optional<std::size_t> best;
    for (std::size_t k = 0; k < row.n(); ++k)
      if (row.takes_part(k) && (!best || row.z(k) > row.z(*best))) best = k;
    for (std::size_t k = 0; k < row.n(); ++k)
      BOOST_TEST(y[k].rounded == T(k == *best ? 1 : 0), what);
  });
}

// A class of an ignored row has no loss and no gradient, whatever the logits are.
BOOST_AUTO_TEST_CASE(ignored_rows_are_zero) {
  const std::vector<float> x{1, qnan<float>, 3};
  Question<float> question{.logits = x};
  ops::Target<float> target(0);
  target.classes = 3;
  target.smoothing = 0.1F;
  target.is_ignored = true;
  question.coefficients = target;
  question.with_gradient = true;
  for (const ops::Op op :
       {ops::Op(ops::cross_entropy), ops::Op(ops::focal_loss), ops::Op(ops::nll)}) {
    const auto answer = oracle::answer<float>(op, question);
    BOOST_TEST(answer.loss->rounded == 0);
    for (const auto& g : answer.result) BOOST_TEST(g.rounded == 0);
  }
}

// Where plain and general solvers answer the same question, the answers are equal.
BOOST_AUTO_TEST_CASE_TEMPLATE(general_and_plain_solvers_agree, T, FloatTypes) {
  Random random(9);
  for (int i = 0; i < 100; ++i) {
    std::vector<T> x(1 + random.below(30));
    for (T& xk : x) xk = random.below(9) == 0 ? -inf<T> : static_cast<T>(random.uniform(-90, 90));
    if (random.below(9) == 0) x[0] = random.below(2) == 0 ? qnan<T> : inf<T>;
    const std::vector<T> nothing(x.size());
    Question<T> general{.logits = x};
    general.transform.bias = nothing;
    for (const ops::Op op :
         {ops::Op(ops::softmax), ops::Op(ops::log_softmax), ops::Op(ops::log_sum_exp)}) {
      const auto expected = oracle::answer<T>(op, {.logits = x}).result;
      const auto got = oracle::answer<T>(op, general).result;
      for (std::size_t k = 0; k < expected.size(); ++k) {
        const bool both_nan = std::isnan(expected[k].rounded) && std::isnan(got[k].rounded);
        BOOST_TEST((both_nan || expected[k].rounded == got[k].rounded), op->name);
        BOOST_TEST((both_nan || std::isinf(got[k].rounded) ||
                    std::abs(expected[k].rest - got[k].rest) < 0x1p-38));
      }
    }
  }
}

// Results that are rational although exponentials enter them. An interval around such a number never becomes
// a point unless the exponentials cancel in the formula.
BOOST_AUTO_TEST_CASE(rational_results_are_decided) {
  const std::vector<float> x{0, 1}, opposite{1, -1}, far{1, 4};
  Question<float> loss{.logits = x};
  loss.coefficients = ops::Target<float>(std::span<const float>(opposite));
  loss.with_gradient = true;
  const auto of_loss = oracle::answer<float>(ops::cross_entropy, loss);
  BOOST_TEST(of_loss.loss->rounded == 1);
  BOOST_TEST(of_loss.result[0].rounded == -1);
  BOOST_TEST(of_loss.result[1].rounded == 1);
  loss.logits = far;
  loss.transform.temperature = 3;
  BOOST_TEST(oracle::answer<float>(ops::cross_entropy, loss).loss->rounded == 1);
  Question<float> backward{.logits = x};
  backward.factors = opposite;
  BOOST_TEST(oracle::answer<float>(ops::log_softmax_backward, backward).result[1].rounded == -1);
  const std::vector<float> parts{0, 0, 1}, values{1, 3, 2};
  BOOST_TEST(
      oracle::answer<float>(ops::merge, {.logits = parts, .factors = values}).result[0].rounded ==
      2);
  // 1 + 1 = 2 + 0: the two terms cancel.
  const std::vector<float> z{4, 1, 2}, bias{0, 1, 0}, b{1, 1, -1};
  Question<float> sum{.logits = z};
  sum.factors = b;
  sum.transform.bias = bias;
  BOOST_TEST(oracle::answer<float>(ops::log_sum_exp, sum).result[0].rounded == 4);
  const std::vector<float> one{1}, half{0.5F}, negative{-1};
  Question<float> binary{.logits = one};
  binary.factors = negative;
  binary.coefficients = ops::Target<float>(std::span<const float>(half));
  binary.with_gradient = true;
  const auto of_binary = oracle::answer<float>(ops::binary_cross_entropy, binary);
  BOOST_TEST(of_binary.loss->rounded == 0.5F);
  BOOST_TEST(of_binary.result[0].rounded == 0.5F);
}

// A finite number in the place of a mask leaves results beside 1, -2 and 1/2, by less than any precision.
BOOST_AUTO_TEST_CASE(results_beside_a_power_of_two_are_decided) {
  const std::vector<float> x{0, -1e9F}, ones{1, 1}, values{1, 0.5F}, targets{-1, 2};
  Question<float> question{.logits = x};
  question.factors = ones;
  const auto backward = oracle::answer<float>(ops::log_softmax_backward, question).result;
  BOOST_TEST((backward[0].rounded == -1 && backward[1].rounded == 1));
  question.factors = values;
  BOOST_TEST(oracle::answer<float>(ops::merge, question).result[0].rounded == 1);
  Question<float> loss{.logits = x};
  loss.coefficients = ops::Target<float>(std::span<const float>(targets));
  loss.with_gradient = true;
  const auto gradient = oracle::answer<float>(ops::cross_entropy, loss).result;
  BOOST_TEST((gradient[0].rounded == 2 && gradient[1].rounded == -2));
  const std::vector<float> three{0, 0, -1e9F}, dy{1, -1, 0}, equal{1, 1, -1e9F}, b{1, -1, 1};
  question.logits = three;
  question.factors = dy;
  BOOST_TEST(oracle::answer<float>(ops::softmax_backward, question).result[0].rounded == 0.5F);
  question.logits = equal;
  question.factors = b;
  BOOST_TEST(oracle::answer<float>(ops::log_sum_exp, question).result[0].rounded == -1e9F);
}

// tanh of large numbers is 1 in every precision, but its order is that of the logits.
BOOST_AUTO_TEST_CASE(a_soft_cap_keeps_the_order) {
  const std::vector<float> x{45000, 60000};
  Question<float> question{.logits = x};
  question.transform.soft_cap = 30;
  BOOST_TEST(oracle::answer<float>(ops::hardmax, question).result[1].rounded == 1);
}

// The sum of e^0 and e^-1e30 is not 1, but no precision shows it; -(2^24 + 1) - e^-(2^24 + 1) lies beyond a
// midpoint of float32.
BOOST_AUTO_TEST_CASE(open_intervals_decide_what_no_precision_does) {
  const std::vector<float> x{0, -1e30F}, y{0, -16777217.0F};
  Question<float> question{.logits = x};
  question.transform.temperature = 0.5F;
  const auto p = oracle::answer<float>(ops::softmax, question).result;
  BOOST_TEST(p[0].rounded == 1);
  BOOST_TEST(p[1].rounded == 0);
  question.logits = y;
  BOOST_TEST(oracle::answer<float>(ops::log_softmax, question).result[1].rounded == -33554432);
}

BOOST_AUTO_TEST_SUITE_END()
