// Reads the arrays and numbers of options for a problem: in its type, and in the shape of its rows.
#pragma once

#include <string>
#include <vector>

#include "cli/eval/problem.hpp"

namespace maxtrick::cli {

[[noreturn]] inline void fail(const std::string& message) { throw UsageError(message); }

// The functions throw UsageError, with the name of the option and of the place.
class Arguments {
 public:
  explicit Arguments(const Problem& problem) : problem_(problem) {}

  // The numbers in the dtype. Integers are not rounded silently, and no finite number becomes
  // infinite.
  [[nodiscard]] std::vector<double> rounded(const io::Array& array,
                                            const std::string& option) const;
  // A finite number in the dtype.
  [[nodiscard]] double number(double value, const char* option, bool may_be_0 = false) const;
  // One number for each logit, row by row.
  [[nodiscard]] std::vector<double> of_logits(const std::string& text,
                                              const std::string& option) const;
  // One number for each row.
  [[nodiscard]] std::vector<double> of_rows(const std::string& text,
                                            const std::string& option) const;
  static void require_finite(const std::vector<double>& values, const std::string& option);

 private:
  const Problem& problem_;
};

}  // namespace maxtrick::cli
