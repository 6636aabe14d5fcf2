// Three classes that no straight line parts: inside two circles, between them, outside both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "learn/data_set.hpp"

namespace maxtrick::learn {

// Two circles round the origin, in the square of points whose coordinates lie within half_width.
struct Circles {
  std::size_t samples = 0;
  double inner = 1, outer = 2;  // radii, inner < outer
  double half_width = 3;
  std::uint32_t seed = 0;
};

// The data set of a course chapter on multiclass classification (its exact points are not known,
// nor is this make_circles of scikit-learn, which has two classes on two rings). Points are uniform
// on the square: RandomState(seed).uniform(-half_width, half_width, (samples, 2)). Class 0 lies
// inside both circles, 1 between them, 2 outside both; a point on a circle is outside it.
[[nodiscard]] DataSet make_circles(const Circles& circles);

// The class of each of these points, two features each, by where it lies: what no classifier can do
// better than.
[[nodiscard]] std::vector<std::int32_t> circle_classes(const Circles& circles,
                                                       const std::vector<double>& points);

}  // namespace maxtrick::learn
