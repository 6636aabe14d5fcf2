// The data on which kernels are timed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "numerics/rows.hpp"
#include "timing/job.hpp"

namespace maxtrick::timing {

// An array that begins at the start of a page, as large allocations do. So all arrays have the same
// alignment to cache lines, and times do not depend on it. T is float, double, Float16 or BFloat16.
template <class T>
class Matrix {
 public:
  // An array of zeros.
  explicit Matrix(const Shape& shape);

  // The rows of the array. If the classes are along another axis than the last, the strides of one
  // view reach only the rows that share an index of the axes before it: there are shape.outer() such
  // parts. Otherwise there is one part.
  [[nodiscard]] numerics::Rows<T> part(std::size_t i) const;
  [[nodiscard]] static std::size_t parts(const Shape& shape) {
    return shape.last_axis() ? 1 : shape.outer();
  }
  [[nodiscard]] T& at(std::size_t row, std::size_t k) const { return data_[shape_.place(row, k)]; }
  // All numbers, in the order of the memory.
  [[nodiscard]] std::span<T> numbers() const { return {data_.get(), shape_.elements()}; }

 private:
  struct Free {
    void operator()(T* data) const;
  };
  Shape shape_;
  std::unique_ptr<T[], Free> data_;
};

// A random class for each row.
[[nodiscard]] std::vector<std::int32_t> make_targets(const Shape& shape, std::uint64_t seed);

// Random logits. The class of the target is never masked, so that every row has a class and no loss
// is infinite.
template <class T>
[[nodiscard]] Matrix<T> make_logits(const Shape& shape, const Logits& logits,
                                    const std::vector<std::int32_t>& targets, std::uint64_t seed);

}  // namespace maxtrick::timing
