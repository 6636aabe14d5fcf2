// Whole configs: all errors are reported together, in order and in their final format.
#include "config_errors.hpp"

BOOST_AUTO_TEST_SUITE(config_test)

using namespace maxtrick::tests;

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
  check_errors(
      "classes = 0\n"
      "op = 'softmx'\n"
      "\n"
      "[[case]]\n"
      "  logit = [1, 2]\n"
      "  name = 'ties'\n",
      read,
      {{1, 11, "key 'classes' is 0", "an integer from 1 to 1000000"},
       {2, 6, "'softmx' is not a known value of 'op'",
        "one of: softmax, log_softmax, log_sum_exp, cross_entropy; did you mean 'softmax'?"},
       {4, 1, "missing key 'logits'", "an array of numbers"},
       {4, 1, "missing key 'hazard'", "a text"},
       {5, 3, "unknown key 'logit'", "one of: hazard, logits, name; did you mean 'logits'?"}});
}

BOOST_AUTO_TEST_CASE(a_problem_is_told_once) {
  const auto read = [](Section& root) {
    root.text("a");
    root.text("b");
    root.text("a");
  };
  check_errors("", read,
               {{1, 1, "missing key 'a'", "a text"}, {1, 1, "missing key 'b'", "a text"}});
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
  // A suggestion prefers a key that the config does not have yet, because the user probably meant
  // that one.
  const auto near = [](Section& root) {
    root.integer("row", 0, 9);
    if (root.has("rows")) root.integer("rows", 0, 9);
  };
  check_errors("row = 1\nrowx = 2", near,
               {{2, 1, "unknown key 'rowx'", "one of: row, rows; did you mean 'rows'?"}});
  check_errors("row = 1\nrows = 1\nrowx = 2", near,
               {{3, 1, "unknown key 'rowx'", "one of: row, rows; did you mean 'row'?"}});
  check_errors("a = 1", [](Section&) {}, {{1, 1, "unknown key 'a'", "no key here"}});
  const auto many = [](Section& root) {
    for (char c = 'a'; c <= 'm'; ++c) (void)root.has(std::string("key_") + c);
  };
  check_errors("yek = 1\nkey_z = 2", many,
               {{1, 1, "unknown key 'yek'", "one of 13 keys"},
                {2, 1, "unknown key 'key_z'", "one of 13 keys; did you mean 'key_a'?"}});
}

BOOST_AUTO_TEST_CASE(a_section_that_nobody_asked_for_is_one_unknown_key) {
  check_errors("a = 1\n[date]\nx = 1\ny = 2\n[[case]]\nz = 1\n[[case]]\n",
               [](Section& root) {
                 root.integer("a", 0, 9);
                 (void)root.is_table("data");
               },
               {{2, 2, "unknown key 'date'", "one of: a, data; did you mean 'data'?"},
                {5, 3, "unknown key 'case'", "one of: a, data"}});
  // A table that was queried but not handed out is not searched for unknown keys.
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
    data.reject("a", "wrong");  // the getter has already reported it
    data.text("a");
    data.reject("a", "wrong again");
  };
  check_errors("a = 3\nb = [7, 7]\n[data]\na = 1", read,
               {{1, 1, "no case left"},
                {1, 5, "'a' is odd", "an even number"},
                {2, 5, "too few classes"},
                {2, 9, "a class twice: 7"},
                {3, 1, "neither path nor seed"},
                {4, 5, "wrong"},
                {4, 5, "key 'a' is an integer", "a text"}});
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
  check_errors("experiment = 'acuracy'\nother = 1\n[data]\nsede = 1", read,
               {{1, 14, "'acuracy' is not a known value of 'experiment'",
                 "one of: accuracy; did you mean 'accuracy'?"},
                {4, 1, "unknown key 'sede'", "one of: seed; did you mean 'seed'?"}});
}

BOOST_AUTO_TEST_CASE(texts_that_are_no_toml) {
  const auto check = [](const std::string& text, const Reported& problem) {
    BOOST_TEST(construction_errors(text) == report(text, {problem}));
  };
  check("a = 1\nb = 01x\nc =",
        {2, 7, "invalid TOML in decimal integer: expected digit, saw 'x'", ""});
  check("a = \"x\\q\"", {1, 8, "invalid TOML in string: unknown escape sequence '\\q'", ""});
  check("c = [", {1, 6, "invalid TOML in array: encountered end-of-file", ""});
  check("a = 1\na = 2",
        {2, 5, "invalid TOML in key-value pair: cannot redefine existing integer 'a'", ""});
  check("[a]\n[a]", {2, 1, "invalid TOML in table header: cannot redefine existing table 'a'", ""});
}

BOOST_AUTO_TEST_CASE(invalid_utf8) {
  BOOST_TEST(construction_errors("a = 1\nb = \"\xC3\xA9\xFF\"") ==
             "x.toml:2:7: error: invalid UTF-8\n"
             "    2 | b = \"\xC3\xA9\xEF\xBF\xBD\"\n"
             "      |       ^");
  // Invalid UTF-8: an overlong slash, a surrogate, code points above U+10FFFF, and truncated
  // sequences.
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
  // A byte order mark does not count as a character of the line. Windows line ends are accepted.
  BOOST_TEST(errors("\xEF\xBB\xBFx = 1\r\ny = 2\r\n", read_x) ==
             report("x = 1\ny = 2\n", {{1, 5, "key 'x' is an integer", "a text"},
                                       {2, 1, "unknown key 'y'", "one of: x"}}));
}

BOOST_AUTO_TEST_CASE(long_lines_are_cut_around_the_caret) {
  const std::string pad(200, 'p');
  const auto read = [](Section& root) { root.texts("x"); };
  const auto shown = [](std::size_t column, int element, const std::string& line,
                        std::size_t caret) {
    return fmt::format(
        "x.toml:1:{}: error: element {} of 'x' is an integer\n    1 | {}\n      | {:>{}}\n"
        "   expected a text",
        column, element, line, '^', caret);
  };
  // A line of 160 characters is shown whole, one of 161 is not.
  const std::string fits = "x = [1] # " + std::string(150, 'p');
  BOOST_TEST(errors(fits, read) == shown(6, 1, fits, 6));
  BOOST_TEST(errors(fits + "p", read) == shown(6, 1, fits + "...", 6));
  // The error is in the middle of the line.
  BOOST_TEST(errors("x = ['" + pad + "', 1, '" + pad + "']", read) ==
             shown(210, 2, "..." + pad.substr(0, 77) + "', 1, '" + pad.substr(0, 76) + "...", 84));
  // The error is at the end of the line.
  BOOST_TEST(errors("x = ['" + pad + "', 1]", read) ==
             shown(210, 2, "..." + pad.substr(0, 155) + "', 1]", 162));
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
  // A column beyond the line is moved to its end. The gutter is as wide as the line number.
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
