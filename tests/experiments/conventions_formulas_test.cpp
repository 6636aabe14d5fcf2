// The formulas of the experiment `conventions` at their edges, and against evaluations that share
// nothing with them.
#include <cmath>

#include "conventions/formulas.hpp"
#include "numerics/random.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(conventions_formulas_test)

namespace {

using namespace maxtrick;
using conventions::Given;
using conventions::Matrix;
using conventions::Values;

const conventions::Formula& formula(const std::string& question, const std::string& name) {
  for (const auto& one : conventions::questions())
    if (one.name == question)
      for (const auto& formula : one.formulas)
        if (formula.name == name) return formula;
  throw std::logic_error("no formula " + question + " " + name);
}

std::string text(const std::string& question, const std::string& name, const Given& given) {
  return formula(question, name).value(given).text();
}
Values values(const std::string& question, const std::string& name, const Given& given) {
  return formula(question, name).value(given).numbers;
}

// Both are computed in float64 from moderate numbers, the expected values by libm in long double.
void check_close(const Values& given, const std::vector<long double>& expected) {
  BOOST_TEST_REQUIRE(given.size() == expected.size());
  for (std::size_t i = 0; i < given.size(); ++i)
    BOOST_TEST(std::abs(given[i] - expected[i]) <= 1e-14L * (1 + std::abs(expected[i])));
}

long double log_sum(const Values& row) {
  long double sum = 0;
  for (const double x : row) sum += std::exp(static_cast<long double>(x));
  return std::log(sum);
}
// -sum_k q_k log softmax(row)_k
long double cross_entropy(const Values& row, const std::vector<long double>& q) {
  long double loss = 0;
  for (std::size_t k = 0; k < row.size(); ++k) loss += q[k] * (log_sum(row) - row[k]);
  return loss;
}
long double softplus(long double x) { return std::log1p(std::exp(x)); }

// A matrix of numbers between `low` and `high`, and labels, class weights and targets of its size.
Given random_given(std::uint64_t seed) {
  numerics::Random random(seed);
  const auto number = [&](double low, double high) { return random.uniform(low, high); };
  const std::size_t rows = 1 + seed % 4, classes = 2 + seed % 5;
  Given given;
  for (std::size_t i = 0; i < rows; ++i) {
    Values x, q, p;
    for (std::size_t k = 0; k < classes; ++k) {
      x.push_back(number(-4, 4));
      q.push_back(number(0.1, 1));
      p.push_back(number(0.1, 1));
    }
    given.logits.push_back(x);
    given.targets.push_back(q);
    given.probabilities.push_back(p);
    given.labels.push_back(static_cast<double>((seed + i) % classes));
  }
  for (std::size_t k = 0; k < classes; ++k) {
    given.class_weights.push_back(k == 1 ? 0 : number(0.5, 2));
    given.pos_weight.push_back(number(0.5, 2));
  }
  given.class_weights[static_cast<std::size_t>(given.labels[0])] = 1.5;
  given.smoothing = number(0.05, 0.5);
  given.scale = number(0.2, 3);
  given.soft_cap = number(1, 5);
  given.ignored_label = given.labels.back();
  return given;
}

}  // namespace

BOOST_AUTO_TEST_CASE(softmax_at_its_edges) {
  const Given infinite{.logits = {{0, INFINITY, 0}}}, twice{.logits = {{INFINITY, 0, INFINITY}}};
  BOOST_TEST(text("plus_infinity", "nan_row", infinite) == "nan nan nan");
  BOOST_TEST(text("plus_infinity", "nan_there", infinite) == "0 nan 0");
  BOOST_TEST(text("plus_infinity", "limit", infinite) == "0 1 0");
  BOOST_TEST(text("plus_infinity", "limit", twice) == "0.5 0 0.5");
  const Given nothing{.logits = {{-INFINITY, -INFINITY}}};
  BOOST_TEST(text("minus_infinity", "nan_row", nothing) == "nan nan");
  BOOST_TEST(text("minus_infinity", "zeros", nothing) == "0 0");
  const Given masked{.logits = {{0, 1, 2}}, .mask = {{0, 0, 0}}};
  BOOST_TEST(text("masked_row", "nan_row", masked) == "nan nan nan");
  BOOST_TEST(text("masked_row", "zeros", masked) == "0 0 0");
  // In float32, 0, 1 and 2 are lost beside -1e9.
  BOOST_TEST(text("masked_row", "lowered", masked) ==
             "0.333333333333 0.333333333333 0.333333333333");
  BOOST_TEST(text("no_classes", "minus_infinity", {}) == "-inf");
  BOOST_TEST(text("no_classes", "refused", {}) == "refused");
  const Given warm{.logits = {{1, 2}}};
  BOOST_TEST(text("temperature_zero", "divided", warm) == "nan nan");
  BOOST_TEST(text("temperature_zero", "largest", warm) == "0 1");
  BOOST_TEST(text("temperature_zero", "largest", {.logits = {{2, 2}}}) == "1 0");
  BOOST_TEST(text("bits_of_axes", "may_differ", {}) == "bits may differ");
}

// Where only some classes are masked, the conventions of masks agree.
BOOST_AUTO_TEST_CASE(conventions_of_masks_agree_if_a_class_is_left) {
  const Given given{.logits = {{0, 1, 2}, {3, 1, 2}}, .mask = {{1, 0, 1}, {0, 1, 0}}};
  const std::string expected = text("masked_row", "nan_row", given);
  BOOST_TEST(expected == "0.119202922022 0 0.880797077978 0 1 0");
  BOOST_TEST(text("masked_row", "zeros", given) == expected);
  BOOST_TEST(text("masked_row", "lowered", given) == expected);
}

BOOST_AUTO_TEST_CASE(axes_of_an_array) {
  // Along an axis of size 1, softmax is 1; the axes of the shape 2 x 1 x 2 thereby differ.
  const double l = std::log(3);
  const Given given{.logits = {{0, l, 0, 0}}, .shape = {2, 1, 2}};
  BOOST_TEST(text("default_axis", "last", given) == "0.25 0.75 0.5 0.5");
  BOOST_TEST(text("default_axis", "by_rank", given) == "0.5 0.75 0.5 0.25");
  BOOST_TEST(text("default_axis", "second_on", given) == "0.25 0.75 0.5 0.5");
  BOOST_TEST(text("default_axis", "all", given) ==
             "0.166666666667 0.5 0.166666666667 0.166666666667");
  const Given matrix{.logits = {{0, l, 0, 0}}, .shape = {2, 2}};
  BOOST_TEST(text("default_axis", "by_rank", matrix) == "0.25 0.75 0.5 0.5");
}

BOOST_AUTO_TEST_CASE(losses_at_their_edges) {
  const Given ignored{.logits = {{1, 2}}, .labels = {0}, .ignored_label = 0};
  BOOST_TEST(text("all_ignored", "nan", ignored) == "nan");
  BOOST_TEST(text("all_ignored", "zero", ignored) == "0");
  // Report R20 of the inputs: class 0 stays in the denominators, or does not.
  const Given in_range{.logits = {{1, 1, 1}, {0, 1, 1}}, .labels = {1, 2}, .ignored_label = 0};
  BOOST_TEST(text("ignored_label", "drops_rows", in_range) == "1.09861228867 0.861994804058");
  BOOST_TEST(text("ignored_label", "drops_class", in_range) == "0.69314718056 0.69314718056");
  const Given zero{.probabilities = {{1, 0}}, .labels = {1}};
  BOOST_TEST(text("log_of_zero", "unclipped", zero) == "inf");
  BOOST_TEST(text("log_of_zero", "log_clamped", zero) == "100");
  BOOST_TEST(text("log_of_zero", "clipped", zero) == "16.118095651");
  BOOST_TEST(text("log_of_zero", "offset", zero) == "16.118095651");
  const Given one{.probabilities = {{1, 0}}, .labels = {0}};
  BOOST_TEST(text("log_of_zero", "unclipped", one) == "0");
  BOOST_TEST(std::abs(values("log_of_zero", "clipped", one)[0] - 1.00000005e-7) < 1e-15);
  const Given outside{.logits = {{0, 1}}, .labels = {100}};
  BOOST_TEST(text("label_out_of_range", "refused", outside) == "refused");
  BOOST_TEST(text("label_out_of_range", "nan", outside) == "nan");
  BOOST_TEST(text("label_out_of_range", "zero", outside) == "0");
  const Given infinite{.logits = {{INFINITY, -INFINITY}}, .targets = {{1, 0}}};
  BOOST_TEST(text("infinite_logit", "limit", infinite) == "0 0");
  BOOST_TEST(text("infinite_logit", "ieee", infinite) == "nan nan");
  const Given wrong{.logits = {{INFINITY}}, .targets = {{0}}};
  BOOST_TEST(text("infinite_logit", "limit", wrong) == "inf");
}

// Report R19 of the inputs has these values.
BOOST_AUTO_TEST_CASE(smoothing_of_two_classes) {
  const Given given{.logits = {{1, 2}}, .labels = {1}, .smoothing = 0.1};
  BOOST_TEST(text("label_smoothing", "over_all", given) == "0.363261687518");
  BOOST_TEST(text("label_smoothing", "over_others", given) == "0.413261687518");
}

BOOST_AUTO_TEST_CASE(every_formula_of_losses_equals_its_definition_in_long_double) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Given g = random_given(seed);
    const std::size_t rows = g.logits.size(), classes = g.logits[0].size();
    const auto k_of = static_cast<long double>(classes), e = static_cast<long double>(g.smoothing);
    std::vector<long double> all, others, kept, kept_class, losses, given_p, normalised, clipped,
        offset, divergence, gradient, plain_gradient, positive, whole;
    long double weighted = 0, weights = 0, non_zero = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      const auto y = static_cast<std::size_t>(g.labels[i]);
      std::vector<long double> q(classes), of_all(classes, e / k_of),
          of_others(classes, e / (k_of - 1));
      q[y] = 1;
      of_all[y] += 1 - e;
      of_others[y] = 1 - e;
      all.push_back(cross_entropy(g.logits[i], of_all));
      others.push_back(cross_entropy(g.logits[i], of_others));
      losses.push_back(cross_entropy(g.logits[i], q));
      const bool ignored = g.labels[i] == g.ignored_label;
      kept.push_back(ignored ? 0 : losses.back());
      Values without = g.logits[i];
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(g.ignored_label));
      kept_class.push_back(ignored ? 0 : log_sum(without) - g.logits[i][y]);
      weighted += g.class_weights[y] * losses.back();
      weights += g.class_weights[y];
      non_zero += g.class_weights[y] == 0 ? 0 : 1;
      const long double p = g.probabilities[i][y];
      long double sum = 0, kl = 0, sum_q = 0;
      for (std::size_t k = 0; k < classes; ++k) {
        const long double x = g.logits[i][k], t = g.targets[i][k], own = g.probabilities[i][k];
        sum += own;
        sum_q += t;
        kl += t * std::log(t / own);
        positive.push_back(g.pos_weight[k] * t * softplus(-x) + (1 - t) * softplus(x));
        whole.push_back(g.pos_weight[k] * (t * softplus(-x) + (1 - t) * softplus(x)));
      }
      for (std::size_t k = 0; k < classes; ++k) {
        const long double y_k = std::exp(g.logits[i][k] - log_sum(g.logits[i]));
        gradient.push_back(y_k * sum_q - g.targets[i][k]);
        plain_gradient.push_back(y_k - g.targets[i][k]);
      }
      given_p.push_back(-std::log(p));
      normalised.push_back(-std::log(p / sum));
      offset.push_back(-std::log(p + 1e-7L));
      clipped.push_back(-std::log(std::min(p, 1 - 1e-7L)));
      divergence.push_back(kl);
    }
    check_close(values("label_smoothing", "over_all", g), all);
    check_close(values("label_smoothing", "over_others", g), others);
    check_close(values("ignored_label", "drops_rows", g), kept);
    if (classes > 2) check_close(values("ignored_label", "drops_class", g), kept_class);
    check_close(values("weighted_mean", "sum_of_weights", g), {weighted / weights});
    check_close(values("weighted_mean", "rows", g), {weighted / static_cast<long double>(rows)});
    check_close(values("weighted_mean", "weighted_rows", g), {weighted / non_zero});
    check_close(values("log_of_zero", "unclipped", g), given_p);
    check_close(values("log_of_zero", "log_clamped", g), given_p);
    check_close(values("log_of_zero", "clipped", g), clipped);
    check_close(values("log_of_zero", "offset", g), offset);
    check_close(values("sum_of_probabilities", "as_given", g), given_p);
    check_close(values("sum_of_probabilities", "normalised", g), normalised);
    check_close(values("zero_target", "zero", g), divergence);
    check_close(values("zero_target", "clipped", g), divergence);
    check_close(values("sum_of_targets", "derivative", g), gradient);
    check_close(values("sum_of_targets", "of_distribution", g), plain_gradient);
    check_close(values("pos_weight", "positive_term", g), positive);
    check_close(values("pos_weight", "whole_loss", g), whole);
    Given one_weight = g;
    one_weight.pos_weight.assign(classes, 1);
    const Values bce = values("pos_weight", "positive_term", one_weight);
    BOOST_TEST(values("infinite_logit", "limit", g) == bce);
    BOOST_TEST(values("infinite_logit", "ieee", g) == bce);
  }
}

BOOST_AUTO_TEST_CASE(every_formula_of_soft_caps_equals_its_definition_in_long_double) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Given g = random_given(seed);
    const long double s = g.scale, c = g.soft_cap;
    const auto check = [&](const std::string& name,
                           const std::function<long double(long double)>& z) {
      std::vector<long double> expected;
      for (const Values& row : g.logits) {
        long double sum = 0;
        for (const double x : row) sum += std::exp(z(x));
        for (const double x : row) expected.push_back(std::exp(z(x)) / sum);
      }
      check_close(values("soft_cap", name, g), expected);
    };
    check("scale_then_cap", [&](long double x) { return c * std::tanh(s * x / c); });
    check("cap_then_scale", [&](long double x) { return s * c * std::tanh(x / c); });
    check("rational", [&](long double x) { return s * x / (1 + std::abs(s * x) / c); });
  }
}

BOOST_AUTO_TEST_SUITE_END()
