#include "inputs/digits.hpp"

#include <fmt/format.h>

#include <cmath>

#include "io/number.hpp"

namespace maxtrick::inputs {
namespace {

struct Form {
  int decimals = 0;
  bool scientific = false;
};

Form form(std::string_view printed) {
  const auto e = printed.find_first_of("eE");
  const std::string_view mantissa = printed.substr(0, e);
  const auto point = mantissa.find('.');
  return {point == std::string_view::npos ? 0 : static_cast<int>(mantissa.size() - point - 1),
          e != std::string_view::npos};
}

std::string without_sign_of_zero(std::string text) {
  if (text.starts_with('-') && text.find_first_of("123456789") == std::string::npos)
    text.erase(0, 1);
  return text;
}

std::string rounded(double value, Form f, int more = 0) {
  return without_sign_of_zero(f.scientific ? fmt::format("{:.{}e}", value, f.decimals + more)
                                           : fmt::format("{:.{}f}", value, f.decimals + more));
}

// The decimal expansion is 30 digits longer than the part that is kept. The rounding of its last
// digit could carry into a kept digit only if the value were extremely close to the printed number
// from below, in double.
std::string cut(double value, Form f) {
  constexpr int beyond = 30;
  std::string text = f.scientific ? fmt::format("{:.{}e}", value, f.decimals + beyond)
                                  : fmt::format("{:.{}f}", value, f.decimals + beyond);
  const auto point = text.find('.');
  const auto kept = point + (f.decimals > 0 ? static_cast<std::size_t>(f.decimals) + 1 : 0);
  text.erase(kept, static_cast<std::size_t>(beyond) + (f.decimals > 0 ? 0 : 1));
  return without_sign_of_zero(text);
}

// ".5", "0.50" and "5.0e-1" are the same number, so this puts the text into the form of the printed
// number before the comparison.
std::string normal(std::string_view printed) {
  return rounded(io::parse_number(printed).value_or(NAN), form(printed));
}

}  // namespace

Agreement compare(std::string_view printed, double value) {
  const std::string want = normal(printed);
  return {rounded(value, form(printed)) == want, cut(value, form(printed)) == want};
}

std::string with_more_digits(std::string_view printed, double value, int more) {
  // An index has no further digits.
  if (form(printed).decimals == 0 && value == std::floor(value)) more = 0;
  return rounded(value, form(printed), more);
}

std::string truncated(std::string_view printed, double value, int more) {
  Form f = form(printed);
  f.decimals += more;
  return cut(value, f);
}

double half_unit(std::string_view printed) {
  const Form f = form(printed);
  const auto e = printed.find_first_of("eE");
  const double exponent = f.scientific ? io::parse_number(printed.substr(e + 1)).value_or(0) : 0;
  return 0.5 * std::pow(10.0, exponent - f.decimals);
}

}  // namespace maxtrick::inputs
