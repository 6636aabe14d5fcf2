// A row of logits with its exact answer, which several cases share.
#pragma once

#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "numerics/oracle.hpp"

namespace maxtrick::inputs {

// The exact answer is computed when it is first asked for, once, and freed with the last case that
// holds the row.
template <class T>
class ExactRow {
 public:
  ExactRow(numerics::Op op, std::vector<T> logits) : op_(op), logits_(std::move(logits)) {}

  [[nodiscard]] std::span<const T> logits() const { return logits_; }
  [[nodiscard]] const std::vector<numerics::Exact<T>>& exact() {
    std::call_once(once_, [this] { exact_ = numerics::exact<T>(op_, logits_); });
    return exact_;
  }

 private:
  numerics::Op op_;
  std::vector<T> logits_;
  std::once_flag once_;
  std::vector<numerics::Exact<T>> exact_;
};

}  // namespace maxtrick::inputs
