#include "numerics/random.hpp"

#include <cmath>

namespace maxtrick::numerics {

double Random::uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

double Random::uniform(double low, double high) { return low + (high - low) * uniform(); }

double Random::normal() {
  // (u, v) is uniform on a rectangle that contains the region { (u, v): u <= e^{-(v/u)^2 / 4} }. In
  // that region v/u is normal. u is from (0, 1], so that the quotient is finite.
  constexpr double half_height = 0x1.b72cd3f331398p-1;  // sqrt(2/e)
  while (true) {
    const double u = 1 - uniform();
    const double v = (2 * uniform() - 1) * half_height;
    const double x = v / u;
    if (x * x <= -4 * std::log(u)) return x;
  }
}

std::uint64_t Random::below(std::uint64_t n) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((Wide{engine_()} * n) >> 64);
}

}  // namespace maxtrick::numerics
