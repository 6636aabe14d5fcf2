#include "slider/slider.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "ops/apply.hpp"
#include "ops/dtype.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "oracle/outcome.hpp"
#include "slider/exact.hpp"

namespace maxtrick::slider {
namespace {

using ops::DType;
using ops::Nature;
using ops::Op;
using ops::Variant;

constexpr DType precisions[] = {DType::float32, DType::float16, DType::bfloat16};

// A variant with its name. The page keeps pointers to the name, so it must outlive every call.
struct Shown {
  const Variant* variant;
  std::string name;
};

// The order of the variants, from the simplest to the best, followed by the approximations:
// unguarded variants by the length of their formula, then sound variants from the loosest claim to
// the tightest.
auto order(const Variant& of) {
  const int place = of.nature == Nature::unguarded ? 0 : of.nature == Nature::sound ? 1 : 2;
  const ops::Claim& claim = of.float32_claim;
  return std::tuple(of.op, place, place == 0 ? of.summary.size() : 0, -claim.floor, -claim.max_ulp);
}

const std::vector<Shown>& shown() {
  static const std::vector<Shown> all = [] {
    std::vector<Shown> chosen;
    for (const Variant& variant : ops::variants())
      if (variant.op->plain && variant.op->output == ops::Output::row && variant.isa == "scalar" &&
          !variant.optional)
        chosen.push_back({&variant, variant.name()});
    std::stable_sort(chosen.begin(), chosen.end(), [](const Shown& a, const Shown& b) {
      return order(*a.variant) < order(*b.variant);
    });
    return chosen;
  }();
  return all;
}

const Variant& variant(int i) { return *shown()[static_cast<std::size_t>(i)].variant; }

// The kernels compute in float32 only. For a 16-bit precision, only their results are rounded to
// it.
DType dtype(const Variant& of, DType precision) {
  if (of.has(precision)) return precision;
  return precision == DType::float16 ? DType::float16_in_float32 : DType::bfloat16_in_float32;
}

template <class S>
std::vector<S> stored(const double* x, int classes) {
  std::vector<S> row;
  for (const double xi : std::span(x, static_cast<std::size_t>(classes)))
    row.push_back(static_cast<S>(xi));
  return row;
}

template <class S>
std::vector<double> rounded(const double* x, int classes) {
  const std::vector<S> row = stored<S>(x, classes);
  return {row.begin(), row.end()};
}

// Calls f(std::type_identity<S>{}), where S is the type that stores the numbers of
// precisions[precision].
template <class Function>
decltype(auto) with_precision(int precision, Function f) {
  return ops::with_storage(precisions[precision], f);
}

}  // namespace
}  // namespace maxtrick::slider

using namespace maxtrick;
using namespace maxtrick::slider;

extern "C" {

int slider_room_size(void) { return 256; }

double* slider_room(void) {
  static std::vector<double> room(static_cast<std::size_t>(slider_room_size()));
  return room.data();
}

const char* slider_precision(int precision) {
  if (precision >= static_cast<int>(std::size(precisions))) return nullptr;
  return ops::name(precisions[precision]).data();
}

void slider_round(int precision, const double* logits, int classes, double* result) {
  with_precision(precision, [&]<class S>(std::type_identity<S>) {
    const std::vector<double> x = rounded<S>(logits, classes);
    std::copy(x.begin(), x.end(), result);
  });
}

int slider_variants(void) { return static_cast<int>(shown().size()); }

const char* slider_name(int i) {
  return i < slider_variants() ? shown()[static_cast<std::size_t>(i)].name.c_str() : nullptr;
}

const char* slider_summary(int i) { return variant(i).summary.c_str(); }

int slider_is_softmax(int i) { return variant(i).op == ops::softmax ? 1 : 0; }

int slider_is_approximation(int i) { return variant(i).nature == Nature::approximation ? 1 : 0; }

const char* slider_dtype(int i, int precision) {
  return ops::name(dtype(variant(i), precisions[precision])).data();
}

void slider_compute(int i, int precision, const double* logits, int classes, double* results) {
  with_precision(precision, [&]<class S>(std::type_identity<S>) {
    const std::vector<S> x = stored<S>(logits, classes);
    const DType in = dtype(variant(i), precisions[precision]);
    const std::vector<S> y = ops::apply(variant(i), in, std::span<const S>(x));
    std::copy(y.begin(), y.end(), results);
  });
}

void slider_exact(int is_softmax, int precision, const double* logits, int classes, double* values,
                  double* nearest) {
  with_precision(precision, [&]<class S>(std::type_identity<S>) {
    const Op op = is_softmax ? ops::softmax : ops::log_softmax;
    for (const auto& y : exact(op, rounded<S>(logits, classes))) {
      *values++ = std::fabs(y.high) < least_value ? 0 : y.high;
      *nearest++ = double{as_exact<S>(y).rounded};
    }
  });
}

int slider_judge(int i, int precision, const double* logits, int classes, const double* results,
                 double tolerance_ulp, double* measures) {
  return with_precision(precision, [&]<class S>(std::type_identity<S>) {
    const Op op = variant(i).op;
    std::vector<numerics::Exact<S>> values;
    for (const auto& y : exact(op, rounded<S>(logits, classes))) values.push_back(as_exact<S>(y));
    const std::vector<S> got = stored<S>(results, classes);
    const auto verdict =
        oracle::judge(op, std::span<const numerics::Exact<S>>(values), std::span<const S>(got),
                      tolerance_ulp, !variant(i).special_values.empty());
    measures[0] = verdict.max_error_ulp;
    measures[1] = *oracle::sum_minus_1(op, std::span<const S>(got));
    return static_cast<int>(verdict.outcome);
  });
}

const char* slider_outcome(int outcome) {
  if (outcome >= static_cast<int>(std::size(oracle::all_outcomes))) return nullptr;
  return oracle::name(static_cast<oracle::Outcome>(outcome)).data();
}

}  // extern "C"
