#include "cli/eval/choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "config/config.hpp"
#include "ops/binary_cross_entropy.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/formulation.hpp"
#include "ops/kl_divergence.hpp"
#include "ops/lower.hpp"
#include "ops/registry.hpp"
#include "text/quoted.hpp"

namespace maxtrick::cli {
namespace {

using ops::Variant;

// Formulations of one column are registered for cross_entropy; one column is what
// binary_cross_entropy takes. With a gradient, the kernels that compute it take part as well.
bool computes(const Variant& variant, const Problem& problem) {
  if (variant.one_column) return problem.op == ops::binary_cross_entropy;
  if (problem.op == ops::cross_entropy && problem.gradient)
    return variant.op == ops::cross_entropy ||
           (variant.op == ops::cross_entropy_gradient && variant.algorithm != "double_word");
  return variant.op == problem.op;
}

bool combined_by_default(const Variant& loss) {
  return loss.softmax.empty() || !loss.plugin.empty() || loss.softmax == "softmax.naive.scalar" ||
         loss.softmax == "softmax.max_trick.scalar";
}

// Whether it takes the targets and factors of the problem. A loss of a plug-in gets coefficients, which
// contain the weights of the rows. Ops that have no coefficients have no place for these.
bool takes_all(const Variant& variant, const Problem& problem) {
  const bool no_coefficients = problem.op->binary || problem.op == ops::kl_divergence;
  if (!variant.plugin.empty() && no_coefficients && !problem.row_weights.empty()) return false;
  return variant.takes_coefficients && !variant.one_column;
}

// An optional variant that takes all arguments takes part where they are given.
bool by_default(const Variant& variant, const Problem& problem) {
  if (problem.general() && !takes_all(variant, problem)) return false;
  if (!variant.optional) return combined_by_default(variant);
  if (variant.algorithm == "double_word") return true;
  return (variant.takes_transform && problem.has_transform()) ||
         (variant.takes_coefficients && variant.formulation.empty() && problem.general());
}

bool matches(const std::string& pattern, const Variant& variant, const Problem& problem) {
  const bool taking_part = variant.optional && by_default(variant, problem);
  return ops::chooses(pattern, variant) ||
         (taking_part && ops::glob_match(pattern, variant.name()));
}

std::string reason(const Variant& variant, const Problem& problem) {
  if (!variant.has(problem.dtype)) {
    const std::string why = fmt::format("it has no {}", name(problem.dtype));
    const bool small = unit_roundoff(problem.dtype) > unit_roundoff(ops::DType::float32);
    return small && variant.small_in_float32
               ? fmt::format("{}, but {}_in_float32", why, name(problem.dtype))
               : why;
  }
  if (!variant.unavailable.empty()) return variant.unavailable;
  if (problem.general() && !takes_all(variant, problem))
    return problem.op->binary      ? "it takes no weights"
           : !problem.has_losses() ? "it takes logits alone"
           : variant.takes_coefficients
               ? "it takes no sample weights"
               : "it takes a class for each row, and no other coefficients";
  if (problem.gradient && !ops::gives_gradient(variant)) return "it has no gradient";
  return {};
}

}  // namespace

std::vector<const Variant*> choose(const Problem& problem, const std::string& pattern) {
  std::vector<const Variant*> chosen;
  std::vector<std::string> names;
  for (const Variant& variant : ops::variants()) {
    if (!computes(variant, problem)) continue;
    names.push_back(variant.name());
    if (pattern.empty() ? by_default(variant, problem) : matches(pattern, variant, problem))
      chosen.push_back(&variant);
  }
  if (chosen.empty())
    throw UsageError(fmt::format("no variant of {} matches {}, expected exact or {}",
                                 name(problem.op), text::quoted(pattern),
                                 config::expected_one_of(pattern, names)));
  // Formulations in their order; for each, the naive softmax comes before the others.
  if (problem.has_losses())
    std::ranges::stable_sort(chosen, {}, [](const Variant* loss) {
      const ops::Formulation* formulation = ops::find_formulation(loss->formulation);
      return std::pair(formulation ? formulation->place : std::numeric_limits<int>::max(),
                       loss->softmax != "softmax.naive.scalar");
    });
  return chosen;
}

std::size_t leave_out(std::vector<const Variant*>& chosen, const Problem& problem, bool quiet) {
  return std::erase_if(chosen, [&](const Variant* variant) {
    const std::string why = reason(*variant, problem);
    if (!why.empty() && !quiet) fmt::print(stderr, "{} skipped: {}\n", variant->name(), why);
    return !why.empty();
  });
}

}  // namespace maxtrick::cli
