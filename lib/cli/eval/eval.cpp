#include <fmt/format.h>

#include "cli/eval/choice.hpp"
#include "cli/eval/expect.hpp"
#include "cli/eval/options.hpp"
#include "cli/eval/report.hpp"
#include "cli/eval/results.hpp"
#include "cli/plugins.hpp"
#include "io/files.hpp"
#include "text/quoted.hpp"

namespace maxtrick::cli {
namespace {

io::NumberType stored_as(ops::DType dtype) {
  switch (dtype) {
    case ops::DType::float64: return io::NumberType::float64;
    case ops::DType::float16:
    case ops::DType::float16_in_float32: return io::NumberType::float16;
    case ops::DType::float32:
    case ops::DType::bfloat16:  // .npy has no bfloat16
    case ops::DType::bfloat16_in_float32: break;
  }
  return io::NumberType::float32;
}

void write(const EvalOptions& options, const Problem& problem, const Results& results) {
  io::Array array{problem.result_shape(), {}, {}};
  if (problem.has_losses() && problem.only_reduced)
    array = {{}, results.reduced, {}};
  else if (problem.has_losses())
    array.values = results.losses;
  else if (problem.op->output == ops::Output::row)
    array.values = problem.layout.in_place(results.result);
  else
    array.values = results.result;
  std::vector<std::pair<std::filesystem::path, std::string>> files;
  const io::NumberType type = stored_as(problem.dtype);
  if (!options.output.empty()) files.emplace_back(options.output, io::to_npy(array, type));
  if (!options.output_gradient.empty())
    files.emplace_back(
        options.output_gradient,
        io::to_npy({problem.layout.shape(), problem.layout.in_place(results.gradient), {}}, type));
  io::write_files(files);
}

int evaluated(const EvalOptions& options) {
  load_plugins(options.plugins);
  const Problem problem = read_problem(options);
  const bool only_exact = options.variant == "exact";
  std::vector<const ops::Variant*> chosen;
  std::size_t left_out = 0;
  if (!only_exact) {
    chosen = choose(problem, options.variant);
    left_out = leave_out(chosen, problem, options.quiet);
    if (chosen.empty()) return exit_incomplete;
    if (!(options.output.empty() && options.output_gradient.empty()) && chosen.size() != 1)
      throw UsageError(fmt::format("--output needs exactly one variant, or exact; {} matches {}",
                                   text::quoted(options.variant.empty() ? "*" : options.variant),
                                   chosen.size()));
  }
  if (options.expect.empty() && options.expect_gradient.empty() &&
      (options.ulp || options.rtol || options.atol))
    throw UsageError("--ulp, --rtol and --atol need --expect");
  if (!options.output_gradient.empty() && !problem.gradient)
    throw UsageError("--output-gradient needs --gradient");
  if (!options.expect_gradient.empty() && !problem.gradient)
    throw UsageError("--expect-gradient needs --gradient");
  const auto exact = solve(problem);
  std::vector<Results> all;
  bool complete = true;
  for (const ops::Variant* variant : chosen) {
    all.push_back(exact->run(*variant));
    for (std::size_t i = 0; i < all.back().failed.size(); ++i)
      if (const std::string& why = all.back().failed[i]; !why.empty()) {
        fmt::print(stderr, "{} row {} skipped: {}\n", variant->name(), i, why);
        complete = false;
      }
  }
  const std::vector<Results> compared = only_exact ? std::vector{exact->rounded()} : all;
  const bool good = holds(options, problem, *exact, compared);
  const bool writes = !options.output.empty() || !options.output_gradient.empty();
  if (writes && complete && good) write(options, problem, compared[0]);
  fmt::print("{}", report(problem, *exact, all, options.format));
  if (!good) return exit_check_failed;
  // A variant that --variant names and that did not run makes the result incomplete. One that was only
  // among all variants is just reported.
  return !complete || (left_out > 0 && !options.variant.empty()) ? exit_incomplete : exit_holds;
}

}  // namespace

int eval(const EvalOptions& options) {
  return naming_the_command("eval", [&] { return evaluated(options); });
}

}  // namespace maxtrick::cli
