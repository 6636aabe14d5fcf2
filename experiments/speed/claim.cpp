#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "ops/registry.hpp"
#include "speed/spec.hpp"

namespace maxtrick::speed {

namespace {

constexpr std::string_view best = "best";

// The case on what the reference is timed on.
Case moved_to_reference(const Claim& claim, Case one) {
  timing::Item& item = one.item;
  if (!claim.reference_logits.empty()) item.logits = claim.reference_logits;
  if (claim.reference_shape) item.shape = *claim.reference_shape;
  if (claim.reference_last_axis) item.shape = item.shape.with_last_axis();
  if (claim.reference_dtype) item.dtype = *claim.reference_dtype;
  if (claim.reference_one_thread) item.all_threads = false;
  return one;
}

// The reference of a claim that does not compare with the best library.
timing::Item reference_of(const Claim& claim, const Case& one) {
  const std::string& own = one.item.kernel;
  std::string kernel = claim.reference;
  const bool of_itself = !claim.reference_logits.empty() || claim.reference_shape ||
                         claim.reference_last_axis || claim.reference_dtype ||
                         claim.reference_one_thread;
  if (kernel.empty()) kernel = of_itself ? own : "*.onednn";
  if (kernel.starts_with("*."))
    kernel.replace(0, 1, ops::name(one.op));
  else if (const auto star = kernel.find('*'); star != kernel.npos)
    kernel.replace(star, 1, own.substr(ops::name(one.op).size() + 1));
  // Kernels that are limited to AVX2 are compared with oneDNN limited to AVX2.
  if (kernel.ends_with(".onednn") && timing::held_to_avx2(own)) kernel += ".avx2";
  const Case moved = moved_to_reference(claim, one);
  if (kernel == "memcpy") return copy_beside(moved);
  timing::Item item = moved.item;
  item.kernel = kernel;
  const ops::Variant* found = timing::find_timed(kernel);
  item.all_threads = item.all_threads && found && found->takes_threads;
  return item;
}

}  // namespace

timing::Item copy_beside(const Case& one) { return {"memcpy", "", one.item.shape, one.item.dtype}; }

std::vector<timing::Item> libraries_beside(const Case& one) {
  std::vector<timing::Item> items;
  for (const ops::Variant& variant : timing::timed_variants()) {
    const std::string name = timing::timed_name(variant);
    if (variant.op != one.op || !timing::is_library(variant) || !variant.unavailable.empty() ||
        !timing::is_timed_in(variant, one.item.dtype) ||
        timing::held_to_avx2(name) != timing::held_to_avx2(one.item.kernel) ||
        std::ranges::count(one.but_not, name) > 0)
      continue;
    items.push_back({name, one.item.logits, one.item.shape, one.item.dtype});
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
         one.item.shape.classes >= least_classes && one.item.shape.classes <= most_classes &&
         (shapes.empty() ? one.item.shape.last_axis() : holds(shapes, one.item.shape)) &&
         holds(dtypes, one.item.dtype) && holds(logits, one.item.logits) &&
         all_threads == one.item.all_threads;
}

std::vector<timing::Item> Claim::references_of(const Case& one) const {
  if (reference == best) return libraries_beside(moved_to_reference(*this, one));
  return {reference_of(*this, one)};
}

std::string Claim::text(const Case& one) const {
  const timing::Item other = reference_of(*this, one);
  std::string what = reference == best ? "the best library" : other.kernel;
  if (!other.logits.empty() && other.logits != one.item.logits) what += " on " + other.logits;
  if (other.shape != one.item.shape) what += " on " + name(other.shape);
  if (other.dtype != one.item.dtype) what += fmt::format(" in {}", ops::name(other.dtype));
  if (reference_one_thread && one.item.all_threads) what += " on one thread";
  return at_most ? fmt::format("at most {} times the time of {}", times, what)
                 : fmt::format("at least {} times as fast as {}", times, what);
}

}  // namespace maxtrick::speed
