// The floating-point environment, which a kernel must leave as it finds it.
#pragma once

#include <cfenv>
#include <string>

namespace maxtrick::worker {

// The settings with which all code of this thread computes: the rounding mode, what becomes of
// subnormal numbers, and which exceptions trap. The flags of exceptions are not among them, because
// computing sets these.
class FloatingPoint {
 public:
  FloatingPoint() { std::fegetenv(&settings_); }  // notes the settings

  // Restores the noted settings. Returns the violation of the kernel that has changed them, such as
  // "changes the floating-point environment (rounding mode)"; empty if nothing has changed.
  [[nodiscard]] std::string violation() const;

 private:
  std::fenv_t settings_{};
};

}  // namespace maxtrick::worker
