// How the oracle answers an op: one solver an op, in a file of its own beside this one.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "numerics/error.hpp"
#include "numerics/small_float.hpp"
#include "ops/op.hpp"

namespace maxtrick::oracle {

// A row of logits, and what a loss needs besides.
template <class T>
struct Question {
  std::span<const T> logits;
  std::size_t target = 0;  // the class, for ops that take targets
  double gradient_scale = 1;
};

template <class T>
struct Answer {
  std::vector<numerics::Exact<T>> result;       // outputs(op, classes) of them
  std::optional<numerics::Exact<T>> loss = {};  // of ops that take targets
};

// The exact answer. T is float, double, Float16 or BFloat16. Throws std::invalid_argument for a row
// of no classes, std::logic_error for an op without a solver, and std::runtime_error for a row whose
// rounding 2^17 bits do not decide (none is known).
template <class T>
[[nodiscard]] Answer<T> answer(ops::Op op, const Question<T>& question);

template <class T>
using Solve = std::function<Answer<T>(const Question<T>& question)>;

struct Solver {
  ops::Op op;
  Solve<float> float32;
  Solve<double> float64;
  Solve<numerics::Float16> float16;
  Solve<numerics::BFloat16> bfloat16;
};

// A solver's file holds one at namespace scope; `solve` is a generic lambda over Question<T>. The
// files must be linked as objects (see ops::Register).
struct RegisterSolver {
  template <class Generic>
  RegisterSolver(ops::Op op, Generic solve) {
    add({op, solve, solve, solve, solve});
  }

 private:
  static void add(Solver solver);
};

}  // namespace maxtrick::oracle
