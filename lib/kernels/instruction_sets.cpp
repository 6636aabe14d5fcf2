#include "kernels/instruction_sets.hpp"

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>

namespace maxtrick::kernels {
namespace {

constexpr const char* variable = "MAXTRICK_ISA";

struct InstructionSet {
  const char* name;
  Isa extends;  // the set itself if it extends none
  const Implementation& implementation;
  bool (*cpu_has)();
  const char* why_lacking;
};

// __builtin_cpu_supports knows the features of x86 only if the compiler's target is x86.
#if defined(__x86_64__) || defined(__i386__)
#define MAXTRICK_CPU_HAS(feature) (__builtin_cpu_supports(feature) != 0)
#else
#define MAXTRICK_CPU_HAS(feature) false
#endif
#define MAXTRICK_ISA(name, extends, flags, condition, why) \
  {#name, Isa::extends, name::implementation, [] { return condition; }, why},
constexpr InstructionSet instruction_sets[] = {
// [Isa]
#include "kernels/instruction_sets.def"
};
#undef MAXTRICK_ISA

// Without FMA each fma of the scalar kernels is a call of libm, which takes most of their time.
bool runs_scalar_fma() {
  return scalar_fma::implementation.of_element != nullptr && MAXTRICK_CPU_HAS("fma");
}
#undef MAXTRICK_CPU_HAS

const InstructionSet& of(Isa isa) { return instruction_sets[static_cast<std::size_t>(isa)]; }

// Whether every CPU that has `isa` has `part` too.
bool includes(Isa isa, Isa part) {
  return isa == part || (of(isa).extends != isa && includes(of(isa).extends, part));
}

// Why the kernels of `isa` cannot run here. Empty if they can.
const char* why_lacking(Isa isa) {
  if (of(isa).implementation.of_element == nullptr)
    return "the compiler of this build does not support the instruction set";
  return of(isa).cpu_has() ? "" : of(isa).why_lacking;
}

// The value of MAXTRICK_ISA. Empty if it is not set.
const char* requested() {
  const char* text = std::getenv(variable);
  return text != nullptr ? text : "";
}

std::optional<Isa> parse_isa(std::string_view text) {
  for (const Isa isa : all_isas)
    if (name(isa) == text) return isa;
  return std::nullopt;
}

// "scalar, avx2 or avx512"
std::string all_names() {
  constexpr std::size_t count = std::size(all_isas);
  std::string names;
  for (std::size_t i = 0; i < count; ++i)
    (names += i == 0 ? "" : i + 1 < count ? ", " : " or ") += name(all_isas[i]);
  return names;
}

}  // namespace

const Implementation& implementation(Isa isa) {
  return isa == Isa::scalar && runs_scalar_fma() ? scalar_fma::implementation
                                                 : of(isa).implementation;
}

std::string_view name(Isa isa) { return of(isa).name; }

Isa best_isa() {
  const char* text = requested();
  const std::optional<Isa> named = parse_isa(text);
  if (*text != '\0' && !named)
    throw std::invalid_argument(std::string(variable) + "=" + text +
                                ": not an instruction set; expected " + all_names());
  if (named && *why_lacking(*named) != '\0')
    throw std::invalid_argument(std::string(variable) + "=" + text + ": " + why_lacking(*named));
  Isa best = Isa::scalar;
  for (const Isa isa : all_isas)
    if (why_unavailable(isa).empty()) best = isa;
  return best;
}

std::string_view why_unavailable(Isa isa) {
  const char* why = why_lacking(isa);
  const std::optional<Isa> named = parse_isa(requested());
  if (*why == '\0' && named && !includes(*named, isa))
    return "MAXTRICK_ISA selects a lower instruction set";
  return why;
}

}  // namespace maxtrick::kernels
