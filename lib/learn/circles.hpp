// Three classes that no straight line separates: inside both circles, between them, outside both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "learn/data_set.hpp"

namespace maxtrick::learn {

// Two circles around the origin, and a square of points whose coordinates are between -half_width
// and half_width.
struct Circles {
  std::size_t samples = 0;
  double inner = 1, outer = 2;  // radii, inner < outer
  double half_width = 3;
  std::uint32_t seed = 0;
};

// The data set of a course chapter on multiclass classification. The exact points of that chapter
// are not known. It is not make_circles of scikit-learn, which has two classes on two rings. Points
// are uniform on the square: RandomState(seed).uniform(-half_width, half_width, (samples, 2)).
// Class 0 is inside both circles, class 1 between them, class 2 outside both. A point on a circle
// counts as outside it.
[[nodiscard]] DataSet make_circles(const Circles& circles);

// The true class of each of these points, from its position. A point has two features. No
// classifier can do better.
[[nodiscard]] std::vector<std::int32_t> circle_classes(const Circles& circles,
                                                       const std::vector<double>& points);

}  // namespace maxtrick::learn
