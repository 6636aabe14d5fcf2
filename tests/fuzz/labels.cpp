// Logits in the first line, and labels in the others, as `eval` reads them: labels in the command line, and
// from a file.
#include <system_error>

#include "cli/eval/problem.hpp"
#include "fuzz.hpp"

using namespace maxtrick;

namespace {

void read(const std::string& logits, const std::string& labels) {
  cli::ProblemOptions options;
  options.op = "cross_entropy";
  options.logits = logits;
  options.labels = labels;
  try {
    const cli::Problem problem = cli::read_problem(options);
    fuzz::require(
        !problem.labels.empty() || !problem.coefficients.empty() || problem.layout.rows() == 0,
        "each row has a target");
    for (const std::int32_t label : problem.labels)
      fuzz::require(label >= 0 && static_cast<std::size_t>(label) < problem.layout.classes(),
                    "a label is a class");
  } catch (const cli::UsageError&) {
  } catch (const io::InputError&) {
  } catch (const std::system_error&) {  // a text that is no number is the name of a file
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  std::string_view text = fuzz::text_of(data, size);
  const std::string logits(fuzz::take_until(text, '\n'));
  read(logits, std::string(text));
  read(logits, file.holding(text));
  return 0;
}
