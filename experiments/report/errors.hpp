// Errors of every variant in float32, from the table accuracy, as pictures take them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "report/log_axis.hpp"
#include "report/picture.hpp"

namespace maxtrick::report {

// One of the ways of seeing the table: which rows, and what is the abscissa.
struct ErrorView {
  std::string title;    // of the abscissa
  std::string axis;     // the same, short
  std::string column;   // a panel's band is taken over all its values,
  std::string pooled;   // of which there are several: "classes"
  std::string caption;  // of the sheet
  // Of a row, where it has one.
  std::function<std::optional<double>(const table::CommittedTable&, const table::Row&)> at;
};

struct Errors {
  Json values;                    // a row of the table each, with its places on the axis
  LogAxis axis;                   // in ULP, and for norm-wise errors in units of the roundoff u
  std::vector<std::string> ops;   // in the table's order
  std::vector<double> abscissae;  // ascending
  std::size_t pooled = 0;         // how many values the view's column has
  Sheet sheet;
};

// `pixels`: the height of a panel. Throws as Tables does.
[[nodiscard]] Errors errors(const Tables& tables, const ErrorView& view, double pixels);

}  // namespace maxtrick::report
