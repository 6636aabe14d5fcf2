#include "ops/registry.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "ops/formulation.hpp"

namespace maxtrick::ops {
namespace {

// The list is local to a function, so that it exists before the first registering object, in
// whatever order the files are initialised.
struct List {
  std::vector<Variant> variants;
  bool read = false;
};
List& list() {
  static List instance;
  return instance;
}

const std::vector<Variant>& sorted() {
  list().read = true;
  auto& all = list().variants;
  for (Variant& loss : losses_of_all_formulations(all)) all.push_back(std::move(loss));
  std::sort(all.begin(), all.end(),
            [](const Variant& a, const Variant& b) { return a.name() < b.name(); });
  const auto twin =
      std::adjacent_find(all.begin(), all.end(),
                         [](const Variant& a, const Variant& b) { return a.name() == b.name(); });
  if (twin != all.end()) throw std::logic_error("two variants have the name " + twin->name());
  return all;
}

}  // namespace

Register::Register(Variant variant) {
  // Callers of variants() hold references into the list, which adding a variant could invalidate.
  if (list().read)
    throw std::logic_error(variant.name() + " is registered after the list of variants was read");
  list().variants.push_back(std::move(variant));
}

std::vector<Op> all_ops() {
  std::set<Op> ops;
  for (const Variant& variant : list().variants) ops.insert(variant.op);
  return {ops.begin(), ops.end()};
}

std::vector<Op> ops_of_logits() {
  std::vector<Op> ops = all_ops();
  std::erase_if(ops, [](Op op) { return takes_targets(op) || !op->plain; });
  return ops;
}

std::optional<Op> parse_op(std::string_view name) {
  for (const Op op : all_ops())
    if (op->name == name) return op;
  return std::nullopt;
}

bool is_registered(std::string_view name) {
  const auto& all = list().variants;
  return std::any_of(all.begin(), all.end(),
                     [&](const Variant& variant) { return variant.name() == name; });
}

const std::vector<Variant>& variants() {
  static const std::vector<Variant>& once = sorted();
  return once;
}

const Variant* find_variant(std::string_view name) {
  const auto& all = variants();
  const auto found = std::lower_bound(
      all.begin(), all.end(), name,
      [](const Variant& variant, std::string_view wanted) { return variant.name() < wanted; });
  return found != all.end() && found->name() == name ? &*found : nullptr;
}

bool glob_match(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  // Where to resume after a mismatch. Only the run of the last * needs to be lengthened: whatever
  // an earlier * could still match, the last one can match as well.
  std::size_t after_star = std::string_view::npos;
  std::size_t star_end = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_end = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (after_star != std::string_view::npos) {
      p = after_star;
      t = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool chooses(std::string_view pattern, const Variant& variant) {
  const std::string name = variant.name();
  return variant.optional ? pattern == name : glob_match(pattern, name);
}

}  // namespace maxtrick::ops
