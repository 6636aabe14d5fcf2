#include "api/arguments.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace maxtrick::api {
namespace {

Extent extent_of(const char* name, const ConstMatrix& m) {
  return {name,
          m.values.data(),
          m.rows,
          m.classes,
          m.rows == 1 ? m.classes : m.stride,
          m.classes == 1 ? 1 : m.class_stride};
}

std::string shape(const Extent& e) {
  return std::to_string(e.rows) + " x " + std::to_string(e.columns);
}

std::string layout(const Extent& e) {
  const std::string rows = e.rows == 1 ? "" : "stride " + std::to_string(e.stride),
                    classes =
                        e.class_stride == 1 ? "" : "class_stride " + std::to_string(e.class_stride);
  if (rows.empty() && classes.empty()) return shape(e);
  return shape(e) + " with " + rows + (rows.empty() || classes.empty() ? "" : " and ") + classes;
}

template <class Number>
std::string text(Number value) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.begin(), digits.end(), value).ptr};
}

// An extent as groups of numbers that do not interleave: its rows, or its columns if the numbers of
// one class are closer together than those of one row.
struct Groups {
  std::uintptr_t begin;
  std::size_t count, stride;  // the groups
  std::size_t numbers, step;  // the numbers of a group

  explicit Groups(const Extent& e)
      : begin(reinterpret_cast<std::uintptr_t>(e.data)),
        count(e.rows),
        stride(e.stride),
        numbers(e.columns),
        step(e.class_stride) {
    if (count <= 1 || numbers <= 1 || step <= stride) return;
    std::swap(count, numbers);
    std::swap(stride, step);
  }
  // The length in numbers of one group, and of all, from the first number to the last.
  [[nodiscard]] std::size_t reach() const { return (numbers - 1) * step + 1; }
  [[nodiscard]] std::size_t length() const {
    return count == 0 || numbers == 0 ? 0 : (count - 1) * stride + reach();
  }
};

// Whether two arguments overlap. An argument may lie in the gaps between the rows of another one, or
// between the numbers of its rows, if both have the same strides or if it has one row. Two arguments
// with different strides that interleave always count as overlapping.
bool overlap(const Extent& one, const Extent& other) {
  Groups low(one), high(other);
  if (low.begin > high.begin) std::swap(low, high);
  if (low.length() == 0 || high.length() == 0) return false;
  const std::size_t ahead = (high.begin - low.begin) / sizeof(float);
  if (ahead >= low.length()) return false;
  if (high.count > 1 && (low.count == 1 || high.stride != low.stride)) return true;
  // A group of `high` begins after the begin of a group of `low`, at `place`, and before the begin
  // of the next one if there is one. Numbers coincide if they are a multiple of the step apart.
  const std::size_t place = low.count > 1 ? ahead % low.stride : ahead;
  const bool has_next = low.count > 1 && ahead / low.stride + 1 < low.count;
  const std::size_t step = low.numbers == 1                             ? high.step
                           : high.numbers == 1 || high.step == low.step ? low.step
                                                                        : 1;
  return (place < low.reach() && place % step == 0) ||
         (has_next && low.stride - place < high.reach() && (low.stride - place) % step == 0);
}

}  // namespace

Arguments::Arguments(const char* function, const ConstMatrix& logits, const Options& options)
    : function_(function), logits_(extent_of("logits", logits)) {
  fits(logits_, logits.values.size());
  if (options.threads == 0) reject("threads: 0, expected 1 or more");
  if (!(options.logit_scale > 0 && std::isfinite(options.logit_scale)))
    reject("logit_scale: " + text(options.logit_scale) + ", expected a finite number above 0");
}

void Arguments::reject(const std::string& what) const {
  throw std::invalid_argument(std::string("maxtrick::") + function_ + ": " + what);
}

void Arguments::fits(const Extent& e, std::size_t numbers) const {
  if (e.rows == 0) return;
  const std::string name = e.name;
  if (e.columns == 0) reject(name + ": " + shape(e) + ", expected 1 class or more");
  if (e.class_stride == 0) reject(name + ": class_stride 0, expected 1 or more");
  // The checks divide, because a product could overflow.
  const bool rows_apart =
      e.rows == 1 || (e.stride > 0 && e.columns - 1 <= (e.stride - 1) / e.class_stride);
  const bool classes_apart =
      e.columns > 1 && e.stride > 0 && e.rows - 1 <= (e.class_stride - 1) / e.stride;
  if (!rows_apart && !classes_apart) {
    if (e.class_stride > 1)
      reject(name + ": " + layout(e) + ", expected rows or classes that do not interleave");
    reject(name + ": stride " + std::to_string(e.stride) + ", expected " +
           std::to_string(e.columns) + ", the number of classes, or more");
  }
  const std::size_t last = numbers - 1;  // of all numbers, if there are any
  if (numbers == 0 || last / e.class_stride < e.columns - 1 ||
      (e.rows > 1 && (last - (e.columns - 1) * e.class_stride) / e.stride < e.rows - 1))
    reject(name + ": " + std::to_string(numbers) + " values, which is too few for " + layout(e));
}

Extent Arguments::matrix(const char* name, const ConstMatrix& m) const {
  const Extent e = extent_of(name, m);
  if (e.rows != logits_.rows || e.columns != logits_.columns)
    reject(std::string(name) + ": " + shape(e) + ", expected " + shape(logits_) + " as logits");
  fits(e, m.values.size());
  return e;
}

void Arguments::one_for_each_row(const char* name, std::size_t numbers) const {
  if (numbers != logits_.rows)
    reject(std::string(name) + ": " + std::to_string(numbers) + " values, expected " +
           std::to_string(logits_.rows) + ", one for each row");
}

Extent Arguments::one_a_row(const char* name, std::span<const float> y) const {
  one_for_each_row(name, y.size());
  return {name, y.data(), 1, y.size(), y.size()};
}

Extent Arguments::targets(std::span<const std::int32_t> t) const {
  one_for_each_row("targets", t.size());
  const auto bad = std::find_if(t.begin(), t.end(), [n = logits_.columns](std::int32_t target) {
    return target < 0 || static_cast<std::size_t>(target) >= n;
  });
  if (bad != t.end())
    reject("targets[" + std::to_string(bad - t.begin()) + "]: " + std::to_string(*bad) +
           ", expected 0 to " + std::to_string(logits_.columns - 1));
  return {"targets", t.data(), 1, t.size(), t.size()};
}

void Arguments::scale(float factor) const {
  if (!(factor >= 0x1p-30F && factor <= 0x1p30F))
    reject("scale: " + text(factor) + ", expected 2^-30 to 2^30");
}

void Arguments::apart(const Extent& written, const Extent& other) const {
  if (!overlap(written, other)) return;
  const auto ahead = static_cast<std::intptr_t>(Groups(written).begin - Groups(other).begin);
  reject(std::string(written.name) + ": overlaps " + other.name + ": " + layout(written) + ", " +
         std::to_string(ahead) + " bytes from " + layout(other));
}

void Arguments::apart_or_in_place(const Extent& written) const {
  if (written.data == logits_.data && written.stride == logits_.stride &&
      written.class_stride == logits_.class_stride)
    return;
  apart(written, logits_);
}

}  // namespace maxtrick::api
