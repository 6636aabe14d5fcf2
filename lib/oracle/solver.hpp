// The solvers of the oracle. Each op has one, in its own file in this directory.
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
#include "ops/target.hpp"
#include "ops/transform.hpp"

namespace maxtrick::oracle {

// The arithmetic that decides the roundings. Both give the same rounded numbers. The other digits,
// Exact::rest, are within 2^-40 of the exact value in both, but need not be the same.
enum class Stages {
  mpfr_only,
  pairs_first,  // double-double arithmetic (first_stage.hpp), and MPFR for the rows it leaves
};

// A row of logits, and the other arguments of an op (ops::Call).
template <class T>
struct Question {
  std::span<const T> logits;
  Stages stages = Stages::mpfr_only;
  std::size_t target = 0;  // the class, for ops that take targets
  double gradient_scale = 1;
  // If one of these is set, the op's general solver answers. It also gives the gradient of any loss,
  // and measures the error of each entry in ULPs of its own exact value.
  ops::RowTransform<T> transform = {};
  std::optional<ops::Target<T>> coefficients = {};  // instead of `target`
  std::span<const T> factors = {};
  std::optional<double> parameter = {};
  bool with_gradient = false;

  [[nodiscard]] bool plain() const {
    return transform.identity() && !coefficients && factors.empty() && !parameter;
  }
};

template <class T>
struct Answer {
  // outputs(op, classes) elements; of a loss, its gradient if the question asks for it.
  std::vector<numerics::Exact<T>> result;
  std::optional<numerics::Exact<T>> loss = {};  // for ops that take targets
  double sign = 1;  // log_sum_exp: of the sum with its factors; 0 if that is 0
};

// The exact answer. T is float, double, Float16 or BFloat16. Throws std::invalid_argument for a row
// without classes, std::logic_error for an op without a solver, and std::runtime_error if 2^17 bits
// do not decide the rounding of a result (no such row is known).
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

// Registers a solver. The file of a solver defines one such object at namespace scope. `solve` is a
// generic lambda that takes a Question<T>. The files must be linked as objects (see ops::Register).
struct RegisterSolver {
  template <class Generic>
  RegisterSolver(ops::Op op, Generic solve) {
    add({op, solve, solve, solve, solve});
  }

 private:
  static void add(Solver solver);
};

// The same for the general solver of an op, which takes questions with all arguments.
struct RegisterGeneralSolver {
  template <class Generic>
  RegisterGeneralSolver(ops::Op op, Generic solve) {
    add({op, solve, solve, solve, solve});
  }

 private:
  static void add(Solver solver);
};

}  // namespace maxtrick::oracle
