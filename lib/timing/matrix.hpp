// The data on which kernels are timed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "numerics/rows.hpp"
#include "timing/job.hpp"

namespace maxtrick::timing {

// A dense matrix that begins at the start of a page, as large allocations do. So all matrices have
// the same alignment to cache lines, and times do not depend on it.
class Matrix {
 public:
  // A matrix of zeros.
  explicit Matrix(Shape shape);

  [[nodiscard]] numerics::Rows<float> rows() const {
    return {data_.get(), shape_.rows, shape_.classes, shape_.classes};
  }
  [[nodiscard]] numerics::Rows<const float> const_rows() const {
    return {data_.get(), shape_.rows, shape_.classes, shape_.classes};
  }

 private:
  struct Free {
    void operator()(float* data) const;
  };
  Shape shape_;
  std::unique_ptr<float[], Free> data_;
};

// A random class for each row.
[[nodiscard]] std::vector<std::int32_t> make_targets(Shape shape, std::uint64_t seed);

// Random logits. The class of the target is never masked, so that every row has a class and no loss
// is infinite.
[[nodiscard]] Matrix make_logits(Shape shape, const Logits& logits,
                                 const std::vector<std::int32_t>& targets, std::uint64_t seed);

}  // namespace maxtrick::timing
