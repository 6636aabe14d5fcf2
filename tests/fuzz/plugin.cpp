// The description of a plug-in: as its library gives it, and as the message of the process that loads it.
//
// Lines of the input: name, version, and for each kernel op, algorithm, instruction set, summary, source and
// claimed error. A line "-" is a null pointer. The same texts are described by both versions of the interface. For
// version 2, the name is followed by the size of its struct, and each kernel by its types, what it supports, and the
// size of its struct; a size that is not a number is the right one.
#include "maxtrick/plugin.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
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

// Loads the library, in which the symbol `described` is `plugin`. The message of its process must say what it says.
template <class Described>
void load(const char* file, const Described* plugin) {
  void* const library = ::dlopen(file, RTLD_NOW);
  fuzz::require(library != nullptr, "the plug-in can be loaded");
  *static_cast<const Described**>(::dlsym(library, "described")) = plugin;
  try {
    const worker::Plugin read = worker::open(file);
    const std::string message = worker::to_json(read);
    const worker::Plugin again = worker::from_json(message);
    fuzz::require(worker::to_json(again) == message, "the message says what the library says");
  } catch (const worker::Refused&) {
  }
}

template <class Kernel>
void take_words(Texts& texts, std::string_view& text, Kernel& kernel) {
  for (const char** part :
       {&kernel.op, &kernel.algorithm, &kernel.isa, &kernel.summary, &kernel.source})
    *part = texts.next(text);
  kernel.claimed_ulp = io::parse_number(fuzz::take_until(text, '\n')).value_or(0);
}

void as_version_1(std::string_view text) {
  Texts texts;
  maxtrick_plugin plugin{
      .api_version = MAXTRICK_PLUGIN_API, .name = texts.next(text), .version = texts.next(text)};
  std::vector<maxtrick_kernel> kernels;
  while (!text.empty()) {
    maxtrick_kernel kernel{};
    take_words(texts, text, kernel);
    kernel.float32 = [](const maxtrick_call_float32*) { return 0; };
    if (kernels.size() % 2) kernel.float64 = [](const maxtrick_call_float64*) { return 0; };
    kernels.push_back(kernel);
  }
  plugin.kernels = kernels.data();
  plugin.kernel_count = kernels.size();
  load(MAXTRICK_DESCRIBED_V1, &plugin);
}

std::size_t take_number(std::string_view& text, std::size_t otherwise) {
  const auto number = io::parse_number(fuzz::take_until(text, '\n'));
  return number && *number >= 0 && *number < 1e9 ? static_cast<std::size_t>(*number) : otherwise;
}

// Zeros follow each struct, because a plug-in whose header is a later one has longer structs.
constexpr std::size_t after = 4096;

void as_version_2(std::string_view text) {
  Texts texts;
  struct {
    maxtrick_description_v2 known;
    char appended[after];
  } plugin{};
  plugin.known.name = texts.next(text);
  plugin.known.struct_size = take_number(text, sizeof plugin.known);
  plugin.known.version = texts.next(text);
  std::vector<maxtrick_kernel_v2> kernels;
  while (!text.empty()) {
    maxtrick_kernel_v2 kernel{};
    take_words(texts, text, kernel);
    kernel.types = take_number(text, MAXTRICK_FLOAT32);
    kernel.supports = take_number(text, 0);
    kernel.struct_size = take_number(text, sizeof kernel);
    kernel.compute = [](const maxtrick_call_v2*) { return 0; };
    kernels.push_back(kernel);
  }
  // Each kernel lies where the size of the one before it says, if that is a size.
  std::vector<std::size_t> memory((kernels.size() + 1) * after / sizeof(std::size_t));
  char* next = reinterpret_cast<char*>(memory.data());
  for (const maxtrick_kernel_v2& kernel : kernels) {
    std::memcpy(next, &kernel, sizeof kernel);
    next += std::min(kernel.struct_size, after - sizeof kernel);
  }
  plugin.known.kernels = reinterpret_cast<const maxtrick_kernel_v2*>(memory.data());
  plugin.known.kernel_count = kernels.size();
  load(MAXTRICK_DESCRIBED_V2, &plugin.known);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  as_message(text);
  as_version_1(text);
  as_version_2(text);
  return 0;
}
