#include "loss/exact_loss.hpp"

#include <algorithm>
#include <cmath>

#include "ops/cross_entropy.hpp"
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::loss {
namespace {

numerics::Pair pair(const numerics::Exact<double>& y) {
  return {y.rounded, std::ldexp(y.rest, y.ulp_exponent)};
}

numerics::Pair minus(numerics::Pair x) { return {-x.high, -x.low}; }

ExactLoss exact_loss(std::span<const double> logits, std::size_t label) {
  ExactLoss result;
  result.loss = minus(pair(oracle::exact<double>(ops::log_softmax, logits)[label]));
  numerics::Pair others;
  for (const auto& p : oracle::exact<double>(ops::softmax, logits)) {
    result.gradient.push_back(pair(p));
    if (result.gradient.size() - 1 != label) others = others + result.gradient.back();
  }
  result.gradient[label] = minus(others);
  return result;
}

ExactLoss exact_loss(std::span<const double> logits, std::span<const double> coefficients) {
  const auto answer = oracle::answer<double>(
      ops::cross_entropy,
      {.logits = logits, .coefficients = ops::Target<double>(coefficients), .with_gradient = true});
  ExactLoss result;
  result.loss = pair(answer.loss.value());
  for (const auto& g : answer.result) result.gradient.push_back(pair(g));
  return result;
}

}  // namespace

std::vector<ExactLoss> exact_losses(const inputs::LabelledLogits& examples) {
  std::vector<ExactLoss> losses;
  const std::size_t n = examples.classes;
  for (std::size_t i = 0; i < examples.rows(); ++i) {
    const auto label = static_cast<std::size_t>(examples.labels[i]);
    if (n == 1) {
      const double row[] = {0, examples.logits[i]};
      losses.push_back(exact_loss(row, label));
      losses.back().gradient.erase(losses.back().gradient.begin());
    } else if (!examples.coefficients.empty()) {
      losses.push_back(exact_loss(std::span(examples.logits).subspan(i * n, n),
                                  std::span(examples.coefficients).subspan(i * n, n)));
    } else {
      losses.push_back(exact_loss(std::span(examples.logits).subspan(i * n, n), label));
    }
    for (const numerics::Pair g : losses.back().gradient)
      losses.back().largest = std::max(losses.back().largest, std::fabs(g.high));
  }
  return losses;
}

}  // namespace maxtrick::loss
