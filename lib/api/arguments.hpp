// What the public functions ask of their arguments. A check that fails throws
// std::invalid_argument, which names the function, the argument and the figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "maxtrick/maxtrick.hpp"

namespace maxtrick::api {

// An argument in memory: `rows` rows of `columns` numbers of four bytes, `stride` numbers apart.
struct Extent {
  const char* name;
  const void* data;
  std::size_t rows, columns, stride;
};

// The arguments of one call of `function`.
class Arguments {
 public:
  // Checks the logits and the options, which are every function's.
  Arguments(const char* function, const ConstMatrix& logits, const Options& options);

  // The others, each by its name in the declaration: that they have the logits' shape, or a number
  // for each row; what they hold; and where they are.
  [[nodiscard]] Extent matrix(const char* name, const ConstMatrix& m) const;
  [[nodiscard]] Extent one_a_row(const char* name, std::span<const float> y) const;
  [[nodiscard]] Extent targets(std::span<const std::int32_t> t) const;
  void scale(float factor) const;

  [[nodiscard]] const Extent& logits() const { return logits_; }

  // That what is written shares no number with another argument.
  void apart(const Extent& written, const Extent& other) const;
  // The same, but that it may be the logits' own place.
  void apart_or_in_place(const Extent& written) const;

 private:
  [[noreturn]] void reject(const std::string& what) const;
  void fits(const Extent& extent, std::size_t numbers) const;
  void one_for_each_row(const char* name, std::size_t numbers) const;

  const char* function_;
  Extent logits_;
};

}  // namespace maxtrick::api
