// Checks the arguments of the public functions. A check that fails throws std::invalid_argument
// with a message that names the function, the argument and the figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "maxtrick/maxtrick.hpp"

namespace maxtrick::api {

// An argument in memory: `rows` rows of `columns` numbers of four bytes. Consecutive rows start
// `stride` numbers apart, and the numbers of a row are `class_stride` apart.
struct Extent {
  const char* name;
  const void* data;
  std::size_t rows, columns, stride, class_stride = 1;
};

// The arguments of one call of `function`.
class Arguments {
 public:
  // Checks the logits and the options, which every function has.
  Arguments(const char* function, const ConstMatrix& logits, const Options& options);

  // Check the other arguments; `name` is the name in the declaration. A matrix must have the shape
  // of the logits, a span must have one number for each row, and targets and scale must be in
  // range. All but scale() return where the argument is in memory.
  [[nodiscard]] Extent matrix(const char* name, const ConstMatrix& m) const;
  [[nodiscard]] Extent one_a_row(const char* name, std::span<const float> y) const;
  [[nodiscard]] Extent targets(std::span<const std::int32_t> t) const;
  void scale(float factor) const;

  [[nodiscard]] const Extent& logits() const { return logits_; }

  // Checks that `written`, an argument that the function writes, does not overlap `other`.
  void apart(const Extent& written, const Extent& other) const;
  // Checks that `written` does not overlap the logits, unless it is the same matrix as the logits.
  void apart_or_in_place(const Extent& written) const;

 private:
  [[noreturn]] void reject(const std::string& what) const;
  void fits(const Extent& extent, std::size_t numbers) const;
  void one_for_each_row(const char* name, std::size_t numbers) const;

  const char* function_;
  Extent logits_;
};

}  // namespace maxtrick::api
