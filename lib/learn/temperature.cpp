#include "learn/temperature.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace maxtrick::learn {
namespace {

using numerics::Rows;
using Labels = std::span<const std::int32_t>;

// Calls take(z, label) for each row, with a row of one logit as two.
template <class Take>
void for_each_row(Rows<const double> logits, Labels labels, Take take) {
  for (std::size_t i = 0; i < logits.rows; ++i) {
    const auto label = static_cast<std::size_t>(labels[i]);
    if (logits.columns > 1) {
      take(logits.row(i), label);
    } else {
      const std::array<double, 2> pair{0, logits.at(i, 0)};
      take(std::span<const double>(pair), label);
    }
  }
}

// The first and the second derivative of the summed loss by b.
struct Derivatives {
  double first = 0, second = 0;
};

// Subtracting the maximum from the logits changes neither p nor the differences of logits, and
// keeps every exponential at 1 or below.
Derivatives derivatives(Rows<const double> logits, Labels labels, double b) {
  Derivatives sum;
  for_each_row(logits, labels, [&](std::span<const double> z, std::size_t label) {
    const double largest = *std::max_element(z.begin(), z.end());
    double weight = 0, first = 0, second = 0;
    for (const double x : z) {
      const double d = x - largest, e = std::exp(b * d);
      weight += e;
      first += e * d;
      second += e * d * d;
    }
    const double mean = first / weight;
    sum.first += mean - (z[label] - largest);
    sum.second += second / weight - mean * mean;
  });
  return sum;
}

bool only_finite(Rows<const double> logits) {
  return std::all_of(logits.data, logits.data + logits.rows * logits.columns,
                     [](double x) { return std::isfinite(x); });
}

bool says_nothing(Rows<const double> logits, Labels labels) {
  bool constant = true;
  for_each_row(logits, labels, [&](std::span<const double> z, std::size_t) {
    constant &= std::all_of(z.begin(), z.end(), [&](double x) { return x == z[0]; });
  });
  return constant;
}

// The zero of the first derivative, which is negative at `low` and positive at `high`.
double zero_between(Rows<const double> logits, Labels labels, double low, double high) {
  double b = std::clamp(1.0, low, high);
  while (high - low > temperature_tolerance * low) {
    const Derivatives at = derivatives(logits, labels, b);
    if (at.first == 0) return b;
    (at.first < 0 ? low : high) = b;
    const double next = b - at.first / at.second;
    // Far from the zero a geometric mean halves the bracket, which spans several powers of ten.
    const double to = low < next && next < high ? next : std::sqrt(low * high);
    if (std::abs(to - b) <= temperature_tolerance * b / 2) return to;
    b = to;
  }
  return b;
}

}  // namespace

double negative_log_likelihood(Rows<const double> logits, Labels labels, double temperature) {
  double sum = 0;
  for_each_row(logits, labels, [&](std::span<const double> z, std::size_t label) {
    const double largest = *std::max_element(z.begin(), z.end());
    double weight = 0;
    for (const double x : z) weight += std::exp((x - largest) / temperature);
    sum += std::log(weight) - (z[label] - largest) / temperature;
  });
  return logits.rows == 0 ? NAN : sum / static_cast<double>(logits.rows);
}

Temperature fit_temperature(Rows<const double> logits, Labels labels) {
  if (logits.rows == 0 || !only_finite(logits)) return {NAN, false};
  if (says_nothing(logits, labels)) return {1, true};
  constexpr double low = 1 / highest_temperature, high = 1 / lowest_temperature;
  if (derivatives(logits, labels, low).first >= 0) return {highest_temperature, true};
  if (derivatives(logits, labels, high).first <= 0) return {lowest_temperature, true};
  return {1 / zero_between(logits, labels, low, high), false};
}

}  // namespace maxtrick::learn
