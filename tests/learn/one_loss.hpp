// A loss on one row of logits, by the name of its arm.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "learn/loss.hpp"
#include "ops/registry.hpp"

namespace maxtrick::tests {

using learn::Arm;
using learn::CrossEntropy;
using learn::find_arm;
using learn::Gradient;
using learn::Reduction;
using learn::Targets;

template <class T>
ops::Compute<T> softmax(const std::string& algorithm = "max_trick") {
  return ops::find_variant("softmax." + algorithm + ".scalar")->compute<T>();
}

template <class T>
struct Result {
  T loss;
  std::vector<T> gradient;
};

template <class T>
Result<T> evaluate(const Arm& arm, std::vector<T> logits, const Targets<T>& targets,
                   Gradient form = Gradient::chain, const std::string& algorithm = "max_trick") {
  const bool needs = arm.input == learn::Input::probabilities;
  CrossEntropy<T> loss(arm, needs ? softmax<T>(algorithm) : nullptr, form);
  std::vector<T> losses(1), gradient(logits.size());
  loss({logits.data(), 1, logits.size()}, targets, Reduction::none, losses,
       {gradient.data(), 1, gradient.size()});
  return {losses[0], gradient};
}

template <class T>
Result<T> sparse(const std::string& arm, const std::vector<T>& logits, std::int32_t label,
                 Gradient form = Gradient::chain, const std::string& algorithm = "max_trick") {
  return evaluate<T>(*find_arm(arm), logits, {{&label, 1}}, form, algorithm);
}

template <class T>
Result<T> one_hot(const std::string& arm, const std::vector<T>& logits, std::size_t label) {
  std::vector<T> weights(logits.size());
  weights[label] = 1;
  return evaluate<T>(*find_arm(arm), logits, {{}, {weights.data(), 1, weights.size()}});
}

template <class T>
bool all_zero(const std::vector<T>& g) {
  return std::all_of(g.begin(), g.end(), [](T x) { return x == 0; });
}

}  // namespace maxtrick::tests
