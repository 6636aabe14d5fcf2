// Rows of terms of softmax's denominator, e^(x - max), as a config describes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "ops/op.hpp"

namespace maxtrick::summation {

struct Terms {
  enum class Kind { normal, equal, dominant };
  enum class Arrange { drawn, ascending, descending };
  std::string name, hazard;
  Kind kind = Kind::equal;
  Arrange arrange = Arrange::drawn;
  double scale = 1;        // normal: of the logits
  std::uint64_t seed = 0;  // normal: of the first row; each further row has the next
  double logit = 0;        // equal: of every term
  double others_u = 1;     // dominant: every term but the first, in units of u

  // The terms of one row before they are rounded to the type, whose unit roundoff is u. The first
  // logits of a longer row are those of a shorter one.
  [[nodiscard]] std::vector<double> row(std::size_t classes, std::size_t index, double u) const;
  // Rows of other kinds are all the same.
  [[nodiscard]] bool is_random() const { return kind == Kind::normal; }
};

// Reads a section
//   name, hazard, terms = "normal"     scale, seed      e^(x - max), logits x normal
//                 terms = "equal"      logit            e^logit, logit in [-9, 0]
//                 terms = "dominant"   others_u         1, and beside it others_u * u each
//   arrange = "drawn" (unless said otherwise), "ascending" or "descending"
[[nodiscard]] Terms read_terms(config::Section& section);

}  // namespace maxtrick::summation
