// The cache of recently used values evicts the value that has not been used for the longest time.
#include "variants/recent.hpp"

#include "test.hpp"

BOOST_AUTO_TEST_SUITE(recent_test)

using maxtrick::variants::Recent;

BOOST_AUTO_TEST_CASE(what_is_there_is_not_made_again) {
  Recent<int, int, 3> recent;
  int made = 0;
  const auto get = [&](int key) {
    return recent.get(key, [&] {
      ++made;
      return 10 * key;
    });
  };
  for (const int key : {1, 2, 1, 2, 3, 1, 2, 3}) BOOST_TEST(get(key) == 10 * key);
  BOOST_TEST(made == 3);
}

BOOST_AUTO_TEST_CASE(the_one_that_lay_idle_longest_goes) {
  Recent<int, int, 3> recent;
  std::vector<int> made;
  const auto get = [&](int key) {
    recent.get(key, [&] {
      made.push_back(key);
      return key;
    });
  };
  for (const int key : {1, 2, 3, 1, 4, 1, 3, 4, 2}) get(key);
  BOOST_TEST(made == (std::vector<int>{1, 2, 3, 4, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
