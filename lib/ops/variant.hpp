// One implementation of an op, with what it claims.
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
  unguarded,      // the right formula, which overflows or underflows on ordinary logits
  approximation,  // another function, meant to be near
  unstated,       // a user's, who claims nothing
};

// What a variant claims of its error, for one working type, and what the tests hold it to: for all
// finite logits with |x| <= max_abs_logit, at most max_classes of them,
//   |result - y| <= max_ulp * ulp(max(|y|, floor)),
// ulp as in error.hpp. With floor 0 that is the plain error in ULP; a floor above 0 says that a
// result near 0 is only right to an absolute error. max_ulp is infinite where nothing is claimed.
struct Claim {
  double max_ulp = std::numeric_limits<double>::infinity();
  double floor = 0;
  double max_abs_logit = 40;  // e^40 and e^-80 are ordinary numbers in float32 still
  std::size_t max_classes = 100;
  // The worst row known in that domain, and its error in units of ulp(max(|y|, floor)).
  std::vector<double> witness = {};
  double witness_ulp = 0;
};

struct Variant {
  Op op;
  std::string algorithm;     // "naive", "max_trick", ..., "onednn"
  std::string isa = {};      // "scalar", "avx2", ...; empty for a library, which chooses itself
  std::string summary = {};  // one line
  std::string source = {};   // paper, document or issue
  Nature nature = Nature::sound;
  std::string special_values = {};  // a definition of its own, stated; empty where it has none
  Claim float32_claim = {};         // nothing is claimed of the 16-bit types
  Claim float64_claim = {};
  // What it claims in ULP of every row of float32, whatever the logits; infinite where it claims
  // nothing. It is held to this wherever it is timed, and a plug-in in every table.
  double claimed_ulp = std::numeric_limits<double>::infinity();
  // What theory says: a bound, in units of u, on max_i |got_i - y_i| / max_i |y_i| for one row of
  // finite logits, computed with every operation rounded in the type of RowFacts; logits of -inf,
  // and the results -inf of theirs, take no part. A bound in full, not of first order only. Nothing
  // where the derivation does not apply: where a sum or difference may overflow, a probability may
  // underflow before its logarithm is taken, u is too coarse for that many classes or that wide a
  // row, or y is 0. norm_wise.hpp has what it is compared with.
  std::function<std::optional<double>(const RowFacts&)> bound = {};
  Compute<float> float32 = {};  // empty where the variant lacks the type
  Compute<double> float64 = {};
  Compute<numerics::Float16> float16 = {};
  Compute<numerics::BFloat16> bfloat16 = {};
  std::string library = {};  // what does the work, with version and settings: "oneDNN 2.6.3"
  // Why it cannot run here, else empty: a CPU that lacks the ISA, a build that lacks the library.
  // Such a one has its types and claims all the same, so that the list is the same everywhere; it
  // must not be called.
  std::string unavailable = {};
  // Chosen by its own name only, never by a glob: a library that a build may lack would else decide
  // what the tables hold.
  bool optional = false;
  // The file of the plug-in that it comes from, which the user named; empty for the program's own.
  // Such a one joins every selection of its op, and no baseline has rows of it. Its functions are
  // called in another process: they throw where they fail, and their times are not the kernel's.
  std::string plugin = {};
  // What it makes of a call beyond dense rows of logits of scale 1, targets that are classes, and
  // one thread; run() in ops/run.hpp provides the rest.
  bool takes_threads = false;       // any number of threads; else the calling thread's alone
  bool takes_coefficients = false;  // targets with a coefficient for each class
  bool one_column = false;          // a loss of two classes in one column of logits
  // Of a loss that is made of a softmax (ops/formulation.hpp): both names. Else empty.
  std::string formulation = {}, softmax = {};
  // Which of its kernels a library takes for dense float32 rows of that shape, in its own words.
  // Empty where it does not say.
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
