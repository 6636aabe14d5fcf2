// The load that other programs put on the machine while times are measured.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

namespace maxtrick::timing {

struct Load {
  double others = 0;   // how many CPUs other programs used, on average over the measurement
  double average = 0;  // the load average of the last minute, as `uptime` shows it
  unsigned cpus = 1;   // the CPUs that this process may use; `others` counts only these
  // What the others may use without disturbing the measurement; if absent, half a CPU, or a tenth
  // of all CPUs if that is more.
  std::optional<double> highest = {};

  [[nodiscard]] bool busy() const { return others > highest.value_or(std::max(0.5, 0.1 * cpus)); }
};

// "load average 3.9; other programs used 1.9 of 2 CPUs"
[[nodiscard]] std::string describe(const Load& load);

// Measures the load from its construction on. The CPU time of other programs is what /proc/stat
// counts on the CPUs of this process, including what a hypervisor gave to others, less the time of
// this process and its descendants. Where the system does not tell, the others used nothing.
class LoadMeter {
 public:
  LoadMeter();
  [[nodiscard]] Load load() const;

 private:
  struct Reading {
    double wall = 0, all = 0, own = 0;  // seconds
  };
  static Reading read();
  Reading start_;
};

}  // namespace maxtrick::timing
