// The numbers that kernels are timed on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "numerics/rows.hpp"
#include "timing/job.hpp"

namespace maxtrick::timing {

// A dense matrix that begins at a page: as large allocations do, and so that no two of them differ
// in how they meet cache lines.
class Matrix {
 public:
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

// A class for each row.
[[nodiscard]] std::vector<std::int32_t> make_targets(Shape shape, std::uint64_t seed);

// The target's class is never masked, so that no row is without a class and no loss infinite.
[[nodiscard]] Matrix make_logits(Shape shape, const Logits& logits,
                                 const std::vector<std::int32_t>& targets, std::uint64_t seed);

}  // namespace maxtrick::timing
