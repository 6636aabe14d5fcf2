// The includes that every test uses: Boost.Test, the standard library, and the two types of most results. It
// is the precompiled header of the tests.
//
// An include guard, not #pragma once: GCC compares the text of the file with that in the precompiled header, and
// ccache may deliver a header that was made before a comment changed.
#ifndef MAXTRICK_TESTS_TEST_HPP
#define MAXTRICK_TESTS_TEST_HPP

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace maxtrick::tests {

using FloatTypes = boost::mpl::list<float, double>;

template <class T>
using Limits = std::numeric_limits<T>;
template <class T>
constexpr T inf = Limits<T>::infinity();
template <class T>
constexpr T qnan = Limits<T>::quiet_NaN();

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

// Returns `text` with its first `from` replaced by `to`. `from` must occur.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

// Returns the message of the exception that the call throws.
template <class Error, class Call>
std::string error_of(Call call) {
  try {
    (void)call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

}  // namespace maxtrick::tests

#endif
