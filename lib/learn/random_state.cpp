#include "learn/random_state.hpp"

#include <bit>
#include <cmath>
#include <utility>

namespace maxtrick::learn {

double RandomState::uniform() {
  const double high = draw() >> 5;  // 27 bits
  const double low = draw() >> 6;   // 26 bits
  return (high * 0x1p26 + low) * 0x1p-53;
}

double RandomState::uniform(double low, double high) { return low + (high - low) * uniform(); }

double RandomState::normal() {
  if (kept_) return *std::exchange(kept_, std::nullopt);
  // (x, y) is uniform on the unit disc without its centre.
  double x, y, square;
  do {
    x = 2 * uniform() - 1;
    y = 2 * uniform() - 1;
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double factor = std::sqrt(-2 * std::log(square) / square);
  kept_ = factor * x;
  return factor * y;  // NumPy returns the second of the pair first
}

double RandomState::normal(double mean, double deviation) { return mean + deviation * normal(); }

std::uint32_t RandomState::interval(std::uint32_t max) {
  if (max == 0) return 0;
  const std::uint32_t mask = ~std::uint32_t{0} >> std::countl_zero(max);
  std::uint32_t value;
  do value = draw() & mask;
  while (value > max);
  return value;
}

void RandomState::shuffle(std::span<std::size_t> elements) {
  for (std::size_t i = elements.size(); i-- > 1;)
    std::swap(elements[i], elements[interval(static_cast<std::uint32_t>(i))]);
}

}  // namespace maxtrick::learn
