// Rows of terms with their exact sums, which several cases share.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "ops/dtype.hpp"
#include "oracle/oracle.hpp"
#include "summation/terms.hpp"

namespace maxtrick::summation {

// In storage type S. The rows are drawn when they are first asked for, once, and freed with the
// last case that holds them.
template <class S>
class Summands {
 public:
  struct Row {
    std::vector<S> terms;
    numerics::Exact<S> sum;
  };
  Summands(Terms terms, ops::DType dtype, std::size_t classes, std::size_t rows)
      : terms_(std::move(terms)), dtype_(dtype), classes_(classes), count_(rows) {}

  [[nodiscard]] const std::vector<Row>& rows() {
    std::call_once(once_, [this] {
      for (std::size_t i = 0; i < count_; ++i) {
        Row row;
        for (const double t : terms_.row(classes_, i, ops::unit_roundoff(dtype_)))
          row.terms.push_back(static_cast<S>(t));
        row.sum = oracle::exact_sum<S>(row.terms);
        rows_.push_back(std::move(row));
      }
    });
    return rows_;
  }

 private:
  Terms terms_;
  ops::DType dtype_;
  std::size_t classes_, count_;
  std::once_flag once_;
  std::vector<Row> rows_;
};

}  // namespace maxtrick::summation
