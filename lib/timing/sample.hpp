// Checks the results of a kernel, on some rows of the matrix on which it will be timed.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "numerics/error.hpp"
#include "ops/op.hpp"
#include "oracle/outcome.hpp"
#include "timing/timed.hpp"

namespace maxtrick::timing {

// The outcome and the largest error of the rows of a sample.
struct Checked {
  oracle::Outcome outcome = oracle::Outcome::ok;
  double max_error_ulp = 0;
};

// Whether the kernel may be timed on numbers of that type. It may not if a result is wrong, or if its
// error is more than twice the claim of the kernel. A kernel that claims nothing may be timed even if
// it is inaccurate: users do use a library with an error of 65 ULP.
[[nodiscard]] bool may_be_timed(const ops::Variant& kernel, const Checked& checked,
                                ops::DType dtype = ops::DType::float32);

// Rows spread over an array, with their exact results, which are computed on demand.
template <class T>
class Sample {
 public:
  // Takes rows of the calls, which have the same shape. The first and the last row are among them if
  // more than one is taken.
  explicit Sample(const std::vector<ops::Call<T>>& calls);

  // Judges the results that the variant has written into the calls.
  [[nodiscard]] Checked check(const ops::Variant& variant, const std::vector<ops::Call<T>>& calls,
                              double tolerance_ulp);

 private:
  struct Place {
    std::size_t call, row;
  };
  using Answer = oracle::Answer<T>;
  const std::vector<Answer>& answers(ops::Op op, const std::vector<ops::Call<T>>& calls);

  std::vector<Place> places_;
  std::map<ops::Op, std::vector<Answer>> answers_;
};

}  // namespace maxtrick::timing
