// Softmax, log-softmax and log-sum-exp come from the oracle, correctly rounded to float64. A
// difference from a document's figure is therefore an error of the document.
#include "published/formulas.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "ops/derived.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"

namespace maxtrick::published {
namespace {

using Values = std::vector<double>;
using ops::Op;

Values exact(Op op, const Values& row) {
  Values values;
  for (const auto& e : oracle::exact<double>(op, row)) values.push_back(e.rounded);
  return values;
}
Values softmax(const Values& row) { return exact(ops::softmax, row); }
double sigmoid(double z) { return softmax({z, 0})[0]; }

// Applies a formula of one row to each row.
template <class RowFormula>
auto by_row(RowFormula row_formula) {
  return [row_formula](const Given& given) {
    Matrix all;
    for (const Values& row : given.input) all.push_back(row_formula(row));
    return all;
  };
}

// Applies a formula of all rows together.
template <class WholeFormula>
auto of_all(WholeFormula whole_formula) {
  return [whole_formula](const Given& given) { return Matrix{whole_formula(given)}; };
}

std::size_t label(const Given& given, std::size_t row) {
  return static_cast<std::size_t>(given.labels.at(row));
}

// Returns -log softmax(z)_y for each row.
Values losses(const Given& given) {
  Values all;
  for (std::size_t i = 0; i < given.input.size(); ++i)
    all.push_back(-exact(ops::log_softmax, given.input[i]).at(label(given, i)));
  return all;
}

double sum(const Values& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

double largest_difference(const Values& a, const Values& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

double index_of_max(const Values& row) { return static_cast<double>(ops::argmax<double>(row)); }

Values accuracy(const Given& given) {
  double hits = 0;
  for (std::size_t i = 0; i < given.input.size(); ++i)
    hits += index_of_max(given.input[i]) == given.labels.at(i) ? 1 : 0;
  return {hits / static_cast<double>(given.input.size())};
}

// Returns the accuracy of the argmax of softmax, which should equal that of the logits.
Values softmax_accuracy(const Given& given) {
  Given probabilities = given;
  for (Values& row : probabilities.input) row = softmax(row);
  return accuracy(probabilities);
}

Values jacobian(const Values& row) { return ops::softmax_jacobian<double>(softmax(row)); }

// Returns the largest difference between the gradient of -log softmax(z)_y computed through the
// Jacobian and y - t.
Values gradient_defect(const Given& given) {
  double largest = 0;
  for (std::size_t i = 0; i < given.input.size(); ++i) {
    const Values p = softmax(given.input[i]), partials = jacobian(given.input[i]);
    for (std::size_t j = 0; j < p.size(); ++j) {
      const std::size_t y = label(given, i);
      const double chain = -1 / p[y] * partials[y * p.size() + j];
      largest = std::max(largest, std::abs(chain - (p[j] - (j == y ? 1 : 0))));
    }
  }
  return {largest};
}

// For two classes, returns the largest difference between -t log p - (1-t) log(1-p), where p =
// sigmoid(z), and the two-class cross-entropy of the logits (z, 0). Class 1 of the former is class
// 0 of the latter.
Values logistic_defect(const Given& given) {
  double largest = 0;
  for (const Values& row : given.input) {
    const double p = sigmoid(row[0]);
    const Values log_p = exact(ops::log_softmax, {row[0], 0});
    largest = std::max(
        {largest, std::abs(-std::log(p) + log_p[0]), std::abs(-std::log(1 - p) + log_p[1])});
  }
  return {largest};
}

// Returns the largest difference between the Jacobian and central differences of the exact softmax,
// (p(x + h) - p(x - h)) / 2h, whose own error is below h^2 / 6.
Values jacobian_defect(const Values& row) {
  constexpr double h = 0x1p-13;
  const Values partials = jacobian(row);
  double largest = 0;
  for (std::size_t j = 0; j < row.size(); ++j) {
    Values above = row, below = row;
    above[j] += h;
    below[j] -= h;
    const Values p = softmax(above), q = softmax(below);
    for (std::size_t i = 0; i < row.size(); ++i)
      largest = std::max(largest, std::abs(partials[i * row.size() + j] - (p[i] - q[i]) / (2 * h)));
  }
  return {largest};
}

// Returns the largest difference between softmax(x) and softmax(x - max), both exact. It is 0 where
// x - max is exact.
Values shift_defect(const Values& row) {
  Values shifted = row;
  for (double& x : shifted) x -= *std::max_element(row.begin(), row.end());
  return {largest_difference(softmax(row), softmax(shifted))};
}

Values two_class_derivative_defect(const Values& row) {
  const Values partials = jacobian({row[0], 0});
  // The derivative of the logistic function, in a form that does not use p.
  const double e = std::exp(-std::abs(row[0]));
  return {std::abs(partials[0] - e / ((1 + e) * (1 + e)))};
}

std::vector<Formula> plain_formulas() {
  return {
      {"softmax", "softmax", false, by_row(softmax)},
      {"log_softmax", "log-softmax", false,
       by_row([](const Values& x) { return exact(ops::log_softmax, x); })},
      {"log_sum_exp", "log-sum-exp", false,
       by_row([](const Values& x) { return exact(ops::log_sum_exp, x); })},
      {"exp", "e^x", false, by_row([](Values x) {
         for (double& v : x) v = std::exp(v);
         return x;
       })},
      {"sum_exp", "sum of e^x", false, by_row([](const Values& x) {
         return Values{std::accumulate(x.begin(), x.end(), 0.0,
                                       [](double s, double v) { return s + std::exp(v); })};
       })},
      {"argmax", "index of the largest logit", false,
       by_row([](const Values& x) { return Values{index_of_max(x)}; })},
      {"accuracy", "share of the rows whose argmax is the label", true, of_all(accuracy)},
      {"softmax_accuracy", "share of the rows whose argmax of softmax is the label", true,
       of_all(softmax_accuracy)},
      {"logits", "the input itself", false, by_row([](const Values& x) { return x; })},
      {"jacobian_defect", "Jacobian minus central differences", false, by_row(jacobian_defect)},
      {"surface_defect", "softmax(z1, z2)_1 minus 1 / (1 + e^(z2 - z1))", false,
       by_row([](const Values& x) {
         return Values{std::abs(softmax(x)[0] - 1 / (1 + std::exp(x[1] - x[0])))};
       })},
      {"soft_argmax", "sum of i p_i", false,
       by_row([](const Values& x) { return Values{ops::soft_argmax<double>(softmax(x))}; })},
      {"jacobian", "Jacobian of softmax", false, by_row(jacobian)},
      {"jacobian_row_sums", "row sums of the Jacobian", false, by_row([](const Values& x) {
         const Values partials = jacobian(x);
         Values sums;
         for (auto at = partials.begin(); at != partials.end();
              at += static_cast<std::ptrdiff_t>(x.size()))
           sums.push_back(std::accumulate(at, at + static_cast<std::ptrdiff_t>(x.size()), 0.0));
         return sums;
       })},
      {"losses", "-log softmax(z)_y", true, of_all(losses)},
      {"mean_loss", "mean of -log softmax(z)_y", true, of_all([](const Given& given) {
         return Values{sum(losses(given)) / static_cast<double>(given.input.size())};
       })},
      {"sum_loss", "sum of -log softmax(z)_y", true,
       of_all([](const Given& given) { return Values{sum(losses(given))}; })},
      {"gradient_defect", "gradient through the Jacobian minus (y - t)", true,
       of_all(gradient_defect)},
      {"logistic_defect", "logistic loss minus two-class cross-entropy", false,
       of_all(logistic_defect)},
      {"sigmoid_defect", "softmax(z, 0) minus 1 / (1 + e^-z)", false, by_row([](const Values& x) {
         return Values{std::abs(softmax({x[0], 0})[0] - 1 / (1 + std::exp(-x[0])))};
       })},
      {"two_class_derivative_defect", "dp_1/dz minus s(z) (1 - s(z))", false,
       by_row(two_class_derivative_defect)},
      {"shift_defect", "softmax(x) minus softmax(x - max)", false, by_row(shift_defect)},
      {"product", "product of each row", false, by_row([](const Values& x) {
         return Values{std::accumulate(x.begin(), x.end(), 1.0, std::multiplies<>())};
       })},
      {"sum_of_logs", "sum of log x", false, by_row([](const Values& x) {
         return Values{std::accumulate(x.begin(), x.end(), 0.0,
                                       [](double s, double v) { return s + std::log(v); })};
       })},
  };
}

Formula of_variant(const ops::Variant& variant) {
  return {variant.name(), variant.summary, false, by_row([&variant](const Values& x) {
            Values y(ops::outputs(variant.op, x.size()));
            variant.float64({.logits = numerics::one_row(std::span<const double>(x)),
                             .result = numerics::one_row(std::span<double>(y))});
            return y;
          })};
}

}  // namespace

const std::vector<Formula>& formulas() {
  static const std::vector<Formula> all = [] {
    std::vector<Formula> list = plain_formulas();
    for (const auto& variant : ops::variants())
      if (variant.op->plain && variant.float64 && variant.unavailable.empty() &&
          !variant.optional && variant.plugin.empty())
        list.push_back(of_variant(variant));
    return list;
  }();
  return all;
}

}  // namespace maxtrick::published
