// Compares matrix products with plain loops. The entries are small integers, so that every order of
// summation gives the same bits.
#include "learn/blas.hpp"

#include <boost/test/data/test_case.hpp>

#include "numerics/random.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(blas_test)

namespace {

using namespace maxtrick::learn;
using maxtrick::numerics::Random;

constexpr double gap = 77;

// A rows x columns matrix as BLAS receives it: transposed or not, with `gap` between the columns.
template <class T>
struct Stored {
  Stored(std::size_t m, std::size_t n, bool turned, std::size_t more)
      : rows(m), columns(n), is_turned(turned), stride((turned ? n : m) + more) {
    numbers.assign(stride * (turned ? m : n), static_cast<T>(gap));
  }
  T& at(std::size_t i, std::size_t j) {
    return numbers[is_turned ? j + i * stride : i + j * stride];
  }
  void fill(Random& random) {
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j)
        at(i, j) = static_cast<T>(static_cast<double>(random.below(17)) - 8);
  }
  [[nodiscard]] Columns<const T> read() const { return {numbers.data(), stride, is_turned}; }

  std::size_t rows, columns;
  bool is_turned;
  std::size_t stride;
  std::vector<T> numbers;
};

struct Size {
  std::size_t m, n, k;
};

template <class T>
void check(Size size, bool turned_A, bool turned_B, std::size_t more, Random& random) {
  Stored<T> A(size.m, size.k, turned_A, more), B(size.k, size.n, turned_B, 2 * more),
      C(size.m, size.n, false, 3 * more);
  A.fill(random);
  B.fill(random);
  // The old contents of C must not be used; otherwise their NaN would remain.
  for (std::size_t i = 0; i < size.m; ++i)
    for (std::size_t j = 0; j < size.n; ++j) C.at(i, j) = std::numeric_limits<T>::quiet_NaN();
  auto expected = C;
  for (std::size_t i = 0; i < size.m; ++i)
    for (std::size_t j = 0; j < size.n; ++j) {
      T sum = 0;
      for (std::size_t l = 0; l < size.k; ++l) sum += A.at(i, l) * B.at(l, j);
      expected.at(i, j) = sum;
    }
  multiply<T>(size.m, size.n, size.k, A.read(), B.read(), {C.numbers.data(), C.stride});
  BOOST_TEST(C.numbers == expected.numbers, boost::test_tools::per_element());
}

}  // namespace

BOOST_DATA_TEST_CASE(products_are_those_of_plain_loops,
                     boost::unit_test::data::make({false, true}) *
                         boost::unit_test::data::make({false, true}),
                     turned_A, turned_B) {
  Random random(1);
  for (const Size size : {Size{1, 1, 1}, Size{1, 4, 26}, Size{32, 25, 3}, Size{16, 4, 16},
                          Size{3, 25, 32}, Size{33, 1, 7}, Size{65, 17, 129}})
    for (const std::size_t more : {0U, 5U}) {
      check<float>(size, turned_A, turned_B, more, random);
      check<double>(size, turned_A, turned_B, more, random);
    }
}

BOOST_AUTO_TEST_CASE(transposed_twice_is_the_matrix) {
  double number = 0;
  const Columns<double> one{&number, 3};
  BOOST_TEST(transposed(one).transposed);
  BOOST_TEST(transposed(one).stride == 3U);
  BOOST_TEST(!transposed(transposed(one)).transposed);
}

BOOST_AUTO_TEST_CASE(the_library_says_its_version_and_core) {
  const std::string name = blas_library();
  BOOST_TEST(name.starts_with("OpenBLAS "), name);
  BOOST_TEST(name.find(", core ") != std::string::npos, name);
}

BOOST_AUTO_TEST_SUITE_END()
