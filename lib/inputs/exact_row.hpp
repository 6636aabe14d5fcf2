// A row of logits with its exact answer, shared by several cases.
#pragma once

#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "inputs/lazy.hpp"
#include "oracle/oracle.hpp"

namespace maxtrick::inputs {

template <class T>
class ExactRow {
 public:
  ExactRow(ops::Op op, std::function<std::vector<T>()> make)
      : logits_(std::move(make)), exact_([this, op] { return oracle::exact<T>(op, logits()); }) {}
  ExactRow(ops::Op op, std::vector<T> logits)
      : ExactRow(op, [logits = std::move(logits)] { return logits; }) {}

  [[nodiscard]] std::span<const T> logits() { return logits_.get(); }
  [[nodiscard]] const std::vector<numerics::Exact<T>>& exact() { return exact_.get(); }

 private:
  Lazy<std::vector<T>> logits_;
  Lazy<std::vector<numerics::Exact<T>>> exact_;
};

}  // namespace maxtrick::inputs
