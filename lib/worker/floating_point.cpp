#include "worker/floating_point.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace maxtrick::worker {
namespace {

// Bits of the control registers, and what they control.
struct Setting {
  std::uint64_t bits;
  const char* name;
};

#if defined(__x86_64__)

// MXCSR in the lower half, the control word of the x87 in the upper one.
constexpr std::uint64_t of_x87(std::uint64_t bits) { return bits << 32; }
std::uint64_t control(const std::fenv_t& settings) {
  return settings.__mxcsr | of_x87(settings.__control_word);
}
constexpr Setting all_settings[] = {{0x6000 | of_x87(0x0C00), "rounding mode"},
                                    {0x8000, "flush-to-zero"},
                                    {0x0040, "denormals-are-zero"},
                                    {of_x87(0x0300), "precision of the x87"},
                                    {0x1F80 | of_x87(0x003F), "exceptions that trap"}};

#elif defined(__aarch64__)

std::uint64_t control(const std::fenv_t& settings) { return settings.__fpcr; }
constexpr Setting all_settings[] = {{0x00C00000, "rounding mode"},
                                    {0x01080000, "flush-to-zero"},
                                    {0x02000000, "default NaN"},
                                    {0x00009F00, "exceptions that trap"}};

#else

std::uint64_t control(const std::fenv_t& settings) {
  std::fenv_t now;
  std::fegetenv(&now);
  std::fesetenv(&settings);
  const int mode = std::fegetround();
  std::fesetenv(&now);
  return static_cast<std::uint64_t>(mode);
}
constexpr Setting all_settings[] = {{~std::uint64_t{0}, "rounding mode"}};

#endif

}  // namespace

std::string FloatingPoint::violation() const {
  const std::uint64_t differ = control(FloatingPoint().settings_) ^ control(settings_);
  std::string changed;
  for (const Setting& one : all_settings)
    if ((differ & one.bits) != 0) changed += (changed.empty() ? "" : ", ") + std::string(one.name);
  if (changed.empty()) return {};
  std::fesetenv(&settings_);
  return fmt::format("changes the floating-point environment ({})", changed);
}

}  // namespace maxtrick::worker
