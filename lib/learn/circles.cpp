#include "learn/circles.hpp"

#include "learn/random_state.hpp"

namespace maxtrick::learn {

DataSet make_circles(const Circles& circles) {
  RandomState random(circles.seed);
  DataSet data{circles.samples, 2, 3, {}, {}};
  data.X.resize(2 * data.rows);
  for (double& x : data.X) x = random.uniform(-circles.half_width, circles.half_width);
  data.y = circle_classes(circles, data.X);
  return data;
}

std::vector<std::int32_t> circle_classes(const Circles& circles,
                                         const std::vector<double>& points) {
  std::vector<std::int32_t> classes;
  classes.reserve(points.size() / 2);
  for (std::size_t i = 0; i + 1 < points.size(); i += 2) {
    // This compares squares, not distances: a square root would add another rounding.
    const double square = points[i] * points[i] + points[i + 1] * points[i + 1];
    classes.push_back(square < circles.inner * circles.inner   ? 0
                      : square < circles.outer * circles.outer ? 1
                                                               : 2);
  }
  return classes;
}

}  // namespace maxtrick::learn
