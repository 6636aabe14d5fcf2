// What a loss makes of examples, against the exact losses and gradients.
#pragma once

#include <cmath>
#include <optional>
#include <string>

#include "inputs/digits.hpp"
#include "inputs/loss_batch.hpp"
#include "loss/loss_errors.hpp"
#include "loss/loss_grid.hpp"
#include "table/cell.hpp"

namespace maxtrick::loss {

struct Found {
  std::size_t examples = 0;
  double mean = 0, exact_mean = 0;  // losses
  Errors loss = {}, gradient = {};
  std::optional<Errors> difference = {};  // of the gradient as p - t; none for a loss of logits

  [[nodiscard]] std::string outcome() const {
    if (loss.infinite + gradient.infinite > 0) return "not_finite";
    if (loss.lost > 0) return gradient.lost > 0 ? "both_lost" : "loss_lost";
    return gradient.lost > 0 ? "gradient_lost" : "ok";
  }
};

inline table::Cell in_units(const std::optional<Errors>& errors, double u) {
  return errors ? table::Cell(errors->by_one / u) : table::Cell();
}
inline table::Cell relative_error(const std::optional<Errors>& errors) {
  return errors ? table::rounded(errors->relative, 2) : table::Cell();
}

// Nothing where nothing was printed.
inline std::optional<bool> agrees(const std::string& printed, double value) {
  if (printed.empty()) return std::nullopt;
  return std::isfinite(value) ? inputs::compare(printed, value).holds()
                              : table::cell(value) == printed;
}

template <class T>
Found measure(const Point& point) {
  const auto& exact = point.shared->exact();
  inputs::LossBatch<T> batch(point.shared->examples(), point.about->targets == "one_hot");
  Found found{.examples = exact.size()};
  if (point.arm.formulation->takes_probabilities()) {
    batch.run(point.arm.loss(ops::GradientForm::difference, point.about->guard));
    found.difference = gradient_errors<T>(exact, batch.gradient);
  }
  batch.run(point.arm.loss(point.arm.gradient, point.about->guard));
  found.loss = loss_errors<T>(exact, batch.losses);
  found.gradient = gradient_errors<T>(exact, batch.gradient);
  found.mean = double{batch.mean};
  double sum = 0;
  for (const auto& one : exact) sum += one.loss.high;
  found.exact_mean = sum / static_cast<double>(exact.size());
  return found;
}

}  // namespace maxtrick::loss
