#pragma once

#include <boost/test/unit_test.hpp>
#include <string>

namespace maxtrick::tests {

// `text` with `to` for the first `from`, which must be there.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

}  // namespace maxtrick::tests
