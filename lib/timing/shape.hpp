// The shape of an array of logits.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace maxtrick::timing {

// `rows` rows of `classes` logits each. The classes of a row are `inner` numbers apart, which is 1
// if they are along the last axis. Otherwise the array has outer() x classes x inner numbers, or
// classes x inner if `axis` is 0.
struct Shape {
  std::size_t rows = 0, classes = 0;
  std::size_t inner = 1;
  std::size_t axis = 1;

  bool operator==(const Shape&) const = default;
  friend bool operator<(const Shape& a, const Shape& b) {
    return std::tie(a.rows, a.classes, a.inner, a.axis) <
           std::tie(b.rows, b.classes, b.inner, b.axis);
  }

  [[nodiscard]] std::size_t elements() const { return rows * classes; }
  [[nodiscard]] std::size_t outer() const { return rows / inner; }
  [[nodiscard]] bool last_axis() const { return inner == 1; }
  // The same rows, with their classes along the last axis.
  [[nodiscard]] Shape with_last_axis() const { return {rows, classes}; }
  // The position of a logit in the array.
  [[nodiscard]] std::size_t place(std::size_t row, std::size_t k) const {
    return (row / inner * classes + k) * inner + row % inner;
  }
};

// "4096x1000", "1x3072x1024@1", "8192x8192@0"
[[nodiscard]] std::string name(const Shape& shape);

// Parses "4096x1000", or the sizes of an array and the axis of its classes: "1x3072x1024@1". Axes on
// the same side of the classes are merged: 2x3x4x5@2 is 6x4x5@1. Returns nullopt if the text is not
// the shape of an array of 1 to 2^28 numbers.
[[nodiscard]] std::optional<Shape> parse_shape(std::string_view text);

}  // namespace maxtrick::timing
