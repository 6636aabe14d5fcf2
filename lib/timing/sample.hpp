// Whether a kernel's results are right, on some rows of the matrix that it will be timed on.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "numerics/error.hpp"
#include "ops/op.hpp"
#include "oracle/outcome.hpp"
#include "timing/kernel.hpp"

namespace maxtrick::timing {

struct Checked {
  oracle::Outcome outcome = oracle::Outcome::ok;
  double max_error_ulp = 0;
};

// A wrong number is not timed; nor is one beyond twice what its kernel claims. One that is merely
// inaccurate is, where the kernel claims nothing: a library at 65 ULP is what users have.
[[nodiscard]] bool may_be_timed(const Kernel& kernel, const Checked& checked);

// Rows spread over a matrix, with their exact results, made when first needed.
class Sample {
 public:
  // Those of `call`; the first and the last row are among them where more than one is taken.
  explicit Sample(const Call& call);

  // Judges what the kernel of `op` has written into `call`.
  //
  // A gradient scale (y_i - [i = t]) is counted in ULPs of its exact value, but at t, where two
  // numbers are subtracted, in those of the larger, scale: how to do better is the subject of
  // configs/derivative.toml.
  [[nodiscard]] Checked check(const Kernel& kernel, const Call& call, double tolerance_ulp);

 private:
  using Exact = std::vector<numerics::Exact<float>>;
  const std::vector<Exact>& exact(ops::Op op);
  Checked check_row(const Kernel& kernel, const Call& call, double tolerance_ulp, std::size_t i);

  numerics::Rows<const float> x_;
  std::vector<std::size_t> rows_;
  std::map<ops::Op, std::vector<Exact>> exact_;
};

}  // namespace maxtrick::timing
