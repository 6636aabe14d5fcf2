// Shapes with their classes along any axis.
#include "timing/shape.hpp"

#include "test.hpp"
#include "timing/matrix.hpp"

BOOST_AUTO_TEST_SUITE(shape_test)

using namespace maxtrick::timing;

BOOST_AUTO_TEST_CASE(a_shape_is_parsed_and_named) {
  const auto parsed = [](const char* text) {
    const auto shape = parse_shape(text);
    return shape ? name(*shape) : "";
  };
  for (const char* same : {"4096x1000", "1x1", "1x3072x1024@1", "32x81x8732@1", "8192x8192@0"})
    BOOST_TEST(parsed(same) == same);
  // Axes on the same side of the classes are merged.
  BOOST_TEST(parsed("2x3x4x5@2") == "6x4x5@1");
  BOOST_TEST(parsed("2x3x4x5@1") == "2x3x20@1");
  BOOST_TEST(parsed("2x3x4x5@0") == "2x60@0");
  for (const char* last : {"2x3x5", "2x3x5@2", "6x5@1"}) BOOST_TEST(parsed(last) == "6x5");
  BOOST_TEST(parsed("268435456x1") == "268435456x1");
  for (const char* wrong : {"", "5", "x5", "5x", "4y5", "0x5", "5x0", "-1x5", "4x5@", "4x5@2",
                            "4x5@-1", "4x5@1 ", "@1", "268435457x1", "16384x16385", "4x5@1@1"})
    BOOST_TEST(parsed(wrong) == "", wrong);
}

// Each row of a matrix is reached by the strides of one of its parts.
BOOST_AUTO_TEST_CASE(parts_have_all_rows) {
  for (const char* text : {"6x4", "2x4x3@1", "4x3@0", "1x4x3@1", "5x1x2@1", "1x7"}) {
    const Shape shape = parse_shape(text).value();
    Matrix<float> matrix(shape);
    float next = 0;
    for (float& x : matrix.numbers()) x = next++;
    std::size_t row = 0;
    for (std::size_t i = 0; i < Matrix<float>::parts(shape); ++i) {
      const auto part = matrix.part(i);
      BOOST_TEST(part.columns == shape.classes);
      for (std::size_t r = 0; r < part.rows; ++r, ++row)
        for (std::size_t k = 0; k < shape.classes; ++k)
          BOOST_TEST(&part.at(r, k) == &matrix.at(row, k), text);
    }
    BOOST_TEST(row == shape.rows, text);
  }
  // The numbers are in the order of the array: index (1, 2, 0) of 2x4x3.
  const Shape shape = parse_shape("2x4x3@1").value();
  BOOST_TEST(shape.place(3, 2) == 1U * 12 + 2 * 3 + 0);
}

BOOST_AUTO_TEST_SUITE_END()
