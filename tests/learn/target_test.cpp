// An error about an invalid label names the label's row.
#include "learn/target.hpp"

#include "test.hpp"

BOOST_AUTO_TEST_SUITE(target_test)

namespace {

using namespace maxtrick;

std::string said_of_labels(const std::vector<double>& labels, std::size_t classes = 4) {
  return tests::error_of<learn::LabelError>([&] { return learn::class_indices(labels, classes); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(class_indices_are_whole_and_in_range) {
  const std::vector<double> labels{0, 3, 2, 1, -0.0};
  const std::vector<std::int32_t> expected{0, 3, 2, 1, 0};
  BOOST_TEST(learn::class_indices(labels, 4) == expected, boost::test_tools::per_element());
  BOOST_TEST(learn::class_indices({}, 4).empty());
  BOOST_TEST(said_of_labels({0, 1, 2, 4}) == "row 3: label 4 is not a class; expected 0 to 3");
  BOOST_TEST(said_of_labels({-1}) == "row 0: label -1 is not a class; expected 0 to 3");
  BOOST_TEST(said_of_labels({0, 1.5}) == "row 1: label 1.5 is not a class; expected 0 to 3");
  for (const double wrong : {double{INFINITY}, -double{INFINITY}, 1e300, double{NAN}})
    BOOST_TEST(said_of_labels({0, 1, wrong}).starts_with("row 2: label "));
}

BOOST_AUTO_TEST_CASE(a_sparse_target_is_a_one_hot_one) {
  const std::vector<std::int32_t> labels{2};
  const std::vector<double> weights{0, 0, 1};
  const learn::Targets<double> sparse{labels}, one_hot{{}, {weights.data(), 1, 3}};
  BOOST_TEST(sparse.row(0, 3).sparse());
  BOOST_TEST(!one_hot.row(0, 3).sparse());
  for (std::size_t c = 0; c < 3; ++c)
    BOOST_TEST(sparse.row(0, 3).weight(c) == one_hot.row(0, 2).weight(c));
  std::size_t visited = 0;
  sparse.row(0, 3).each([&](std::size_t c, double weight) {
    ++visited;
    BOOST_TEST(c == 2U);
    BOOST_TEST(weight == 1);
  });
  BOOST_TEST(visited == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
