#include "timing/timed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "ops/registry.hpp"
#include "worker/plugin.hpp"

namespace maxtrick::timing {
namespace {

// The rows are dense, or an array whose classes are along another axis (Matrix::part).
template <class T>
void copy_numbers(const ops::Call<T>& call) {
  std::memcpy(static_cast<void*>(call.result.data), call.logits.data,
              call.logits.rows * call.logits.columns * sizeof(T));
}

ops::Variant memcpy_variant() {
  return {.op = copy,
          .algorithm = "memcpy",
          .summary = "std::memcpy",
          .source = "C",
          .float32 = copy_numbers<float>,
          .float64 = copy_numbers<double>,
          .float16 = copy_numbers<numerics::Float16>,
          .bfloat16 = copy_numbers<numerics::BFloat16>,
          .takes_class_strides = true};
}

// Computes a call of 16-bit numbers by a function of float32, row by row.
template <class T>
void convert_rows(const ops::Compute<float>& function, const ops::Call<T>& call) {
  const std::size_t classes = call.logits.columns;
  const bool has_result = call.result.data != nullptr;
  std::vector<float> logits(classes), result(has_result ? classes : 0);
  for (std::size_t i = 0; i < call.logits.rows; ++i) {
    for (std::size_t k = 0; k < classes; ++k) logits[k] = static_cast<float>(call.logits.at(i, k));
    float loss = 0;
    ops::Call<float> row{.logits = {logits.data(), 1, classes}};
    if (has_result) row.result = {result.data(), 1, classes};
    if (!call.losses.empty()) {
      row.targets.index = call.targets.index.subspan(i, 1);
      row.losses = {&loss, 1};
      row.gradient_scale = static_cast<float>(call.gradient_scale);
    }
    function(row);
    if (!call.losses.empty()) call.losses[i] = static_cast<T>(loss);
    for (std::size_t k = 0; k < result.size(); ++k)
      call.result.at(i, k) = static_cast<T>(result[k]);
  }
}

template <class T>
const ops::Compute<T>& in_float32(const ops::Variant& variant) {
  if constexpr (std::is_same_v<T, numerics::Float16>)
    return variant.float16_in_float32;
  else
    return variant.bfloat16_in_float32;
}

std::vector<ops::Variant> all_variants() {
  std::vector<ops::Variant> all{memcpy_variant()};
  for (const ops::Variant& variant : ops::variants()) {
    if (!variant.formulation.empty() || !is_timed(variant.op)) continue;
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

double bytes(ops::Op op, const Shape& shape, ops::DType dtype) {
  const double size = ops::with_storage(
      dtype, []<class T>(std::type_identity<T>) { return static_cast<double>(sizeof(T)); });
  const double matrix = size * static_cast<double>(shape.elements());
  const double numbers = size * static_cast<double>(shape.rows);
  const double targets = sizeof(std::int32_t) * static_cast<double>(shape.rows);
  switch (op->output) {
    case ops::Output::row: break;
    case ops::Output::number: return matrix + numbers;
    case ops::Output::loss: return matrix + numbers + targets;
    case ops::Output::loss_and_gradient: return 2 * matrix + numbers + targets;
  }
  return 2 * matrix;
}

template <class T>
ops::Compute<T> timed_function(const ops::Variant& variant) {
  if constexpr (numerics::Small<T>) {
    if (const ops::Compute<T>& own = in_float32<T>(variant)) return own;
    if (variant.uses == ops::Uses::libm) {
      if (!variant.float32) return {};
      return
          [function = variant.float32](const ops::Call<T>& call) { convert_rows(function, call); };
    }
  }
  return variant.compute<T>();
}
template ops::Compute<float> timed_function(const ops::Variant&);
template ops::Compute<double> timed_function(const ops::Variant&);
template ops::Compute<numerics::Float16> timed_function(const ops::Variant&);
template ops::Compute<numerics::BFloat16> timed_function(const ops::Variant&);

bool is_timed_in(const ops::Variant& variant, ops::DType dtype) {
  return ops::with_storage(
      dtype, [&]<class T>(std::type_identity<T>) { return bool(timed_function<T>(variant)); });
}

double claimed_ulp(const ops::Variant& variant, ops::DType dtype) {
  if (dtype == ops::DType::float32) return variant.claimed_ulp;
  return std::numeric_limits<double>::infinity();
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
