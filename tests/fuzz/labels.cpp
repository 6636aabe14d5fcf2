// Logits in the first line, and labels in the others, as `eval` reads them: labels in the command line, and
// from a file.
#include <system_error>

#include "cli/eval_input.hpp"
#include "fuzz.hpp"

using namespace maxtrick;

namespace {

void read(const cli::EvalOptions& options) {
  try {
    const io::Matrix logits = cli::read_logits(options);
    cli::require_finite<float>(logits, cli::read_dtype(options, logits));
    const cli::Labels labels = cli::read_labels(options, logits);
    fuzz::require(labels.classes.size() == logits.rows, "each row has a label");
    for (const std::int32_t label : labels.classes)
      fuzz::require(label >= 0 && (label <= 1 || static_cast<std::size_t>(label) < logits.columns),
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
  read({.logits = logits, .labels = std::string(text)});
  read({.logits = logits, .labels = file.holding(text)});
  return 0;
}
