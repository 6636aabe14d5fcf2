// A row of logits with its exact answer, which several cases share.
#pragma once

#include <functional>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "oracle/oracle.hpp"

namespace maxtrick::inputs {

// Logits and exact answer are made when they are first asked for, once each, and freed with the
// last case that holds the row: those of a whole grid would fill the memory.
template <class T>
class ExactRow {
 public:
  ExactRow(ops::Op op, std::function<std::vector<T>()> make) : op_(op), make_(std::move(make)) {}
  ExactRow(ops::Op op, std::vector<T> logits)
      : ExactRow(op, [logits = std::move(logits)] { return logits; }) {}

  [[nodiscard]] std::span<const T> logits() {
    std::call_once(made_, [this] { logits_ = make_(); });
    return logits_;
  }
  [[nodiscard]] const std::vector<numerics::Exact<T>>& exact() {
    std::call_once(solved_, [this] { exact_ = oracle::exact<T>(op_, logits()); });
    return exact_;
  }

 private:
  ops::Op op_;
  std::function<std::vector<T>()> make_;
  std::once_flag made_, solved_;
  std::vector<T> logits_;
  std::vector<numerics::Exact<T>> exact_;
};

}  // namespace maxtrick::inputs
