// A variant: one implementation of an op, with its claims.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "numerics/small_float.hpp"
#include "ops/call.hpp"
#include "ops/dtype.hpp"
#include "ops/row_facts.hpp"

namespace maxtrick::ops {

// Computes an op. Must be safe to call from several threads at once on different rows.
template <class T>
using Compute = std::function<void(const Call<T>& call)>;

// How a variant relates to the op that it is listed under.
enum class Nature {
  sound,          // its error claim holds for all finite logits in the claim's domain
  unguarded,      // the correct formula, but it overflows or underflows on ordinary logits
  approximation,  // another function that is meant to be near
  unstated,       // nothing is claimed, such as for a user's variant
};

// What computes the results besides the code of this project. That code computes the same bits in
// every build and on every CPU.
enum class Uses {
  nothing,  // the bits of the results are promised
  libm,  // exp, log and log1p of the C library; their last bits differ between libraries and CPUs
  library,  // another library, or a plug-in
};

// The error that a variant claims for one working type. The tests check it. For at most max_classes
// finite logits with |x| <= max_abs_logit,
//   |result - y| <= max_ulp * ulp(max(|y|, floor)),
// where ulp is that of error.hpp. If floor is 0, this is the plain error in ULP. A floor above 0
// means that a result near 0 has an absolute error bound only. max_ulp is infinite if nothing is
// claimed.
struct Claim {
  double max_ulp = std::numeric_limits<double>::infinity();
  double floor = 0;
  double max_abs_logit = 40;  // e^40 and e^-80 are still normal numbers in float32
  std::size_t max_classes = 100;
  // The worst known row of that domain, and its error in units of ulp(max(|y|, floor)). The target
  // of a loss is class 0.
  std::vector<double> witness = {};
  double witness_ulp = 0;
};

struct Variant {
  Op op;
  std::string algorithm;     // "naive", "max_trick", ..., "onednn"
  std::string isa = {};      // "scalar", "avx2", ...; empty if a library chooses it
  std::string summary = {};  // one line
  std::string source = {};   // paper, document or issue
  Nature nature = Nature::sound;
  Uses uses = Uses::library;
  std::string special_values = {};  // its own definition of special values; empty if it has none
  Claim float32_claim = {};         // nothing is claimed for the 16-bit types
  Claim float64_claim = {};
  // The largest error in ULP that it claims for every row of float32, whatever the logits; infinite
  // if it claims nothing. It is checked wherever the variant is timed, and for a plug-in in every
  // table.
  double claimed_ulp = std::numeric_limits<double>::infinity();
  // The theoretical bound, in units of u, on max_i |got_i - y_i| / max_i |y_i| for one row of
  // finite logits, if every operation is rounded in the type of RowFacts. Logits of -inf, and the
  // results of -inf that belong to them, are left out. The bound holds in full and not only to
  // first order. The function returns nothing if the derivation does not apply: if a sum or
  // difference may overflow, if a probability may underflow before its logarithm is taken, if u is
  // too coarse for that many classes or that wide a row, or if y is 0. norm_wise.hpp computes the
  // error that is compared with it.
  std::function<std::optional<double>(const RowFacts&)> bound = {};
  Compute<float> float32 = {};  // empty if the variant does not have the type
  Compute<double> float64 = {};
  Compute<numerics::Float16> float16 = {};
  Compute<numerics::BFloat16> bfloat16 = {};
  // Logits and results in 16 bits, computed in float32 by the variant itself. They are timed. Tables
  // of errors convert the rows instead, and call `float32` (apply.hpp).
  Compute<numerics::Float16> float16_in_float32 = {};
  Compute<numerics::BFloat16> bfloat16_in_float32 = {};
  std::string library = {};  // the library that computes, with version and settings: "oneDNN 2.6.3"
  // Why the variant cannot run here; empty if it can. For example, the CPU lacks the ISA, or the
  // build lacks the library. An unavailable variant must not be called, but it is listed with its
  // types and claims, so that the list is the same everywhere.
  std::string unavailable = {};
  // Whether only its full name chooses it, and no glob. Otherwise a library that a build may lack
  // would decide which rows the tables have.
  bool optional = false;
  // The file of the plug-in that the variant comes from; empty for the program's own variants. A
  // variant of a plug-in is added to every selection of its op, and no baseline has rows of it. Its
  // functions run in another process: they throw if they fail, and timing them does not time the
  // kernel.
  std::string plugin = {};
  // What the variant supports beyond dense rows of logits, a scale of 1, targets that are classes,
  // and one thread. run() in ops/run.hpp provides other strides and scales.
  bool takes_threads = false;        // any number of threads; otherwise it uses the calling thread
  bool takes_class_strides = false;  // column strides other than 1
  bool takes_scale = false;          // a scale of the logits other than 1
  bool takes_coefficients = false;   // targets with a coefficient for each class
  bool one_column = false;           // a loss of two classes in one column of logits
  bool takes_transform = false;  // a scale and Call::transform; otherwise lower.hpp applies them
  // For a loss that combines a formulation with a softmax (ops/formulation.hpp): the names of both.
  // Otherwise empty.
  std::string formulation = {}, softmax = {};
  // Returns which of its kernels a library uses for dense float32 rows of that shape, in the words
  // of the library. Empty if the library does not say.
  std::function<std::string(std::size_t rows, std::size_t classes)> implementation = {};

  [[nodiscard]] std::string name() const {
    if (!softmax.empty()) return formulation + '(' + softmax + ')';
    if (!formulation.empty()) return formulation;
    return std::string(ops::name(op)) + '.' + algorithm + (isa.empty() ? "" : '.' + isa);
  }
  template <class T>
  [[nodiscard]] const Compute<T>& compute() const {
    return of_type<T>(*this);
  }
  template <class T>
  [[nodiscard]] const Claim& claim() const {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>);
    if constexpr (std::is_same_v<T, float>)
      return float32_claim;
    else
      return float64_claim;
  }
  // Whether the bits of the results are promised, so that `check` compares every digit. Libm may
  // compute exp and log for the 16-bit types: the rounding to 16 bits leaves nothing of its last
  // bits (numerics/small_float.hpp).
  [[nodiscard]] bool promises_bits(DType dtype) const {
    const bool rounded_to_16 = dtype == DType::float16 || dtype == DType::bfloat16;
    return uses == Uses::nothing || (uses == Uses::libm && rounded_to_16);
  }
  [[nodiscard]] bool has(DType dtype) const {
    switch (dtype) {
      case DType::float64: return bool(float64);
      case DType::float16: return bool(float16);
      case DType::bfloat16: return bool(bfloat16);
      case DType::float32:
      case DType::float16_in_float32:
      case DType::bfloat16_in_float32: break;
    }
    return bool(float32);
  }
};

}  // namespace maxtrick::ops
