#include "cli/eval/arguments.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string_view>

#include "io/files.hpp"
#include "io/number.hpp"
#include "table/cell.hpp"

namespace maxtrick::cli {

std::vector<double> Arguments::rounded(const io::Array& array, const std::string& option) const {
  const bool integers =
      array.type && (io::is_integer(*array.type) || *array.type == io::NumberType::boolean);
  return ops::with_storage(problem_.dtype, [&]<class S>(std::type_identity<S>) {
    std::vector<double> result;
    result.reserve(array.values.size());
    for (std::size_t n = 0; n < array.values.size(); ++n) {
      const double x = array.values[n], y = static_cast<double>(static_cast<S>(x));
      if (std::isfinite(x) && std::isinf(y))
        fail(fmt::format("{}: {} is infinite in {}; use --dtype float64", option, x,
                         name(problem_.dtype)));
      // A text does not say whether it means an integer; larger numbers are no counts.
      const bool whole = !array.type && x == std::floor(x) && std::abs(x) < 0x1p53 &&
                         std::abs(x) > std::ldexp(1, std::numeric_limits<S>::digits);
      if (x != y && (integers || whole))
        fail(fmt::format("{}{}: the integer {:.0f} is not a number of {}; use --dtype float64",
                         option, array.shape.empty() ? "" : place_text(n, array.shape), x,
                         name(problem_.dtype)));
      result.push_back(y);
    }
    return result;
  });
}

double Arguments::number(double value, const char* option, bool may_be_0) const {
  if (!std::isfinite(value) || (value == 0 && !may_be_0))
    fail(fmt::format("{}: {}, expected a finite number{}", option, value,
                     may_be_0 ? "" : " other than 0"));
  const double y = rounded({{}, {value}, {}}, option)[0];
  if (y == 0 && value != 0)
    fail(fmt::format("{}: {} is 0 in {}", option, value, name(problem_.dtype)));
  return y;
}

std::vector<double> Arguments::of_logits(const std::string& text, const std::string& option) const {
  io::Array array = read_argument(text, option);
  array.values = rounded(array, option);
  return problem_.layout.by_rows(broadcast(array, problem_.layout.shape(), option));
}

std::vector<double> Arguments::of_rows(const std::string& text, const std::string& option) const {
  io::Array array = read_argument(text, option);
  array.values = rounded(array, option);
  // One number for each row may also be given with the axes of size 1.
  const io::Shape kept = problem_.layout.row_shape(true), own = problem_.layout.row_shape(false);
  return broadcast(array, array.shape.size() == kept.size() ? kept : own, option);
}

void Arguments::require_finite(const std::vector<double>& values, const std::string& option) {
  for (std::size_t n = 0; n < values.size(); ++n)
    if (!std::isfinite(values[n]))
      fail(fmt::format("{}: number {} (counted from 0) is {}, expected finite numbers", option, n,
                       values[n]));
}

std::string number_text(double value, ops::DType dtype) {
  return ops::with_storage(
      dtype, [&]<class S>(std::type_identity<S>) { return table::cell(static_cast<S>(value)); });
}

io::Array read_argument(const std::string& text, const std::string& option) {
  // A literal starts with a bracket or a number; `nan` and `inf` are numbers.
  const std::size_t first = std::min(text.find_first_not_of(" \t\n"), text.size());
  const std::size_t end = std::min(text.find_first_of(" ,;\t\n", first), text.size());
  const std::string_view word = std::string_view(text).substr(first, end - first);
  const bool is_number = word == "true" || word == "false" || io::parse_number(word).has_value();
  // What looks like a number and is no file is a mistake in a literal.
  const bool looks_like_one =
      !word.empty() && std::string_view("+-.0123456789").find(word[0]) != std::string_view::npos &&
      word != "-";
  const bool literal =
      word.empty() || word.front() == '[' || is_number || (looks_like_one && !io::is_there(text));
  return literal ? io::parse_array(text, option) : io::read_array(text);
}

}  // namespace maxtrick::cli
