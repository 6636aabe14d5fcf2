#include "run/cpu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>

#include "io/files.hpp"

namespace maxtrick::run {
namespace {

struct Known {
  std::string_view vendor;
  unsigned family, first_model, last_model;
  std::string_view name;
  unsigned first_stepping = 0, last_stepping = 15;
  bool amx = false;
};

// CPUs with AVX2 or AVX-512, from Linux 6.11: arch/x86/kernel/cpu/amd.c (bsp_init_amd) and
// arch/x86/include/asm/intel-family.h. The table is our own because Debian 12's cpu_features 0.7
// knows neither Zen 4 nor Zen 5.
constexpr std::string_view amd = "AuthenticAMD", intel = "GenuineIntel";
constexpr Known known[] = {
    {amd, 0x17, 0x00, 0x2f, "zen"},
    {amd, 0x17, 0x50, 0x5f, "zen"},
    {amd, 0x17, 0x30, 0x4f, "zen2"},
    {amd, 0x17, 0x60, 0x7f, "zen2"},
    {amd, 0x17, 0x90, 0x91, "zen2"},
    {amd, 0x17, 0xa0, 0xaf, "zen2"},
    {amd, 0x19, 0x00, 0x0f, "zen3"},
    {amd, 0x19, 0x20, 0x5f, "zen3"},
    {amd, 0x19, 0x10, 0x1f, "zen4"},
    {amd, 0x19, 0x60, 0xaf, "zen4"},
    {amd, 0x1a, 0x00, 0x2f, "zen5"},
    {amd, 0x1a, 0x40, 0x4f, "zen5"},
    {amd, 0x1a, 0x60, 0x7f, "zen5"},
    {intel, 6, 0x3c, 0x3c, "haswell"},
    {intel, 6, 0x3f, 0x3f, "haswell"},
    {intel, 6, 0x45, 0x46, "haswell"},
    {intel, 6, 0x3d, 0x3d, "broadwell"},
    {intel, 6, 0x47, 0x47, "broadwell"},
    {intel, 6, 0x4f, 0x4f, "broadwell"},
    {intel, 6, 0x56, 0x56, "broadwell"},
    {intel, 6, 0x4e, 0x4e, "skylake"},
    {intel, 6, 0x5e, 0x5e, "skylake"},
    {intel, 6, 0x55, 0x55, "skylake-server", 0, 4},
    {intel, 6, 0x55, 0x55, "cascade-lake", 5, 7},
    {intel, 6, 0x55, 0x55, "cooper-lake", 8, 15},
    {intel, 6, 0x8e, 0x8e, "kaby-lake"},
    {intel, 6, 0x9e, 0x9e, "kaby-lake"},
    {intel, 6, 0xa5, 0xa6, "comet-lake"},
    {intel, 6, 0x6a, 0x6a, "ice-lake-server"},
    {intel, 6, 0x6c, 0x6c, "ice-lake-server"},
    {intel, 6, 0x7d, 0x7e, "ice-lake"},
    {intel, 6, 0x8c, 0x8d, "tiger-lake"},
    {intel, 6, 0xa7, 0xa7, "rocket-lake"},
    {intel, 6, 0x8f, 0x8f, "sapphire-rapids", 0, 15, true},
    {intel, 6, 0xcf, 0xcf, "emerald-rapids", 0, 15, true},
    {intel, 6, 0xad, 0xae, "granite-rapids", 0, 15, true},
    {intel, 6, 0x97, 0x97, "alder-lake"},
    {intel, 6, 0x9a, 0x9a, "alder-lake"},
    {intel, 6, 0xb7, 0xb7, "raptor-lake"},
    {intel, 6, 0xba, 0xba, "raptor-lake"},
    {intel, 6, 0xbf, 0xbf, "raptor-lake"},
    {intel, 6, 0xaa, 0xaa, "meteor-lake"},
    {intel, 6, 0xac, 0xac, "meteor-lake"},
    {intel, 6, 0xbd, 0xbd, "lunar-lake"},
    {intel, 6, 0xc5, 0xc6, "arrow-lake"},
};

std::string slug(std::string_view text) {
  std::string slug;
  bool in_brackets = false;  // "(R)", "(TM)"
  for (const char c : text) {
    if (c == '(' || c == ')') in_brackets = c == '(';
    if (in_brackets) continue;
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = std::isalnum(byte) || c == '.';
    if (kept)
      slug += static_cast<char>(std::tolower(byte));
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() ? "unknown" : slug;
}

}  // namespace

Cpu parse_cpu(std::string_view cpuinfo) {
  // The lines of the first CPU, "model name\t: AMD EPYC". An empty line ends them.
  std::map<std::string, std::string, std::less<>> values;
  while (!cpuinfo.empty() && cpuinfo.front() != '\n') {
    const std::string_view line = cpuinfo.substr(0, cpuinfo.find('\n'));
    cpuinfo.remove_prefix(std::min(line.size() + 1, cpuinfo.size()));
    const auto colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string_view name = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
    values.emplace(name, line.substr(std::min(colon + 2, line.size())));
  }
  const auto number = [&](const char* name) {
    return static_cast<unsigned>(std::strtoul(values[name].c_str(), nullptr, 10));
  };
  const bool amx = (values["flags"] + ' ').find(" amx_tile ") != std::string::npos;
  return {values["vendor_id"], values["model name"], number("cpu family"),
          number("model"),     number("stepping"),   amx};
}

Cpu this_cpu() { return parse_cpu(io::read_file_if_there("/proc/cpuinfo").value_or("")); }

std::string microarchitecture(const Cpu& cpu) {
  for (const Known& one : known)
    if (one.vendor == cpu.vendor && one.family == cpu.family && one.first_model <= cpu.model &&
        cpu.model <= one.last_model && one.first_stepping <= cpu.stepping &&
        cpu.stepping <= one.last_stepping)
      return std::string(cpu.amx && !one.amx ? "sapphire-rapids-or-later" : one.name);
  return {};
}

std::string cpu_folder(const Cpu& cpu) {
  if (std::string name = microarchitecture(cpu); !name.empty()) return name;
  if (cpu.family == 0) return slug(cpu.model_name);
  const std::string vendor = cpu.vendor == amd     ? "amd"
                             : cpu.vendor == intel ? "intel"
                                                   : slug(cpu.vendor);
  return fmt::format("{}-family-{}-model-{}", vendor, cpu.family, cpu.model);
}

std::string cpu_folder() { return cpu_folder(this_cpu()); }

}  // namespace maxtrick::run
