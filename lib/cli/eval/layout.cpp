#include "cli/eval/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "cli/commands.hpp"
#include "text/quoted.hpp"

namespace maxtrick::cli {
namespace {

std::vector<std::size_t> strides_of(const io::Shape& shape) {
  std::vector<std::size_t> strides(shape.size());
  std::size_t stride = 1;
  for (std::size_t a = shape.size(); a-- > 0; stride *= shape[a]) strides[a] = stride;
  return strides;
}

// The places along some axes, in C order.
std::vector<std::size_t> places(const io::Shape& shape, const std::vector<std::size_t>& axes) {
  const auto strides = strides_of(shape);
  std::vector<std::size_t> all{0};
  for (const std::size_t axis : axes) {
    std::vector<std::size_t> next;
    next.reserve(all.size() * shape[axis]);
    for (const std::size_t place : all)
      for (std::size_t i = 0; i < shape[axis]; ++i) next.push_back(place + i * strides[axis]);
    all = std::move(next);
  }
  return all;
}

}  // namespace

std::size_t numbers_of(const io::Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

std::string place_text(std::size_t n, const io::Shape& shape) {
  std::vector<std::size_t> index(shape.size());
  for (std::size_t a = shape.size(); a-- > 0; n /= shape[a]) index[a] = n % shape[a];
  return fmt::format("[{}]", fmt::join(index, ", "));
}

Layout::Layout(io::Shape shape, std::vector<std::size_t> axes)
    : shape_(std::move(shape)), axes_(std::move(axes)) {
  std::vector<std::size_t> others;
  for (std::size_t a = 0; a < shape_.size(); ++a)
    if (!std::ranges::count(axes_, a)) others.push_back(a);
  row_places_ = places(shape_, others);
  class_places_ = places(shape_, axes_);
  rows_ = row_places_.size();
  classes_ = class_places_.size();
}

io::Shape Layout::row_shape(bool keepdims) const {
  io::Shape shape;
  for (std::size_t a = 0; a < shape_.size(); ++a)
    if (!std::ranges::count(axes_, a))
      shape.push_back(shape_[a]);
    else if (keepdims)
      shape.push_back(1);
  return shape;
}

std::vector<double> Layout::by_rows(const std::vector<double>& values) const {
  std::vector<double> result;
  result.reserve(values.size());
  for (std::size_t i = 0; i < rows_; ++i)
    for (std::size_t k = 0; k < classes_; ++k) result.push_back(values[place(i, k)]);
  return result;
}

std::vector<double> Layout::in_place(const std::vector<double>& by_rows) const {
  std::vector<double> result(by_rows.size());
  for (std::size_t i = 0; i < rows_; ++i)
    for (std::size_t k = 0; k < classes_; ++k) result[place(i, k)] = by_rows[i * classes_ + k];
  return result;
}

std::vector<std::size_t> parse_axes(const std::string& text, std::size_t dimensions) {
  std::vector<std::size_t> axes;
  if (text == "all") {
    for (std::size_t a = 0; a < dimensions; ++a) axes.push_back(a);
    return axes;
  }
  if (text.empty()) {
    if (dimensions > 0) axes.push_back(dimensions - 1);
    return axes;
  }
  const auto count = static_cast<std::int64_t>(dimensions);
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::int64_t axis = 0;
    const auto [stop, error] = std::from_chars(text.data() + begin, text.data() + end, axis);
    if (error != std::errc{} || stop != text.data() + end)
      throw UsageError(
          fmt::format("--axis: {}, expected numbers such as 1 or 0,2, or all", text::quoted(text)));
    // As in NumPy and PyTorch, an array without dimensions has an axis 0, of one class.
    const std::int64_t least = count == 0 ? -1 : -count, most = count == 0 ? 0 : count - 1;
    if (axis < least || axis > most)
      throw UsageError(fmt::format("--axis: {}, expected {} to {}: the logits have {} dimension{}",
                                   axis, least, most, count, count == 1 ? "" : "s"));
    if (count > 0) axes.push_back(static_cast<std::size_t>(axis < 0 ? axis + count : axis));
    begin = end + 1;
  }
  std::sort(axes.begin(), axes.end());
  if (const auto twin = std::adjacent_find(axes.begin(), axes.end()); twin != axes.end())
    throw UsageError(fmt::format("--axis: {}: axis {} occurs twice", text::quoted(text), *twin));
  return axes;
}

std::vector<double> broadcast(const io::Array& array, const io::Shape& shape,
                              std::string_view option) {
  const auto fail = [&] {
    throw UsageError(fmt::format("{}: shape {} does not fit {}", option,
                                 io::shape_text(array.shape), io::shape_text(shape)));
  };
  if (array.shape.size() > shape.size() &&
      !std::all_of(array.shape.begin(),
                   array.shape.end() - static_cast<std::ptrdiff_t>(shape.size()),
                   [](std::size_t n) { return n == 1; }))
    fail();
  // The stride of each axis of `shape` in the array; 0 where the array repeats.
  const auto own = strides_of(array.shape);
  std::vector<std::size_t> strides(shape.size(), 0);
  for (std::size_t back = 1; back <= std::min(shape.size(), array.shape.size()); ++back) {
    const std::size_t size = array.shape[array.shape.size() - back];
    if (size != 1 && size != shape[shape.size() - back]) fail();
    if (size != 1) strides[shape.size() - back] = own[array.shape.size() - back];
  }
  std::vector<double> result;
  result.reserve(numbers_of(shape));
  std::vector<std::size_t> index(shape.size(), 0);
  for (std::size_t n = numbers_of(shape); n > 0; --n) {
    std::size_t place = 0;
    for (std::size_t a = 0; a < shape.size(); ++a) place += index[a] * strides[a];
    result.push_back(array.values[place]);
    for (std::size_t a = shape.size(); a-- > 0;) {
      if (++index[a] < shape[a]) break;
      index[a] = 0;
    }
  }
  return result;
}

}  // namespace maxtrick::cli
