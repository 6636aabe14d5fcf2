#include "cli/eval/expect.hpp"

#include <fmt/format.h>

#include <cmath>

namespace maxtrick::cli {
namespace {

constexpr std::size_t shown_elements = 5;

class Comparison {
 public:
  Comparison(const ExpectOptions& options, ops::DType dtype, const Exact& exact)
      : options_(options), dtype_(dtype), exact_(exact) {
    if (options.ulp && (options.rtol || options.atol))
      throw UsageError("--ulp and --rtol, --atol exclude each other");
    for (const auto& [option, value] :
         {std::pair("--ulp", options.ulp), std::pair("--rtol", options.rtol),
          std::pair("--atol", options.atol)})
      if (value && !(*value >= 0 && std::isfinite(*value)))
        throw UsageError(fmt::format("{}: {}, expected a finite number from 0", option, *value));
  }

  // `text` is an argument of `option`; `got` has the shape.
  [[nodiscard]] bool operator()(const std::string& text, const char* option,
                                const std::vector<double>& got, const io::Shape& shape,
                                const std::string& what) const {
    const std::vector<double> expected = broadcast(read_argument(text, option), shape, option);
    std::size_t wrong = 0;
    for (std::size_t n = 0; n < got.size(); ++n) {
      const double x = got[n], y = expected[n];
      if (x == y || (std::isnan(x) && std::isnan(y))) continue;
      const double error = std::abs(x - y), most = allowed(y);
      if (error <= most) continue;
      if (++wrong <= shown_elements)
        fmt::print(stderr, "{}{}: got {}, expected {}: {}\n", what,
                   shape.empty() ? "" : place_text(n, shape), number_text(x, dtype_),
                   number_text(y, ops::DType::float64), described(error, y));
    }
    if (wrong > shown_elements)
      fmt::print(stderr, "{}: {} of {} elements differ\n", what, wrong, got.size());
    return wrong == 0;
  }

 private:
  [[nodiscard]] double allowed(double y) const {
    if (options_.rtol || options_.atol)
      return std::isinf(y) ? -1
                           : options_.atol.value_or(0) + options_.rtol.value_or(0) * std::abs(y);
    return std::isinf(y) ? -1 : options_.ulp.value_or(1) * exact_.ulp(y);
  }
  [[nodiscard]] std::string described(double error, double y) const {
    if (!std::isfinite(error)) return "no number within a tolerance";
    if (options_.rtol || options_.atol)
      return fmt::format("a difference of {:.3g}, {:.3g} allowed", error, allowed(y));
    return fmt::format("{:.4g} ULP, {} allowed", error / exact_.ulp(y), options_.ulp.value_or(1));
  }

  const ExpectOptions& options_;
  ops::DType dtype_;
  const Exact& exact_;
};

}  // namespace

bool holds(const ExpectOptions& options, const Problem& problem, const Exact& exact,
           const std::vector<Results>& all) {
  const Comparison compare(options, problem.dtype, exact);
  bool good = true;
  for (const Results& results : all) {
    const std::string& name = results.name;
    if (!options.expect.empty()) {
      if (problem.has_losses() && problem.only_reduced)
        good = compare(options.expect, "--expect", {results.reduced[0]}, {},
                       name + ' ' + problem.reductions[0].name) &&
               good;
      else if (problem.has_losses())
        good = compare(options.expect, "--expect", results.losses, problem.result_shape(),
                       name + " row ") &&
               good;
      else
        good =
            compare(options.expect, "--expect",
                    problem.op->output == ops::Output::row ? problem.layout.in_place(results.result)
                                                           : results.result,
                    problem.result_shape(), name + ' ') &&
            good;
    }
    if (!options.expect_gradient.empty())
      good = compare(options.expect_gradient, "--expect-gradient",
                     problem.layout.in_place(results.gradient), problem.layout.shape(),
                     name + " gradient ") &&
             good;
  }
  return good;
}

}  // namespace maxtrick::cli
