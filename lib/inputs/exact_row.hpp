// Rows of logits with their exact answers, shared by several cases.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "inputs/lazy.hpp"
#include "oracle/norm_wise.hpp"
#include "oracle/oracle.hpp"

namespace maxtrick::inputs {

template <class T>
class ExactRow {
 public:
  ExactRow(ops::Op op, std::function<std::vector<T>()> make,
           oracle::Stages stages = oracle::Stages::mpfr_only)
      : logits_(std::move(make)),
        exact_([this, op, stages] { return oracle::exact<T>(op, logits(), stages); }),
        facts_([this] { return oracle::facts_of_logits(logits()); }) {}

  [[nodiscard]] std::span<const T> logits() { return logits_.get(); }
  [[nodiscard]] const std::vector<numerics::Exact<T>>& exact() { return exact_.get(); }
  // As oracle::row_facts.
  [[nodiscard]] std::optional<ops::RowFacts> facts(ops::DType dtype) {
    const auto& facts = facts_.get();
    return facts ? std::optional(oracle::with_type(*facts, dtype)) : std::nullopt;
  }

 private:
  Lazy<std::vector<T>> logits_;
  Lazy<std::vector<numerics::Exact<T>>> exact_;
  Lazy<std::optional<ops::RowFacts>> facts_;
};

template <class T>
using ExactRowList = std::vector<std::unique_ptr<ExactRow<T>>>;

// The rows of some cases. A plan holds the function that makes them; they exist from the first case
// that needs them to the last.
template <class T>
using ExactRows = Lazy<ExactRowList<T>>;

}  // namespace maxtrick::inputs
