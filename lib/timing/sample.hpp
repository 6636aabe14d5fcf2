// Whether a kernel's results are right, on some rows of the matrix that it will be timed on.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "numerics/error.hpp"
#include "ops/op.hpp"
#include "oracle/outcome.hpp"
#include "timing/timed.hpp"

namespace maxtrick::timing {

struct Checked {
  oracle::Outcome outcome = oracle::Outcome::ok;
  double max_error_ulp = 0;
};

// A wrong number is not timed; nor is one beyond twice what its kernel claims. One that is merely
// inaccurate is, where the kernel claims nothing: a library at 65 ULP is what users have.
[[nodiscard]] bool may_be_timed(const ops::Variant& kernel, const Checked& checked);

// Rows spread over a matrix, with their exact results, made when first needed.
class Sample {
 public:
  // Those of `call`; the first and the last row are among them where more than one is taken.
  explicit Sample(const ops::Call<float>& call);

  // Judges what the variant has written into `call`.
  [[nodiscard]] Checked check(const ops::Variant& variant, const ops::Call<float>& call,
                              double tolerance_ulp);

 private:
  using Answer = oracle::Answer<float>;
  const std::vector<Answer>& answers(ops::Op op, const ops::Call<float>& call);

  numerics::Rows<const float> logits_;
  std::vector<std::size_t> rows_;
  std::map<ops::Op, std::vector<Answer>> answers_;
};

}  // namespace maxtrick::timing
