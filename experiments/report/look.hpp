// What all pictures share: colours, names, fonts.
#pragma once

#include <string>
#include <vector>

#include "report/picture.hpp"

namespace maxtrick::report {

// "softmax.accurate.avx2" -> "softmax", "accurate.avx2", "accurate", "avx2"; of a library that
// computes as the CPU allows the last is empty.
struct VariantName {
  explicit VariantName(const std::string& variant);
  std::string op, without_op, algorithm, isa;
};

// The scale {"domain": [...], "range": [...]} of algorithms, arms of training or outcomes: each has
// one colour in every picture. Those that are drawn in one panel differ in lightness too, after
// Okabe & Ito (Color Universal Design, 2008), so that the usual kinds of colour blindness leave
// them apart; lines and marks have a contrast of 3 at least with the ground (WCAG 2.1, 1.4.11).
// A name that is not the project's own, of a plug-in or of a user's arm, has one of five colours
// that are kept for such, by its place among them in `names`.
[[nodiscard]] Json colours(const std::vector<std::string>& names);

// That of numbers in their order, the least first, with the same contrast.
[[nodiscard]] Json in_order(const Json& values);

// A word of at most three letters for an outcome, so that no cell speaks by colour alone.
[[nodiscard]] std::string letters(const std::string& outcome);
// All outcomes, the best first.
[[nodiscard]] const std::vector<std::string>& outcome_names();

// A specification from text, with what is the same in all: schema, font, lines. Its data, "values"
// of "data", is left to the caller.
[[nodiscard]] Json specification(const std::string& text);

// Of a column: each value once, in order of appearance.
[[nodiscard]] std::vector<std::string> distinct(const table::CommittedTable& table,
                                                const std::vector<table::Row>& rows,
                                                const std::string& column);

}  // namespace maxtrick::report
