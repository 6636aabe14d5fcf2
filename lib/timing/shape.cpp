#include "timing/shape.hpp"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <numeric>
#include <vector>

namespace maxtrick::timing {
namespace {

// Takes a number from the front of the text.
std::optional<std::size_t> take_number(std::string_view& text) {
  std::size_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
  return number;
}

}  // namespace

std::string name(const Shape& shape) {
  if (shape.axis == 0) return fmt::format("{}x{}@0", shape.classes, shape.inner);
  if (shape.last_axis()) return fmt::format("{}x{}", shape.rows, shape.classes);
  return fmt::format("{}x{}x{}@1", shape.outer(), shape.classes, shape.inner);
}

std::optional<Shape> parse_shape(std::string_view text) {
  constexpr std::size_t most = std::size_t{1} << 28;
  std::vector<std::size_t> sizes;
  for (std::size_t elements = 1;;) {
    const auto size = take_number(text);
    if (!size || *size < 1 || *size > most / elements) return std::nullopt;
    elements *= *size;
    sizes.push_back(*size);
    if (!text.starts_with('x')) break;
    text.remove_prefix(1);
  }
  std::optional<std::size_t> axis = sizes.size() - 1;
  if (text.starts_with('@')) {
    text.remove_prefix(1);
    axis = take_number(text);
  }
  if (!text.empty() || sizes.size() < 2 || !axis || *axis >= sizes.size()) return std::nullopt;
  const auto at = sizes.begin() + static_cast<std::ptrdiff_t>(*axis);
  const auto product = [](auto from, auto to) {
    return std::accumulate(from, to, std::size_t{1}, std::multiplies<>());
  };
  const std::size_t inner = product(at + 1, sizes.end());
  return Shape{product(sizes.begin(), at) * inner, *at, inner, *axis == 0 ? 0U : 1U};
}

}  // namespace maxtrick::timing
