// How far computed losses and gradients are from the exact ones.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "loss/exact_loss.hpp"
#include "oracle/derivative_errors.hpp"

namespace maxtrick::loss {

// The largest over the examples, and how many examples fail in a way. What an error is compared
// with, its size, is the exact loss, or the largest exact entry of the gradient.
struct Errors {
  double by_one = 0;         // error by max(1, size): what roundings alone would make it
  double relative = 0;       // error by size
  std::size_t lost = 0;      // not one correct digit, though the type could hold it
  std::size_t infinite = 0;  // or NaN
  std::size_t zero = 0;      // gradients of nothing but 0
  std::size_t still = 0;  // gradients without an entry of a thousandth of the size: nothing moves
};

// What underflow may take of a sum: below it the type cannot be asked for a digit.
template <class T>
double least(std::size_t terms) {
  return static_cast<double>(terms) * double{std::numeric_limits<T>::denorm_min()};
}

template <class T>
void add_error(Errors& errors, double error, double size, std::size_t terms) {
  oracle::raise(errors.by_one, error / std::max(1.0, size));
  if (error != 0) oracle::raise(errors.relative, error / size);
  if (!(error < std::max(size / 2, least<T>(terms)))) ++errors.lost;
}

template <class T>
Errors loss_errors(const std::vector<ExactLoss>& exact, std::span<const T> losses) {
  Errors errors;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double loss{losses[i]};
    double error = 0;
    oracle::raise(error, oracle::distance(loss, exact[i].loss));
    add_error<T>(errors, error, exact[i].loss.high, exact[i].gradient.size());
    errors.infinite += !std::isfinite(loss);
  }
  return errors;
}

template <class T>
Errors gradient_errors(const std::vector<ExactLoss>& exact, std::span<const T> gradient) {
  Errors errors;
  const T* entry = gradient.data();
  for (const ExactLoss& one : exact) {
    double error = 0, largest = 0;
    bool finite = true;
    for (const numerics::Pair due : one.gradient) {
      const double got{*entry++};
      oracle::raise(error, oracle::distance(got, due));
      largest = std::max(largest, std::fabs(got));
      finite = finite && std::isfinite(got);
    }
    add_error<T>(errors, error, one.largest, one.gradient.size());
    errors.infinite += !finite;
    errors.zero += finite && largest == 0;
    errors.still +=
        finite && one.largest > least<T>(one.gradient.size()) && largest < one.largest / 1000;
  }
  return errors;
}

}  // namespace maxtrick::loss
