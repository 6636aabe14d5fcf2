#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "ops/registry.hpp"
#include "speed/spec.hpp"

namespace maxtrick::speed {

namespace {

constexpr std::string_view best = "best";

// The reference of a claim that does not compare with the best library.
timing::Item reference_of(const Claim& claim, const Case& one) {
  const std::string& own = one.item.kernel;
  std::string kernel = claim.reference;
  if (kernel.empty()) kernel = claim.reference_logits.empty() ? "*.onednn" : own;
  if (kernel.starts_with("*."))
    kernel.replace(0, 1, ops::name(one.op));
  else if (const auto star = kernel.find('*'); star != kernel.npos)
    kernel.replace(star, 1, own.substr(ops::name(one.op).size() + 1));
  // Kernels that are limited to AVX2 are compared with oneDNN limited to AVX2.
  if (kernel.ends_with(".onednn") && timing::held_to_avx2(own)) kernel += ".avx2";
  if (kernel == "memcpy") return {kernel, ""};
  return {kernel, claim.reference_logits.empty() ? one.item.logits : claim.reference_logits};
}

}  // namespace

std::vector<timing::Item> libraries_beside(const Case& one) {
  std::vector<timing::Item> items;
  for (const ops::Variant& variant : timing::timed_variants()) {
    const std::string name = timing::timed_name(variant);
    if (variant.op == one.op && timing::is_library(variant) && variant.unavailable.empty() &&
        timing::held_to_avx2(name) == timing::held_to_avx2(one.item.kernel))
      items.push_back({name, one.item.logits});
  }
  return items;
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

std::vector<timing::Item> Claim::references_of(const Case& one) const {
  if (reference != best) return {reference_of(*this, one)};
  Case other = one;
  if (!reference_logits.empty()) other.item.logits = reference_logits;
  return libraries_beside(other);
}

std::string Claim::text(const Case& one) const {
  const timing::Item other = reference_of(*this, one);
  const std::string what = reference == best ? "the best library" : other.kernel;
  const std::string on = other.logits.empty() || other.logits == one.item.logits
                             ? ""
                             : fmt::format(" on {}", other.logits);
  return at_most ? fmt::format("at most {} times the time of {}{}", times, what, on)
                 : fmt::format("at least {} times as fast as {}{}", times, what, on);
}

}  // namespace maxtrick::speed
