#include "api/arguments.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace maxtrick::api {
namespace {

Extent extent_of(const char* name, const ConstMatrix& m) {
  return {name, m.values.data(), m.rows, m.classes, m.rows == 1 ? m.classes : m.stride};
}

std::string shape(const Extent& e) {
  return std::to_string(e.rows) + " x " + std::to_string(e.columns);
}

std::string layout(const Extent& e) {
  return shape(e) + (e.rows == 1 ? "" : " with stride " + std::to_string(e.stride));
}

std::string text(float value) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.begin(), digits.end(), value).ptr};
}

std::uintptr_t begin_of(const Extent& e) { return reinterpret_cast<std::uintptr_t>(e.data); }
// The length in numbers, from the first number to the end of the last row.
std::size_t length_of(const Extent& e) {
  return e.rows == 0 ? 0 : (e.rows - 1) * e.stride + e.columns;
}

// Whether two arguments overlap. An argument may lie in the gaps between the rows of another one if
// both have the same stride or if it has one row. Two arguments with different strides whose rows
// interleave always count as overlapping.
bool overlap(Extent low, Extent high) {
  if (begin_of(low) > begin_of(high)) std::swap(low, high);
  const std::size_t low_length = length_of(low), high_length = length_of(high);
  if (low_length == 0 || high_length == 0) return false;
  const std::size_t ahead = (begin_of(high) - begin_of(low)) / sizeof(float);
  if (ahead >= low_length) return false;
  if (high.rows > 1 && high.stride != low.stride) return true;
  const std::size_t place = ahead % low.stride;
  return place < low.columns || place + high.columns > low.stride;
}

}  // namespace

Arguments::Arguments(const char* function, const ConstMatrix& logits, const Options& options)
    : function_(function), logits_(extent_of("logits", logits)) {
  fits(logits_, logits.values.size());
  if (options.threads == 0) reject("threads: 0, expected 1 or more");
}

void Arguments::reject(const std::string& what) const {
  throw std::invalid_argument(std::string("maxtrick::") + function_ + ": " + what);
}

void Arguments::fits(const Extent& e, std::size_t numbers) const {
  if (e.rows == 0) return;
  const std::string name = e.name;
  if (e.columns == 0) reject(name + ": " + shape(e) + ", expected 1 class or more");
  if (e.stride < e.columns)
    reject(name + ": stride " + std::to_string(e.stride) + ", expected " +
           std::to_string(e.columns) + ", the number of classes, or more");
  // The check divides, because the product of rows and stride could overflow.
  if (numbers < e.columns || (numbers - e.columns) / e.stride < e.rows - 1)
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
  const auto ahead =
      static_cast<std::intptr_t>(begin_of(written)) - static_cast<std::intptr_t>(begin_of(other));
  reject(std::string(written.name) + ": overlaps " + other.name + ": " + layout(written) + ", " +
         std::to_string(ahead) + " bytes from " + layout(other));
}

void Arguments::apart_or_in_place(const Extent& written) const {
  if (written.data == logits_.data && written.stride == logits_.stride) return;
  apart(written, logits_);
}

}  // namespace maxtrick::api
