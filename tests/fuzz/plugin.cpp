// The description of a plug-in: as its library gives it, and as the message of the process that loads it.
//
// Lines of the input: name, version, and for each kernel op, algorithm, instruction set, summary, source and
// claimed error. A line "-" is a null pointer.
#include "maxtrick/plugin.h"

#include <dlfcn.h>

#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include "fuzz.hpp"
#include "io/number.hpp"
#include "worker/library.hpp"

using namespace maxtrick;

namespace {

void as_message(const std::string& text) {
  try {
    (void)worker::to_json(worker::from_json(text));
  } catch (const std::invalid_argument&) {
  }
}

int compute_float32(const maxtrick_call_float32*) { return 0; }
int compute_float64(const maxtrick_call_float64*) { return 0; }

// The texts of a description, which must live as long as it does.
class Texts {
 public:
  const char* next(std::string_view& rest) {
    const std::string_view line = fuzz::take_until(rest, '\n');
    return line == "-" ? nullptr : texts_.emplace_back(line).c_str();
  }

 private:
  std::deque<std::string> texts_;
};

void as_library(std::string_view text) {
  static const maxtrick_plugin** const described = [] {
    void* const library = ::dlopen(MAXTRICK_DESCRIBED_PLUGIN, RTLD_NOW);
    fuzz::require(library != nullptr, "the plug-in can be loaded");
    return static_cast<const maxtrick_plugin**>(::dlsym(library, "described"));
  }();
  Texts texts;
  maxtrick_plugin plugin{
      .api_version = MAXTRICK_PLUGIN_API, .name = texts.next(text), .version = texts.next(text)};
  std::vector<maxtrick_kernel> kernels;
  while (!text.empty()) {
    maxtrick_kernel kernel{};
    for (const char** part :
         {&kernel.op, &kernel.algorithm, &kernel.isa, &kernel.summary, &kernel.source})
      *part = texts.next(text);
    kernel.claimed_ulp = io::parse_number(fuzz::take_until(text, '\n')).value_or(0);
    kernel.float32 = compute_float32;
    if (kernels.size() % 2) kernel.float64 = compute_float64;
    kernels.push_back(kernel);
  }
  plugin.kernels = kernels.data();
  plugin.kernel_count = kernels.size();
  *described = &plugin;
  try {
    const worker::Plugin read = worker::open(MAXTRICK_DESCRIBED_PLUGIN);
    const std::string message = worker::to_json(read);
    const worker::Plugin again = worker::from_json(message);
    fuzz::require(worker::to_json(again) == message, "the message says what the library says");
  } catch (const worker::Refused&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  as_message(text);
  as_library(text);
  return 0;
}
