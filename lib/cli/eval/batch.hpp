// The arguments of a problem in one type, as calls of variants and questions to the oracle.
#pragma once

#include <span>
#include <vector>

#include "cli/eval/problem.hpp"
#include "ops/call.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::cli {

// Holds references into the problem.
template <class T>
class Batch {
 public:
  explicit Batch(const Problem& problem)
      : problem_(problem),
        n_(problem.layout.classes()),
        logits_(converted(problem.logits)),
        bias_(converted(problem.bias)),
        factors_(converted(problem.factors)),
        coefficients_(converted(problem.coefficients)),
        sink_(converted(problem.sink)),
        class_weights_(converted(problem.class_weights)),
        row_weights_(converted(problem.row_weights)) {}

  // The call of row i, which writes to `result`, or to no result if that is empty, and to `losses`.
  // `takes_coefficients`: whether one-hot targets are given as coefficients, not as classes.
  [[nodiscard]] ops::Call<T> call(std::size_t i, std::span<T> result, std::span<T> losses,
                                  bool takes_coefficients = true) const {
    const std::size_t rows = problem_.layout.rows();
    ops::Call<T> all{.logits = matrix(logits_, rows),
                     .scale = static_cast<T>(problem_.scale),
                     .parameter = static_cast<T>(problem_.parameter)};
    all.transform.temperature = static_cast<T>(problem_.temperature);
    all.transform.soft_cap = static_cast<T>(problem_.soft_cap);
    if (!bias_.empty()) all.transform.bias = matrix(bias_, rows);
    if (!problem_.mask.empty()) all.transform.mask = {problem_.mask.data(), rows, n_};
    all.transform.sink = sink_;
    if (!factors_.empty()) all.factors = matrix(factors_, rows);
    all.targets.index = problem_.labels;
    if (!coefficients_.empty() && (takes_coefficients || !problem_.one_hot()))
      all.targets.weights = matrix(coefficients_, rows);
    all.targets.smoothing = static_cast<T>(problem_.smoothing);
    all.targets.class_weights = class_weights_;
    all.targets.row_weights = row_weights_;
    ops::Call<T> one = all.part(i, 1);
    if (!result.empty()) one.result = numerics::one_row(result);
    one.losses = losses;
    return one;
  }

  [[nodiscard]] oracle::Question<T> question(std::size_t i) const {
    const ops::Call<T> row = call(i, {}, {});
    oracle::Question<T> question{.logits = row.logits.row(0)};
    question.transform = row.row_transform(0);
    if (problem_.has_losses()) question.coefficients = row.targets.row(0, n_);
    if (!factors_.empty()) question.factors = row.factors.row(0);
    if (!problem_.op->parameter.name.empty()) question.parameter = problem_.parameter;
    question.with_gradient = problem_.gradient;
    return question;
  }

 private:
  static std::vector<T> converted(const std::vector<double>& values) {
    std::vector<T> all;
    all.reserve(values.size());
    for (const double x : values) all.push_back(static_cast<T>(x));
    return all;
  }
  [[nodiscard]] numerics::Rows<const T> matrix(const std::vector<T>& values,
                                               std::size_t rows) const {
    return {values.data(), rows, n_};
  }

  const Problem& problem_;
  std::size_t n_;
  std::vector<T> logits_, bias_, factors_, coefficients_, sink_, class_weights_, row_weights_;
};

}  // namespace maxtrick::cli
