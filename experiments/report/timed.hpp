// The speed table of one CPU, as pictures take it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/look.hpp"
#include "report/tables.hpp"
#include "table/interval.hpp"

namespace maxtrick::report {

// A kernel on one matrix of ordinary logits, on one thread.
struct Timed {
  VariantName name;
  std::string shape;  // "256x1000"
  double rows = 0, classes = 0;
  std::string outcome;
  double error_ulp = 0;  // largest, of those logits
  double worst_ulp = 0;  // of all kinds of logits that the table has for the matrix,
  std::string worst_outcome,
      worst_logits;                      // and where that was; infinite where a digit is not right
  double time_ns = 0;                    // of an element; NaN where it was not timed
  std::optional<table::Interval> speed;  // oneDNN's time by its own
  std::optional<table::Interval> of_memcpy;  // its bytes a second by memcpy's
};

// Those of one op ("copy": memcpy), in the table's order.
[[nodiscard]] std::vector<Timed> timed(const Tables& tables, const std::string& cpu,
                                       const std::string& op);

// The matrices for which the table has several kinds of logits, by classes.
[[nodiscard]] std::vector<std::string> shapes_of_many_logits(const Tables& tables,
                                                             const std::string& cpu);

// The kinds of logits that the table has on one thread, in its order.
[[nodiscard]] std::vector<std::string> logits_of(const Tables& tables, const std::string& cpu);

// What is to be said of the ratios to oneDNN.
inline constexpr const char* reference_of_avx2 = "kernels of AVX2 against oneDNN held to AVX2";

// A cache of one core, or the last one, that of all.
struct Cache {
  std::string name;
  double bytes = 0;
};
// What results/speed/CPU/caches.csv says (scripts/caches writes it); empty where it is not there.
[[nodiscard]] std::vector<Cache> caches(const Tables& tables, const std::string& cpu);

// The encodings by which a layer's kernels are told apart in every picture of speed: the colour of
// the algorithm and, where its mark is a point, the shape of the instruction set (field "isa",
// which isa_of gives; a library's is "library").
void tell_apart(Json& layer, const std::vector<Timed>& kernels);
[[nodiscard]] std::string isa_of(const Timed& one);

}  // namespace maxtrick::report
