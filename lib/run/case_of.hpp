// Makes a case of a plan from a point of an experiment's grid.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <variant>

#include "run/experiment.hpp"
#include "table/columns.hpp"

namespace maxtrick::run {

// A case whose key is read from `point`, and whose row is read from `point` and from the value of
// measure(point), which is a result or a std::variant<Result, Skip>.
template <class Point, class Result, class Measure>
[[nodiscard]] Case case_of(const table::Columns<Point, Result>& columns, Point point,
                           Measure measure, std::size_t batch = 0) {
  auto shared = std::make_shared<const Point>(std::move(point));
  table::Key key = columns.key(*shared);
  return {.key = std::move(key),
          .run = [columns, shared, measure]() -> std::variant<table::Row, Skip> {
            std::variant<Result, Skip> measured = measure(*shared);
            if (auto* skip = std::get_if<Skip>(&measured)) return std::move(*skip);
            return columns.others(*shared, std::get<Result>(measured));
          },
          .batch = batch};
}

}  // namespace maxtrick::run
