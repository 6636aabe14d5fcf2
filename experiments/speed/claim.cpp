#include <fmt/format.h>

#include <algorithm>

#include "ops/registry.hpp"
#include "speed/spec.hpp"

namespace maxtrick::speed {

std::string onednn_beside(ops::Op op, std::string_view kernel) {
  return fmt::format("{}.onednn{}", name(op), timing::held_to_avx2(kernel) ? ".avx2" : "");
}

bool Claim::matches(const Case& one) const {
  // A claim applies to a user's plug-in only if the claim names the kernel exactly. The globs of
  // the config were not written for plug-ins.
  const bool brought = !timing::find_timed(one.item.kernel)->plugin.empty();
  const auto holds = [](const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  return std::any_of(variants.begin(), variants.end(),
                     [&](const std::string& glob) {
                       return brought ? glob == one.item.kernel
                                      : ops::glob_match(glob, one.item.kernel);
                     }) &&
         one.shape.classes >= least_classes && one.shape.classes <= most_classes &&
         (shapes.empty() || holds(shapes, one.shape)) && holds(logits, one.item.logits) &&
         all_threads == one.all_threads;
}

timing::Item Claim::reference_of(const Case& one) const {
  std::string kernel = reference;
  if (kernel.empty())
    kernel = reference_logits.empty() ? onednn_beside(one.op, one.item.kernel) : one.item.kernel;
  if (const auto star = kernel.find('*'); star != kernel.npos)
    kernel.replace(star, 1, one.item.kernel.substr(ops::name(one.op).size() + 1));
  // Kernels that are limited to AVX2 are compared with oneDNN limited to AVX2.
  if (kernel.ends_with(".onednn") && timing::held_to_avx2(one.item.kernel)) kernel += ".avx2";
  if (kernel == "memcpy") return {kernel, ""};
  return {kernel, reference_logits.empty() ? one.item.logits : reference_logits};
}

std::string Claim::text(const Case& one) const {
  const timing::Item other = reference_of(one);
  const std::string on = other.logits.empty() || other.logits == one.item.logits
                             ? ""
                             : fmt::format(" on {}", other.logits);
  return at_most ? fmt::format("at most {} times the time of {}{}", times, other.kernel, on)
                 : fmt::format("at least {} times as fast as {}{}", times, other.kernel, on);
}

}  // namespace maxtrick::speed
