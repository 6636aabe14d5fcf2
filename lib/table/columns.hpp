// The columns of an experiment. Each is declared once, together with the function that reads its
// cell.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "table/table.hpp"

namespace maxtrick::table {

// `Case` holds what is known before the measurement: the axes of the experiment, from which the key
// is read. `Result` holds what was measured. A cell is read by a function or a pointer to a member
// of either of them, or by a function of both.
template <class Case, class Result>
class Columns {
 public:
  struct One : Column {
    template <class Read>
    One(std::string called, Rule compared, std::string what, Read read)
        : Column{std::move(called), compared, std::move(what)} {
      if constexpr (std::is_invocable_v<Read, const Case&>)
        of_case = [read](const Case& one) { return Cell(std::invoke(read, one)); };
      else if constexpr (std::is_invocable_v<Read, const Result&>)
        of_result = [read](const Case&, const Result& result) {
          return Cell(std::invoke(read, result));
        };
      else
        of_result = read;
      if (rule == Rule::key && !of_case)
        throw std::logic_error("a key is read from what is measured: " + name);
    }
    // A column with the rule `bounded` and this tolerance.
    template <class... Read>
    One(std::string called, const Tolerance& allowed, std::string what, Read... read)
        : One(std::move(called), Rule::bounded, std::move(what), std::move(read)...) {
      tolerance = allowed;
    }

    // A column whose cell is read in two steps: `then` reads it from the result of `first`, such as
    // a member of the object to which a member points.
    template <class First, class Then>
    One(std::string called, Rule compared, std::string what, First first, Then then)
        : One(std::move(called), compared, std::move(what),
              [=](const auto& from) -> decltype(std::invoke(then, std::invoke(first, from))) {
                return std::invoke(then, std::invoke(first, from));
              }) {}

    // Null if the cell needs the result; then of_result is set.
    std::function<Cell(const Case&)> of_case;
    std::function<Cell(const Case&, const Result&)> of_result;
  };

  Columns(std::initializer_list<One> all) : Columns(std::vector<One>(all)) {}
  explicit Columns(std::vector<One> all)
      : all_(std::make_shared<const std::vector<One>>(std::move(all))) {}

  // The columns without the functions that read cells.
  [[nodiscard]] std::vector<Column> schema() const { return {all_->begin(), all_->end()}; }

  [[nodiscard]] Key key(const Case& one) const {
    Row cells;
    for (const One& column : *all_)
      if (column.rule == Rule::key) cells.push_back(column.of_case(one));
    return Key(std::move(cells));
  }

  // The cells of the other columns.
  [[nodiscard]] Row others(const Case& one, const Result& result) const {
    Row cells;
    for (const One& column : *all_)
      if (column.rule != Rule::key)
        cells.push_back(column.of_case ? column.of_case(one) : column.of_result(one, result));
    return cells;
  }

 private:
  std::shared_ptr<const std::vector<One>> all_;  // shared by all cases
};

}  // namespace maxtrick::table
