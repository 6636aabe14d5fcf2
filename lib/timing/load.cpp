#include "timing/load.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

namespace maxtrick::timing {
namespace {

double seconds(double ticks) { return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)); }

cpu_set_t own_cpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (::sched_getaffinity(0, sizeof cpus, &cpus) != 0) CPU_SET(0, &cpus);
  return cpus;
}

// The busy time of these CPUs, of all programs: proc(5), /proc/stat.
double busy_seconds(const cpu_set_t& cpus) {
  double ticks = 0;
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    std::array<double, 8> time{};  // user, nice, system, idle, iowait, irq, softirq, steal
    words >> name;
    if (!name.starts_with("cpu") || name.size() < 4) continue;
    for (double& one : time) words >> one;
    if (CPU_ISSET(std::strtoul(name.c_str() + 3, nullptr, 10), &cpus))
      ticks += time[0] + time[1] + time[2] + time[5] + time[6] + time[7];
  }
  return seconds(ticks);
}

double used_by(int who) {
  rusage usage{};
  if (::getrusage(who, &usage) != 0) return 0;
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Relative {
  long parent = 0;
  double ticks = 0;  // its own, and those of its children that ended
};

// All processes: proc(5), /proc/PID/stat.
std::map<long, Relative> processes() {
  std::map<long, Relative> all;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const long pid = std::strtol(entry.path().filename().c_str(), nullptr, 10);
    if (pid == 0) continue;
    std::ifstream file(entry.path() / "stat");
    std::string text;
    std::getline(file, text);
    const auto name_end = text.rfind(')');  // the name may contain anything
    if (name_end == text.npos) continue;
    std::istringstream words(text.substr(name_end + 1));
    std::string skipped;
    Relative one;
    words >> skipped >> one.parent;
    for (int i = 5; i <= 13; ++i) words >> skipped;
    for (int i = 14; i <= 17; ++i) {
      double ticks = 0;
      words >> ticks;
      one.ticks += ticks;
    }
    all.emplace(pid, one);
  }
  return all;
}

// The time of this process and of its descendants, such as the processes of plug-ins.
double own_seconds() {
  double ticks = 0;
  const auto all = processes();
  const long self = ::getpid();
  for (const auto& [pid, one] : all) {
    long ancestor = one.parent;
    for (auto at = all.find(ancestor); ancestor != self && at != all.end(); at = all.find(ancestor))
      ancestor = at->second.parent;
    if (ancestor == self) ticks += one.ticks;
  }
  return used_by(RUSAGE_SELF) + used_by(RUSAGE_CHILDREN) + seconds(ticks);
}

}  // namespace

std::string describe(const Load& load) {
  return fmt::format("load average {:.1f}; other programs used {:.1f} of {} CPUs", load.average,
                     load.others, load.cpus);
}

LoadMeter::Reading LoadMeter::read() {
  const std::chrono::duration<double> now = std::chrono::steady_clock::now().time_since_epoch();
  return {now.count(), busy_seconds(own_cpus()), own_seconds()};
}

LoadMeter::LoadMeter() : start_(read()) {}

Load LoadMeter::load() const {
  const Reading end = read();
  const cpu_set_t cpus = own_cpus();
  Load load{.cpus = static_cast<unsigned>(std::max(1, CPU_COUNT(&cpus)))};
  const double others = (end.all - start_.all) - (end.own - start_.own);
  load.others = std::clamp(others / std::max(end.wall - start_.wall, 1e-3), 0.0,
                           static_cast<double>(load.cpus));
  (void)::getloadavg(&load.average, 1);
  return load;
}

}  // namespace maxtrick::timing
