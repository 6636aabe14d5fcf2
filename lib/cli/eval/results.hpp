// The exact results of a problem, and those of a variant or a file, row by row.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/eval/problem.hpp"
#include "ops/variant.hpp"
#include "oracle/outcome.hpp"

namespace maxtrick::cli {

// All numbers are numbers of the problem's type.
struct Results {
  std::string name;
  std::vector<double> result = {};       // outputs() for each row, without the sign
  std::vector<double> signs = {};        // of log-sum-exp with factors, one for each row
  std::vector<double> losses = {};       // one for each row
  std::vector<double> gradient = {};     // one for each class of each row
  std::vector<double> reduced = {};      // one for each reduction
  bool own_special_values = false;       // whether it states its own definition of special values
  std::vector<std::string> failed = {};  // for each row, why it has no results; empty if it has
};

// The verdict on one row, and on the reduced losses.
struct RowVerdict {
  oracle::Verdict values, gradient;
};

// The exact answers of a problem, and how results are compared with them.
class Exact {
 public:
  virtual ~Exact() = default;
  // The exact answers, rounded to the type.
  [[nodiscard]] virtual const Results& rounded() const = 0;
  // The verdict on row i of results. What is not null receives the error in ULP of each number of
  // Results::result or losses, and of the gradient.
  [[nodiscard]] virtual RowVerdict judge(const Results& results, std::size_t i,
                                         std::vector<double>* errors = nullptr,
                                         std::vector<double>* of_gradient = nullptr) const = 0;
  [[nodiscard]] virtual oracle::Verdict judge_reduced(const Results& results,
                                                      std::size_t r) const = 0;
  // Runs a variant, which must have the type, on each row.
  [[nodiscard]] virtual Results run(const ops::Variant& variant) const = 0;
  // One unit in the last place of the type at x.
  [[nodiscard]] virtual double ulp(double x) const = 0;
};

// Computes the exact answers of all rows.
[[nodiscard]] std::unique_ptr<Exact> solve(const Problem& problem);

}  // namespace maxtrick::cli
