// Whole configs: all errors at once, in order, and how they look.
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "config_errors.hpp"

BOOST_AUTO_TEST_SUITE(config_test)

using namespace maxtrick::tests;

BOOST_AUTO_TEST_SUITE(whole_files)

BOOST_AUTO_TEST_CASE(all_errors_at_once_in_order) {
  const auto read = [](Section& root) {
    for (Section section : root.tables("case")) {
      section.numbers("logits");
      section.text("hazard");
      section.text("name");
    }
    root.choice("op", ops);
    root.integer("classes", 1, 1000000);
  };
  BOOST_TEST(errors("classes = 0\n"
                    "op = 'softmx'\n"
                    "\n"
                    "[[case]]\n"
                    "  logit = [1, 2]\n"
                    "  name = 'ties'\n",
                    read) ==
             "x.toml:1:11: error: key 'classes' is 0\n"
             "    1 | classes = 0\n"
             "      |           ^\n"
             "   expected an integer from 1 to 1000000\n"
             "x.toml:2:6: error: 'softmx' is not a known value of 'op'\n"
             "    2 | op = 'softmx'\n"
             "      |      ^\n"
             "   expected one of: softmax, log_softmax, log_sum_exp, cross_entropy; "
             "did you mean 'softmax'?\n"
             "x.toml:4:1: error: missing key 'logits'\n"
             "    4 | [[case]]\n"
             "      | ^\n"
             "   expected an array of numbers\n"
             "x.toml:4:1: error: missing key 'hazard'\n"
             "    4 | [[case]]\n"
             "      | ^\n"
             "   expected a text\n"
             "x.toml:5:3: error: unknown key 'logit'\n"
             "    5 |   logit = [1, 2]\n"
             "      |   ^\n"
             "   expected one of: hazard, logits, name; did you mean 'logits'?");
}

BOOST_AUTO_TEST_CASE(a_problem_is_told_once) {
  const auto read = [](Section& root) {
    root.text("a");
    root.text("b");
    root.text("a");
  };
  BOOST_TEST(errors("", read) ==
             "x.toml:1:1: error: missing key 'a'\n"
             "   expected a text\n"
             "x.toml:1:1: error: missing key 'b'\n"
             "   expected a text");
}

BOOST_AUTO_TEST_CASE(the_problem_has_its_parts) {
  try {
    ConfigFile file("a = 1\r\n\tb = 2\r\n", "configs/x.toml");
    file.root().text("b");
    file.root().integer("a", 0, 9);
    file.finish();
    BOOST_ERROR("no ConfigError");
  } catch (const ConfigError& error) {
    BOOST_REQUIRE(error.problems().size() == 1U);
    const Problem& problem = error.problems().front();
    BOOST_TEST(problem.file == "configs/x.toml");
    BOOST_TEST(problem.line == 2U);
    BOOST_TEST(problem.column == 6U);
    BOOST_TEST(problem.message == "key 'b' is an integer");
    BOOST_TEST(problem.expected == "a text");
    BOOST_TEST(problem.source == "\tb = 2");
  }
}

BOOST_AUTO_TEST_CASE(unknown_keys) {
  // What is not there yet was meant rather than what is.
  const auto near = [](Section& root) {
    root.integer("row", 0, 9);
    if (root.has("rows")) root.integer("rows", 0, 9);
  };
  BOOST_TEST(errors("row = 1\nrowx = 2", near) ==
             "x.toml:2:1: error: unknown key 'rowx'\n"
             "    2 | rowx = 2\n"
             "      | ^\n"
             "   expected one of: row, rows; did you mean 'rows'?");
  BOOST_TEST(errors("row = 1\nrows = 1\nrowx = 2", near) ==
             "x.toml:3:1: error: unknown key 'rowx'\n"
             "    3 | rowx = 2\n"
             "      | ^\n"
             "   expected one of: row, rows; did you mean 'row'?");
  BOOST_TEST(errors("a = 1", [](Section&) {}) ==
             "x.toml:1:1: error: unknown key 'a'\n"
             "    1 | a = 1\n"
             "      | ^\n"
             "   expected no key here");
  const auto many = [](Section& root) {
    for (char c = 'a'; c <= 'm'; ++c) (void)root.has(std::string("key_") + c);
  };
  BOOST_TEST(errors("yek = 1\nkey_z = 2", many) ==
             "x.toml:1:1: error: unknown key 'yek'\n"
             "    1 | yek = 1\n"
             "      | ^\n"
             "   expected one of 13 keys\n"
             "x.toml:2:1: error: unknown key 'key_z'\n"
             "    2 | key_z = 2\n"
             "      | ^\n"
             "   expected one of 13 keys; did you mean 'key_a'?");
}

BOOST_AUTO_TEST_CASE(a_section_that_nobody_asked_for_is_one_unknown_key) {
  BOOST_TEST(errors("a = 1\n[date]\nx = 1\ny = 2\n[[case]]\nz = 1\n[[case]]\n",
                    [](Section& root) {
                      root.integer("a", 0, 9);
                      (void)root.is_table("data");
                    }) ==
             "x.toml:2:2: error: unknown key 'date'\n"
             "    2 | [date]\n"
             "      |  ^\n"
             "   expected one of: a, data; did you mean 'data'?\n"
             "x.toml:5:3: error: unknown key 'case'\n"
             "    5 | [[case]]\n"
             "      |   ^\n"
             "   expected one of: a, data");
  // One that was asked for but not handed out is not looked into.
  BOOST_TEST(errors("[data]\nx = 1", [](Section& root) { (void)root.has("data"); }) == "");
}

BOOST_AUTO_TEST_CASE(keys_are_shared_by_all_handles_of_a_section) {
  BOOST_TEST(errors("[data]\nx = 1\ny = 2", [](Section& root) {
               root.table("data").integer("x", 0, 9);
               root.table("data").integer("y", 0, 9);
             }) == "");
}

BOOST_AUTO_TEST_CASE(optional_keys) {
  ConfigFile file("a = [1]\nb = {}\nc = 1", "x.toml");
  Section root = file.root();
  BOOST_TEST(root.has("c"));
  BOOST_TEST(!root.has("d"));
  BOOST_TEST(root.is_array("a"));
  BOOST_TEST(!root.is_array("b"));
  BOOST_TEST(!root.is_array("d"));
  BOOST_TEST(root.is_table("b"));
  BOOST_TEST(!root.is_table("c"));
  BOOST_TEST(!root.is_table("d"));
  file.finish();
  BOOST_TEST(file.text() == "a = [1]\nb = {}\nc = 1");
  BOOST_TEST(file.name() == "x.toml");
}

BOOST_AUTO_TEST_CASE(rejections) {
  const auto read = [](Section& root) {
    root.reject("a", "'a' is odd", "an even number");
    root.reject("b", 1, "a class twice: 7");
    root.reject("b", 5, "too few classes");
    root.reject("", "no case left");
    Section data = root.table("data");
    data.reject("path", "neither path nor seed");
    data.reject("a", "wrong");  // a getter has said so
    data.text("a");
    data.reject("a", "wrong again");
  };
  BOOST_TEST(errors("a = 3\nb = [7, 7]\n[data]\na = 1", read) ==
             "x.toml:1:1: error: no case left\n"
             "    1 | a = 3\n"
             "      | ^\n"
             "x.toml:1:5: error: 'a' is odd\n"
             "    1 | a = 3\n"
             "      |     ^\n"
             "   expected an even number\n"
             "x.toml:2:5: error: too few classes\n"
             "    2 | b = [7, 7]\n"
             "      |     ^\n"
             "x.toml:2:9: error: a class twice: 7\n"
             "    2 | b = [7, 7]\n"
             "      |         ^\n"
             "x.toml:3:1: error: neither path nor seed\n"
             "    3 | [data]\n"
             "      | ^\n"
             "x.toml:4:5: error: wrong\n"
             "    4 | a = 1\n"
             "      |     ^\n"
             "x.toml:4:5: error: key 'a' is an integer\n"
             "    4 | a = 1\n"
             "      |     ^\n"
             "   expected a text");
}

BOOST_AUTO_TEST_CASE(lines_to_point_to) {
  const Words overrides = {"case=[{name=\"x\"}]"};
  ConfigFile file("a = 1\n\n[data]\n\nb = 2\n", "x.toml", overrides);
  Section data = file.root().table("data");
  BOOST_TEST(data.line_of("b") == "line 5");
  BOOST_TEST(data.line_of("c") == "line 3");
  BOOST_TEST(file.root().line_of("data") == "line 3");
  BOOST_TEST(file.root().line_of("case") == "line 1 of --set");
}

BOOST_AUTO_TEST_CASE(where_keys_are_not_known_unknown_ones_are_let_pass) {
  const Words names = {"accuracy"};
  const auto read = [&](Section& root) {
    if (root.choice("experiment", names).empty()) root.ignore_rest();
    (void)root.table("data").has("seed");
  };
  BOOST_TEST(errors("experiment = 'acuracy'\nother = 1\n[data]\nsede = 1", read) ==
             "x.toml:1:14: error: 'acuracy' is not a known value of 'experiment'\n"
             "    1 | experiment = 'acuracy'\n"
             "      |              ^\n"
             "   expected one of: accuracy; did you mean 'accuracy'?\n"
             "x.toml:4:1: error: unknown key 'sede'\n"
             "    4 | sede = 1\n"
             "      | ^\n"
             "   expected one of: seed; did you mean 'seed'?");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(texts_that_are_no_config)

BOOST_AUTO_TEST_CASE(syntax_errors) {
  BOOST_TEST(construction_errors("a = 1\nb = 01x\nc =") ==
             "x.toml:2:7: error: invalid TOML in decimal integer: "
             "expected digit, saw 'x'\n"
             "    2 | b = 01x\n"
             "      |       ^");
  BOOST_TEST(construction_errors("a = \"x\\q\"") ==
             "x.toml:1:8: error: invalid TOML in string: unknown escape sequence '\\q'\n"
             "    1 | a = \"x\\q\"\n"
             "      |        ^");
  BOOST_TEST(construction_errors("c = [") ==
             "x.toml:1:6: error: invalid TOML in array: encountered end-of-file\n"
             "    1 | c = [\n"
             "      |      ^");
}

BOOST_AUTO_TEST_CASE(duplicate_keys) {
  BOOST_TEST(construction_errors("a = 1\na = 2") ==
             "x.toml:2:5: error: invalid TOML in key-value pair: "
             "cannot redefine existing integer 'a'\n"
             "    2 | a = 2\n"
             "      |     ^");
  BOOST_TEST(construction_errors("[a]\n[a]") ==
             "x.toml:2:1: error: invalid TOML in table header: cannot redefine existing table 'a'\n"
             "    2 | [a]\n"
             "      | ^");
}

BOOST_AUTO_TEST_CASE(invalid_utf8) {
  BOOST_TEST(construction_errors("a = 1\nb = \"\xC3\xA9\xFF\"") ==
             "x.toml:2:7: error: invalid UTF-8\n"
             "    2 | b = \"\xC3\xA9\xEF\xBF\xBD\"\n"
             "      |       ^");
  // An overlong slash, a surrogate, what is above U+10FFFF, and what is cut short.
  for (const char* bad : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF0\x8F\xBF\xBF", "\xF5\x80\x80\x80", "\xE2\x82", "\x80"}) {
    const std::string message = construction_errors(std::string("#") + bad);
    BOOST_TEST(message.substr(0, message.find('\n')) == "x.toml:1:2: error: invalid UTF-8");
  }
  for (const char* good : {"\xC2\xA9", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    BOOST_TEST(construction_errors(std::string("#") + good) == "");
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(looks)

void read_x(Section& root) { root.text("x"); }

BOOST_AUTO_TEST_CASE(tabs_move_the_caret_too) {
  BOOST_TEST(errors("\tx\t=\t1", read_x) ==
             "x.toml:1:6: error: key 'x' is an integer\n"
             "    1 | \tx\t=\t1\n"
             "      | \t \t \t^\n"
             "   expected a text");
}

BOOST_AUTO_TEST_CASE(columns_count_characters) {
  BOOST_TEST(errors("y = [\"\xC3\xA9\xE2\x88\x9E\xF0\x9F\x98\x80\", 1]",
                    [](Section& root) { root.texts("y"); }) ==
             "x.toml:1:13: error: element 2 of 'y' is an integer\n"
             "    1 | y = [\"\xC3\xA9\xE2\x88\x9E\xF0\x9F\x98\x80\", 1]\n"
             "      |             ^\n"
             "   expected a text");
  // A byte order mark is no character of the line; line ends may be those of Windows.
  BOOST_TEST(errors("\xEF\xBB\xBFx = 1\r\ny = 2\r\n", read_x) ==
             "x.toml:1:5: error: key 'x' is an integer\n"
             "    1 | x = 1\n"
             "      |     ^\n"
             "   expected a text\n"
             "x.toml:2:1: error: unknown key 'y'\n"
             "    2 | y = 2\n"
             "      | ^\n"
             "   expected one of: x");
}

BOOST_AUTO_TEST_CASE(long_lines_are_cut_around_the_caret) {
  const std::string pad(200, 'p');
  const auto read = [](Section& root) { root.texts("x"); };
  const auto at = [](std::size_t column) { return "x.toml:1:" + std::to_string(column); };

  // 160 characters are shown whole, 161 are not.
  const std::string fits = "x = [1] # " + std::string(150, 'p');
  BOOST_TEST(errors(fits, read) == at(6) +
                                       ": error: element 1 of 'x' is an integer\n"
                                       "    1 | " +
                                       fits +
                                       "\n"
                                       "      |      ^\n"
                                       "   expected a text");
  BOOST_TEST(errors(fits + "p", read) == at(6) +
                                             ": error: element 1 of 'x' is an integer\n"
                                             "    1 | " +
                                             fits +
                                             "...\n"
                                             "      |      ^\n"
                                             "   expected a text");
  // In the middle.
  BOOST_TEST(errors("x = ['" + pad + "', 1, '" + pad + "']", read) ==
             at(210) +
                 ": error: element 2 of 'x' is an integer\n"
                 "    1 | ..." +
                 std::string(77, 'p') + "', 1, '" + std::string(76, 'p') +
                 "...\n"
                 "      |    " +
                 std::string(80, ' ') +
                 "^\n"
                 "   expected a text");
  // At the end.
  BOOST_TEST(errors("x = ['" + pad + "', 1]", read) == at(210) +
                                                           ": error: element 2 of 'x' is an "
                                                           "integer\n"
                                                           "    1 | ..." +
                                                           std::string(155, 'p') +
                                                           "', 1]\n"
                                                           "      |    " +
                                                           std::string(158, ' ') +
                                                           "^\n"
                                                           "   expected a text");
}

BOOST_AUTO_TEST_CASE(long_and_unprintable_words) {
  const std::string sixty(60, 'k');
  BOOST_TEST(errors(sixty + "k = 1", [](Section&) {}) ==
             std::string("x.toml:1:1: error: unknown key '") + sixty +
                 "...'\n"
                 "    1 | " +
                 sixty +
                 "k = 1\n"
                 "      | ^\n"
                 "   expected no key here");
  BOOST_TEST(errors("\"a\\u001b[1m\\n\" = 1", [](Section&) {}) ==
             "x.toml:1:1: error: unknown key 'a\xEF\xBF\xBD[1m\xEF\xBF\xBD'\n"
             "    1 | \"a\\u001b[1m\\n\" = 1\n"
             "      | ^\n"
             "   expected no key here");
}

BOOST_AUTO_TEST_CASE(problems_of_other_origin) {
  BOOST_TEST(ConfigError({}).what() == std::string());
  // A column beyond the line is its end; the gutter grows with the line's number.
  BOOST_TEST(ConfigError({{"f", 1234567, 9, "m", "", "ab"}, {"g", 1, 0, "n", "e", "ab"}}).what() ==
             std::string("f:1234567:9: error: m\n"
                         "1234567 | ab\n"
                         "        |   ^\n"
                         "g:1:0: error: n\n"
                         "    1 | ab\n"
                         "      | ^\n"
                         "   expected e"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
