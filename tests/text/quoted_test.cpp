// How messages show texts of the user.
#include "text/quoted.hpp"

#include "test.hpp"

BOOST_AUTO_TEST_SUITE(quoted_test)

namespace text = maxtrick::text;
using text::shown;
using text::shown_path;

BOOST_AUTO_TEST_CASE(a_short_text_is_shown_whole) {
  BOOST_TEST(text::quoted("") == "''");
  BOOST_TEST(text::quoted("softmax.naive") == "'softmax.naive'");
  BOOST_TEST(text::quoted("\xC3\xA9t\xC3\xA9\t1") == "'\xC3\xA9t\xC3\xA9\t1'");
  const std::string sixty(60, 'x');
  BOOST_TEST(shown(sixty) == sixty);
}

BOOST_AUTO_TEST_CASE(a_long_text_is_cut_at_a_character) {
  for (const std::string character : {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    std::string sixty;
    for (int i = 0; i < 60; ++i) sixty += character;
    BOOST_TEST(text::quoted(sixty) == "'" + sixty + "'");
    BOOST_TEST(text::quoted(sixty + character) == "'" + sixty + "...'");
    BOOST_TEST(shown(sixty + std::string(100000, 'y')) == sixty + "...");
  }
  BOOST_TEST(shown("12345", 4) == "1234...");
}

BOOST_AUTO_TEST_CASE(what_would_disturb_a_terminal_is_replaced) {
  BOOST_TEST(text::quoted("a\nb\x1B[31m\x7F\xC2\x9B") == "'a\uFFFDb\uFFFD[31m\uFFFD\uFFFD'");
  BOOST_TEST(text::quoted(std::string_view("a\0b", 3)) == "'a\uFFFDb'");
  BOOST_TEST(text::quoted("\xFF\xC3") == "'\uFFFD\uFFFD'");
}

BOOST_AUTO_TEST_CASE(a_long_path_keeps_both_ends) {
  const std::string path = "/data/" + std::string(5000, 'd') + "/x.npy";
  const std::string cut = shown_path(path);
  BOOST_TEST(cut.size() == 303U);
  BOOST_TEST(cut.starts_with("/data/ddd"));
  BOOST_TEST(cut.ends_with("ddd/x.npy"));
  BOOST_TEST(shown_path("/data/x.npy") == "/data/x.npy");
  BOOST_TEST(shown_path("a\nb") == "a\uFFFDb");
}

BOOST_AUTO_TEST_SUITE_END()
