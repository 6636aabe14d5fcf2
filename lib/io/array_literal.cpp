// Arrays in the command line.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "io/array.hpp"
#include "io/text_place.hpp"
#include "io/text_rows.hpp"
#include "text/quoted.hpp"

namespace maxtrick::io {
namespace {

// Reads nested brackets in one pass. The first array of each depth determines the size of that
// dimension, and the first number or empty array determines the number of dimensions.
class BracketReader {
 public:
  explicit BracketReader(const TextPlace& place) : place_(place), text_(place.text) {}

  Array read() {
    do {
      if (expects_element())
        element();
      else if (next() == ',')
        at_ += 1, after_comma_ = true;
      else if (next() == ']')
        close();
      else
        place_.fail(text_.substr(at_), found() + ", but expected ',' or ']'");
    } while (!open_.empty());
    (void)next();
    if (at_ != text_.size()) place_.fail(text_.substr(at_), found() + " after the last bracket");
    for (const auto& size : sizes_) array_.shape.push_back(*size);
    return std::move(array_);
  }

 private:
  struct Bracket {
    std::size_t begin, elements;
  };

  // Skips blanks and returns the next character; 0 at the end.
  char next() {
    at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    return at_ == text_.size() ? '\0' : text_[at_];
  }

  // The word at the current place, for an error.
  std::string found() const {
    if (at_ == text_.size()) return "the text ends within brackets";
    return text::quoted(word());
  }

  std::string_view word() const {
    return trimmed(
        text_.substr(at_, std::min(text_.find_first_of(",[]", at_ + 1), text_.size()) - at_));
  }

  bool expects_element() const {
    return open_.empty() || after_comma_ || open_.back().elements == 0;
  }

  void element() {
    const char c = next();
    if (c == '[') return open();
    if (c == ']' && !after_comma_) return close();
    if (c == ',' || c == ']') place_.fail(text_.substr(at_), "a number is missing");
    if (at_ == text_.size()) place_.fail(text_.substr(at_), found());
    const std::string_view number = word();
    if (!rank_) rank_ = open_.size();
    const double value = place_.number(number);
    if (open_.size() < *rank_) place_.fail(number, "a number where the others are arrays");
    array_.values.push_back(value);
    at_ += number.size();
    after_comma_ = false;
    ++open_.back().elements;
  }

  void open() {
    const auto here = text_.substr(at_);
    if (open_.size() == rank_) place_.fail(here, "an array where the others are numbers");
    if (open_.size() == max_dimensions)
      place_.fail(here, fmt::format("more than {} dimensions", max_dimensions));
    if (!open_.empty()) ++open_.back().elements;
    open_.push_back({at_++, 0});
    after_comma_ = false;
  }

  void close() {
    const auto [begin, elements] = open_.back();
    const std::size_t depth = open_.size();
    if (elements == 0 && !rank_) rank_ = depth;
    if (sizes_.size() < depth) sizes_.resize(depth);
    auto& size = sizes_[depth - 1];
    if (size && *size != elements)
      place_.fail(text_.substr(begin),
                  fmt::format("{} {}{}, but the first {} has {}", elements,
                              depth == rank_ ? "number" : "array", elements == 1 ? "" : "s",
                              depth == rank_ ? "row" : "one here", *size));
    size = elements;
    open_.pop_back();
    ++at_;
    after_comma_ = false;
  }

  TextPlace place_;
  std::string_view text_;
  std::size_t at_ = 0;
  bool after_comma_ = false;
  std::vector<Bracket> open_;
  std::vector<std::optional<std::size_t>> sizes_;
  std::optional<std::size_t> rank_;
  Array array_{{}, {}, {}};
};

}  // namespace

Array parse_array(std::string_view text, std::string_view name) {
  const TextPlace place{text, name};
  const std::string_view content = trimmed(text);
  if (content.empty()) place.fail(text.substr(0, 0), "no numbers");
  if (content[0] == '[') return BracketReader(place).read();
  RowReader rows(place);
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(';', begin), text.size());
    rows.append(text.substr(begin, end - begin), ',');
    begin = end + 1;
  }
  return rows.take();
}

}  // namespace maxtrick::io
