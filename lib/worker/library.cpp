#include "worker/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <set>
#include <stdexcept>

#include "io/files.hpp"
#include "worker/floating_point.hpp"
#include "worker/interface.hpp"

namespace maxtrick::worker {
namespace {

// The description of all kernels goes through a socket in one message, which Linux limits to 208
// KiB.
constexpr std::size_t most_description = 1 << 17;

// What the library describes, by the newest version of the interface that it implements.
Plugin description_of(void* library) {
  for (const Interface& one : interfaces)
    if (void* const entry = ::dlsym(library, one.entry)) return one.read(entry);
  throw std::invalid_argument(
      fmt::format("it exports neither {} nor {}", interfaces[0].entry, interfaces[1].entry));
}

void require_distinct_names(const Plugin& plugin) {
  std::set<std::string> names;
  for (const ops::Variant& variant : plugin.variants)
    if (!names.insert(variant.name()).second)
      throw std::invalid_argument(fmt::format("it offers {} twice", variant.name()));
}

}  // namespace

Plugin open(const std::filesystem::path& file) {
  // dlopen() would search the system's libraries for a name without a slash.
  const std::filesystem::path path = std::filesystem::absolute(file);
  try {
    const std::string digest = io::sha256(io::read_file(path));
    const FloatingPoint environment;
    // The library is never closed: threads and other state that it has started cannot be stopped.
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw std::invalid_argument(::dlerror());
    Plugin plugin = description_of(library);
    require_distinct_names(plugin);
    plugin.file = path;
    plugin.digest = digest;
    plugin.when_loaded = environment.violation();
    if (const std::size_t size = to_json(plugin).size(); size > most_description)
      throw std::invalid_argument(
          fmt::format("what it says of its {} kernels is {} bytes, at most {}: fewer, or shorter "
                      "texts",
                      plugin.variants.size(), size, most_description));
    return plugin;
  } catch (const std::exception& error) {
    throw Refused(fmt::format("{}: no plug-in that can be used: {}", file.string(), error.what()));
  }
}

}  // namespace maxtrick::worker
