// The CPU of this machine, by which tables of times are named.
#pragma once

#include <string>
#include <string_view>

namespace maxtrick::run {

// What identifies the CPU; empty or 0 where it is unknown.
struct Cpu {
  std::string vendor, model_name;  // "AuthenticAMD", "AMD EPYC"
  unsigned family = 0, model = 0, stepping = 0;
  bool amx = false;  // has instructions for matrices, as Intel's servers from Sapphire Rapids on
};

// Reads the text of /proc/cpuinfo.
[[nodiscard]] Cpu parse_cpu(std::string_view cpuinfo);
[[nodiscard]] Cpu this_cpu();

// "zen4" or "sapphire-rapids"; empty if the table does not have it. It depends on the numbers that
// the CPU reports and not on its name, which a hypervisor replaces by one of its own. Some
// hypervisors also report the model of an older CPU; where its flags contradict that model, the
// name is "sapphire-rapids-or-later".
[[nodiscard]] std::string microarchitecture(const Cpu& cpu);

// The name of a folder for what was measured on this CPU: its microarchitecture; if that is
// unknown, "amd-family-26-model-200"; and if the CPU reports no family, its name in lower-case
// letters, digits and dots, with a dash for every other sequence of characters and without text in
// brackets.
[[nodiscard]] std::string cpu_folder(const Cpu& cpu);
[[nodiscard]] std::string cpu_folder();  // of this CPU

}  // namespace maxtrick::run
