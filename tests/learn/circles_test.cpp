// The three classes of the data set of two circles.
#include "learn/circles.hpp"

#include <array>

#include "digests.hpp"

BOOST_AUTO_TEST_SUITE(circles_test)

namespace {

using namespace maxtrick::learn;

}  // namespace

// In NumPy 1.24.2:
//   X = numpy.random.RandomState(5).uniform(-3, 3, (2000, 2)); q = (X * X).sum(axis=1)
//   y = numpy.where(q < 1, 0, numpy.where(q < 4, 1, 2))
//   X.tobytes() and y.tobytes() through hashlib.sha256
BOOST_AUTO_TEST_CASE(points_are_numpys) {
  const DataSet data = make_circles({.samples = 2000, .seed = 5});
  BOOST_TEST(data.rows == 2000U);
  BOOST_TEST(data.features == 2U);
  BOOST_TEST(data.classes == 3U);
  BOOST_TEST_REQUIRE(data.X.size() == 4000U);
  BOOST_TEST_REQUIRE(data.y.size() == 2000U);
  BOOST_TEST(data.X[0] == -0x1.ab04bbb567c97p+0);
  BOOST_TEST(data.X[1] == 0x1.1cb8efefceb68p+1);
  BOOST_TEST(data.X[4] == -0x1.1cce7eec11e00p-4);
  BOOST_TEST(data.X[5] == 0x1.5746f31858cb4p-1);
  BOOST_TEST(maxtrick::tests::digest(data.X) == maxtrick::tests::circles_X);
  BOOST_TEST(maxtrick::tests::digest_of_indices(data.y) == maxtrick::tests::circles_y);
}

BOOST_AUTO_TEST_CASE(the_class_is_by_the_distance_from_the_origin) {
  constexpr double inner = 0.5, outer = 1.75, half_width = 2;
  const DataSet data = make_circles(
      {.samples = 30000, .inner = inner, .outer = outer, .half_width = half_width, .seed = 1});
  std::array<int, 3> counts{};
  for (std::size_t n = 0; n < data.rows; ++n) {
    const double x = data.X[2 * n], y = data.X[2 * n + 1], distance = std::hypot(x, y);
    BOOST_TEST_REQUIRE(std::fabs(x) <= half_width);
    BOOST_TEST_REQUIRE(std::fabs(y) <= half_width);
    BOOST_TEST_REQUIRE(data.y[n] == (distance < inner ? 0 : distance < outer ? 1 : 2));
    ++counts[static_cast<std::size_t>(data.y[n])];
  }
  // The shares of the classes are those of the areas, within five standard errors.
  const double square = 4 * half_width * half_width, pi = std::acos(-1.0);
  const double within = pi * inner * inner / square, all = pi * outer * outer / square;
  const std::array<double, 3> shares{within, all - within, 1 - all};
  for (std::size_t k = 0; k < shares.size(); ++k)
    BOOST_TEST(std::fabs(counts[k] - 30000 * shares[k]) <
               5 * std::sqrt(30000 * shares[k] * (1 - shares[k])));
}

BOOST_AUTO_TEST_CASE(a_point_on_a_circle_is_outside_it) {
  // With a half width of 0, all points are at the origin, which lies on a circle of radius 0.
  const auto label = [](double inner, double outer) {
    return make_circles({.samples = 1, .inner = inner, .outer = outer, .half_width = 0}).y.at(0);
  };
  BOOST_TEST(label(1, 2) == 0);
  BOOST_TEST(label(0, 2) == 1);
  BOOST_TEST(label(0, 0) == 2);
}

BOOST_AUTO_TEST_SUITE_END()
