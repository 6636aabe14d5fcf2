#include "timing/timed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "ops/registry.hpp"
#include "worker/plugin.hpp"

namespace maxtrick::timing {
namespace {

ops::Variant memcpy_variant() {
  return {.op = copy,
          .algorithm = "memcpy",
          .summary = "std::memcpy",
          .source = "C",
          .float32 = [](const ops::Call<float>& call) {
            std::memcpy(call.result.data, call.logits.data,
                        call.logits.rows * call.logits.columns * sizeof(float));
          }};
}

std::vector<ops::Variant> all_variants() {
  std::vector<ops::Variant> all{memcpy_variant()};
  for (const ops::Variant& variant : ops::variants()) {
    if (!variant.float32 || !variant.formulation.empty() || !is_timed(variant.op)) continue;
    all.push_back(variant);
    if (variant.algorithm != "onednn" || !variant.isa.empty()) continue;
    all.push_back(variant);
    all.back().isa = "avx2";
  }
  std::ranges::sort(all, {}, timed_name);
  // A plug-in may have a name that exists only in the list of timed variants.
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (timed_name(all[i]) != timed_name(all[i - 1])) continue;
    const std::string& plugin = all[i].plugin.empty() ? all[i - 1].plugin : all[i].plugin;
    throw worker::Refused(
        fmt::format("{}: it offers {}, and there is one of that name", plugin, timed_name(all[i])));
  }
  return all;
}

}  // namespace

std::string name(Shape shape) { return fmt::format("{}x{}", shape.rows, shape.classes); }

double bytes(ops::Op op, Shape shape) {
  const double matrix = 4 * static_cast<double>(shape.elements());
  const double column = 4 * static_cast<double>(shape.rows);
  switch (op->output) {
    case ops::Output::row: break;
    case ops::Output::number: return matrix + column;
    case ops::Output::loss: return matrix + 2 * column;
    case ops::Output::loss_and_gradient: return 2 * matrix + 2 * column;
  }
  return 2 * matrix;
}

std::string timed_name(const ops::Variant& variant) {
  return variant.op == copy ? variant.algorithm : variant.name();
}

const std::vector<ops::Variant>& timed_variants() {
  static const std::vector<ops::Variant> all = all_variants();
  return all;
}

const ops::Variant* find_timed(std::string_view name) {
  const auto& all = timed_variants();
  const auto found = std::ranges::find(all, name, timed_name);
  return found == all.end() ? nullptr : &*found;
}

bool is_library(const ops::Variant& variant) {
  return variant.algorithm == "onednn" || (variant.optional && variant.uses == ops::Uses::library);
}

bool held_to_avx2(std::string_view name) { return name.ends_with(".avx2"); }

}  // namespace maxtrick::timing
