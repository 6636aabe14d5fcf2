// One implementation of an op, with what it claims.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "numerics/op.hpp"
#include "numerics/rows.hpp"

namespace maxtrick::numerics {

// Computes `result` (outputs(op, classes) columns) from `logits`, row by row. The two never
// overlap; rows may be 0, classes are at least 1; any stride. Must be safe to call from several
// threads at once on different rows.
template <class T>
using Compute = std::function<void(Rows<const T> logits, Rows<T> result)>;

// How a variant relates to the op that it is listed under.
enum class Nature {
  sound,          // its error claim holds for all finite logits in the claim's domain
  unguarded,      // the right formula, which overflows or underflows on ordinary logits
  approximation,  // another function, meant to be near
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
  std::string algorithm;  // "naive", "max_trick", ..., "onednn"
  std::string isa;        // "scalar", "avx2", ...; empty for a library, which chooses itself
  std::string summary;    // one line
  std::string source;     // paper, document or issue
  Nature nature = Nature::sound;
  std::string special_values = {};  // a definition of its own, stated; empty where it has none
  Claim float32_claim = {};
  Claim float64_claim = {};
  Compute<float> float32 = {};  // empty where the variant lacks the type
  Compute<double> float64 = {};
  std::string library = {};      // what does the work, with version and settings: "oneDNN 2.6.3"
  std::string unavailable = {};  // why it cannot run here (a CPU that lacks the ISA); else empty

  [[nodiscard]] std::string name() const {
    return std::string(numerics::name(op)) + '.' + algorithm + (isa.empty() ? "" : '.' + isa);
  }
  template <class T>
  [[nodiscard]] const Compute<T>& compute() const;
  template <class T>
  [[nodiscard]] const Claim& claim() const;
  [[nodiscard]] bool has(DType dtype) const {
    return dtype == DType::float32 ? bool(float32) : bool(float64);
  }
};

template <>
inline const Compute<float>& Variant::compute<float>() const {
  return float32;
}
template <>
inline const Compute<double>& Variant::compute<double>() const {
  return float64;
}
template <>
inline const Claim& Variant::claim<float>() const {
  return float32_claim;
}
template <>
inline const Claim& Variant::claim<double>() const {
  return float64_claim;
}

}  // namespace maxtrick::numerics
