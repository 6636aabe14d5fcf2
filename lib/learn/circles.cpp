#include "learn/circles.hpp"

#include "learn/random_state.hpp"

namespace maxtrick::learn {

DataSet make_circles(const Circles& circles) {
  RandomState random(circles.seed);
  DataSet data{circles.samples, 2, 3, {}, {}};
  data.X.reserve(2 * data.rows);
  data.y.reserve(data.rows);
  for (std::size_t n = 0; n < data.rows; ++n) {
    const double x = random.uniform(-circles.half_width, circles.half_width);
    const double y = random.uniform(-circles.half_width, circles.half_width);
    // Squares, not the distance: a root would round once more.
    const double square = x * x + y * y;
    data.X.insert(data.X.end(), {x, y});
    data.y.push_back(square < circles.inner * circles.inner   ? 0
                     : square < circles.outer * circles.outer ? 1
                                                              : 2);
  }
  return data;
}

}  // namespace maxtrick::learn
