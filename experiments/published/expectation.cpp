#include "published/expectation.hpp"

#include <fmt/format.h>

#include <cmath>

#include "io/number.hpp"

namespace maxtrick::published {

Expectation read_expectation(config::Section& section) {
  Expectation expected;
  if (section.has("claim")) {
    expected.claim = section.text("claim");
    if (section.has("at_least")) expected.limits.low = section.number("at_least");
    if (section.has("at_most")) expected.limits.high = section.number("at_most");
    if (expected.limits.low > expected.limits.high)
      section.reject("at_most", "'at_most' is below 'at_least'", "limits that something can meet");
    if (std::isinf(expected.limits.low) && std::isinf(expected.limits.high))
      section.reject("claim", "a claim that anything would meet", "at_least or at_most beside it");
    return expected;
  }
  expected.printed = section.texts("printed");
  for (std::size_t i = 0; i < expected.printed.size(); ++i)
    if (!std::isfinite(io::parse_number(expected.printed[i]).value_or(NAN)))
      section.reject("printed", i, fmt::format("'{}' is not a number", expected.printed[i]),
                     "a number as it was printed, such as \"0.0350\" or \"5.67e-03\"");
  return expected;
}

}  // namespace maxtrick::published
