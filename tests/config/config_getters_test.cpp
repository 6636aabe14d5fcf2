// What each getter of the config reader accepts, and the exact words in which it refuses the rest.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "config_errors.hpp"

BOOST_AUTO_TEST_SUITE(config_getters_test)

using namespace maxtrick::tests;

BOOST_AUTO_TEST_SUITE(getters)

BOOST_AUTO_TEST_CASE(text) {
  const auto read = [](Section& root) { return root.text("name"); };
  ConfigFile file("name = 'a b'", "x.toml");
  Section root = file.root();
  BOOST_TEST(read(root) == "a b");
  file.finish();

  BOOST_TEST(errors("name = 3", read) ==
             "x.toml:1:8: error: key 'name' is an integer\n"
             "    1 | name = 3\n"
             "      |        ^\n"
             "   expected a text");
  BOOST_TEST(errors("name = ''", read) ==
             "x.toml:1:8: error: key 'name' is empty\n"
             "    1 | name = ''\n"
             "      |        ^\n"
             "   expected one character at least");
}

BOOST_AUTO_TEST_CASE(every_type_has_a_name) {
  const auto read = [](Section& root) {
    for (const char* key : {"a", "b", "c", "d", "e", "f", "g"}) root.text(key);
    root.flag("h");
  };
  BOOST_TEST(errors("a = 1\nb = 1.0\nc = true\nd = []\ne = {}\nf = 1979-05-27\ng = 07:32:00\n"
                    "h = 1979-05-27T07:32:00Z\n",
                    read) ==
             "x.toml:1:5: error: key 'a' is an integer\n"
             "    1 | a = 1\n"
             "      |     ^\n"
             "   expected a text\n"
             "x.toml:2:5: error: key 'b' is a float\n"
             "    2 | b = 1.0\n"
             "      |     ^\n"
             "   expected a text\n"
             "x.toml:3:5: error: key 'c' is a boolean\n"
             "    3 | c = true\n"
             "      |     ^\n"
             "   expected a text\n"
             "x.toml:4:5: error: key 'd' is an array\n"
             "    4 | d = []\n"
             "      |     ^\n"
             "   expected a text\n"
             "x.toml:5:5: error: key 'e' is a table\n"
             "    5 | e = {}\n"
             "      |     ^\n"
             "   expected a text\n"
             "x.toml:6:5: error: key 'f' is a date\n"
             "    6 | f = 1979-05-27\n"
             "      |     ^\n"
             "   expected a text\n"
             "x.toml:7:5: error: key 'g' is a time\n"
             "    7 | g = 07:32:00\n"
             "      |     ^\n"
             "   expected a text\n"
             "x.toml:8:5: error: key 'h' is a date and time\n"
             "    8 | h = 1979-05-27T07:32:00Z\n"
             "      |     ^\n"
             "   expected true or false");
}

BOOST_AUTO_TEST_CASE(number) {
  ConfigFile file("a = 0.5\nb = 3\nc = inf\nd = nan\ne = -inf\nf = 0.0\ng = -0.0\n", "x.toml");
  Section root = file.root();
  BOOST_TEST(root.number("a") == 0.5);
  BOOST_TEST(root.number("b", {0, 3}) == 3.0);
  BOOST_TEST(root.number("c") == std::numeric_limits<double>::infinity());
  BOOST_TEST(std::isnan(root.number("d")));
  BOOST_TEST(root.number("e") == -std::numeric_limits<double>::infinity());
  BOOST_TEST(root.number("f", {0, 1}) == 0.0);
  BOOST_TEST(std::signbit(root.number("g", maxtrick::config::finite)));
  file.finish();

  const auto read = [](Section& section) {
    section.number("a");
    section.number("b", {0, 1});
    section.number("c", {0.5, std::numeric_limits<double>::infinity()});
    section.number("d", {-std::numeric_limits<double>::infinity(), 0});
    section.number("e", maxtrick::config::finite);
  };
  BOOST_TEST(errors("a = '1'\nb = 1.5\nc = inf\nd = nan\ne = -inf\n", read) ==
             "x.toml:1:5: error: key 'a' is a string\n"
             "    1 | a = '1'\n"
             "      |     ^\n"
             "   expected a number\n"
             "x.toml:2:5: error: key 'b' is 1.5\n"
             "    2 | b = 1.5\n"
             "      |     ^\n"
             "   expected a number from 0 to 1\n"
             "x.toml:3:5: error: key 'c' is inf\n"
             "    3 | c = inf\n"
             "      |     ^\n"
             "   expected a finite number, at least 0.5\n"
             "x.toml:4:5: error: key 'd' is nan\n"
             "    4 | d = nan\n"
             "      |     ^\n"
             "   expected a finite number, at most 0\n"
             "x.toml:5:5: error: key 'e' is -inf\n"
             "    5 | e = -inf\n"
             "      |     ^\n"
             "   expected a finite number");
}

BOOST_AUTO_TEST_CASE(integer) {
  using Limits = std::numeric_limits<std::int64_t>;
  ConfigFile file("a = 1\nb = 1_000_000\nc = -9223372036854775808\nd = 9223372036854775807\n",
                  "x.toml");
  Section root = file.root();
  BOOST_TEST(root.integer("a", 1, 1000000) == 1);
  BOOST_TEST(root.integer("b", 1, 1000000) == 1000000);
  BOOST_TEST(root.integer("c", Limits::min(), 0) == Limits::min());
  BOOST_TEST(root.integer("d", 0, Limits::max()) == Limits::max());
  file.finish();

  const auto read = [](Section& section) {
    section.integer("classes", 1, 1000000);
    section.integer("seed", 0, Limits::max());
    section.integer("shift", Limits::min(), -1);
    section.integer("any", Limits::min(), Limits::max());
  };
  BOOST_TEST(errors("classes = '3'\nseed = -1\nshift = 0\nany = 1.0\n", read) ==
             "x.toml:1:11: error: key 'classes' is a string\n"
             "    1 | classes = '3'\n"
             "      |           ^\n"
             "   expected an integer from 1 to 1000000\n"
             "x.toml:2:8: error: key 'seed' is -1\n"
             "    2 | seed = -1\n"
             "      |        ^\n"
             "   expected an integer, at least 0\n"
             "x.toml:3:9: error: key 'shift' is 0\n"
             "    3 | shift = 0\n"
             "      |         ^\n"
             "   expected an integer, at most -1\n"
             "x.toml:4:7: error: key 'any' is a float\n"
             "    4 | any = 1.0\n"
             "      |       ^\n"
             "   expected an integer");
  BOOST_TEST(errors("classes = 0\nseed = 0\nshift = -1\nany = 0", read) ==
             "x.toml:1:11: error: key 'classes' is 0\n"
             "    1 | classes = 0\n"
             "      |           ^\n"
             "   expected an integer from 1 to 1000000");
}

BOOST_AUTO_TEST_CASE(flag) {
  ConfigFile file("a = true\nb = false\n", "x.toml");
  Section root = file.root();
  BOOST_TEST(root.flag("a"));
  BOOST_TEST(!root.flag("b"));
  file.finish();

  BOOST_TEST(errors("a = 1", [](Section& section) { section.flag("a"); }) ==
             "x.toml:1:5: error: key 'a' is an integer\n"
             "    1 | a = 1\n"
             "      |     ^\n"
             "   expected true or false");
}

BOOST_AUTO_TEST_CASE(choice) {
  const auto read = [](Section& root) { return root.choice("op", ops); };
  ConfigFile file("op = 'log_softmax'", "x.toml");
  Section root = file.root();
  BOOST_TEST(read(root) == "log_softmax");
  file.finish();

  BOOST_TEST(errors("op = 'softmx'", read) ==
             "x.toml:1:6: error: 'softmx' is not a known value of 'op'\n"
             "    1 | op = 'softmx'\n"
             "      |      ^\n"
             "   expected one of: softmax, log_softmax, log_sum_exp, cross_entropy; "
             "did you mean 'softmax'?");
  BOOST_TEST(errors("op = 'relu'", read) ==
             "x.toml:1:6: error: 'relu' is not a known value of 'op'\n"
             "    1 | op = 'relu'\n"
             "      |      ^\n"
             "   expected one of: softmax, log_softmax, log_sum_exp, cross_entropy");
  BOOST_TEST(errors("op = 1", read) ==
             "x.toml:1:6: error: key 'op' is an integer\n"
             "    1 | op = 1\n"
             "      |      ^\n"
             "   expected one of: softmax, log_softmax, log_sum_exp, cross_entropy");
}

BOOST_AUTO_TEST_CASE(texts) {
  const auto read = [](Section& root) { return root.texts("notes"); };
  ConfigFile file("notes = ['a', 'b']", "x.toml");
  Section root = file.root();
  BOOST_TEST(read(root) == (Words{"a", "b"}), boost::test_tools::per_element());
  file.finish();

  BOOST_TEST(errors("notes = [\n  'a',\n  '', 3]", read) ==
             "x.toml:3:3: error: element 2 of 'notes' is empty\n"
             "    3 |   '', 3]\n"
             "      |   ^\n"
             "   expected one character at least\n"
             "x.toml:3:7: error: element 3 of 'notes' is an integer\n"
             "    3 |   '', 3]\n"
             "      |       ^\n"
             "   expected a text");
  BOOST_TEST(errors("notes = 'a'", read) ==
             "x.toml:1:9: error: key 'notes' is a string\n"
             "    1 | notes = 'a'\n"
             "      |         ^\n"
             "   expected an array of texts");
  BOOST_TEST(errors("notes = []", read) ==
             "x.toml:1:9: error: key 'notes' is empty\n"
             "    1 | notes = []\n"
             "      |         ^\n"
             "   expected one element at least");
}

BOOST_AUTO_TEST_CASE(numbers) {
  const auto read = [](Section& root) { return root.numbers("logits"); };
  ConfigFile file("logits = [1, 2.5, -inf, nan]", "x.toml");
  Section root = file.root();
  const std::vector<double> logits = read(root);
  BOOST_REQUIRE(logits.size() == 4U);
  BOOST_TEST(logits[0] == 1.0);
  BOOST_TEST(logits[1] == 2.5);
  BOOST_TEST(logits[2] == -std::numeric_limits<double>::infinity());
  BOOST_TEST(std::isnan(logits[3]));
  file.finish();

  BOOST_TEST(errors("logits = [1, '2', true]", read) ==
             "x.toml:1:14: error: element 2 of 'logits' is a string\n"
             "    1 | logits = [1, '2', true]\n"
             "      |              ^\n"
             "   expected a number\n"
             "x.toml:1:19: error: element 3 of 'logits' is a boolean\n"
             "    1 | logits = [1, '2', true]\n"
             "      |                   ^\n"
             "   expected a number");
}

BOOST_AUTO_TEST_CASE(choices) {
  const auto read = [](Section& root) { return root.choices("variants", thirteen_names()); };
  ConfigFile file("variants = ['softmax.onednn', 'softmax.naive.avx2']", "x.toml");
  Section root = file.root();
  BOOST_TEST(read(root) == (Words{"softmax.onednn", "softmax.naive.avx2"}),
             boost::test_tools::per_element());
  file.finish();

  BOOST_TEST(errors("variants = [3, 'softmax.niave.scalar', 'relu']", read) ==
             "x.toml:1:13: error: element 1 of 'variants' is an integer\n"
             "    1 | variants = [3, 'softmax.niave.scalar', 'relu']\n"
             "      |             ^\n"
             "   expected one of 13 names\n"
             "x.toml:1:16: error: 'softmax.niave.scalar' is not a known value of 'variants'\n"
             "    1 | variants = [3, 'softmax.niave.scalar', 'relu']\n"
             "      |                ^\n"
             "   expected one of 13 names; did you mean 'softmax.naive.scalar'?\n"
             "x.toml:1:40: error: 'relu' is not a known value of 'variants'\n"
             "    1 | variants = [3, 'softmax.niave.scalar', 'relu']\n"
             "      |                                        ^\n"
             "   expected one of 13 names");
  BOOST_TEST(errors("variants = 'softmax.onednn'", read) ==
             "x.toml:1:12: error: key 'variants' is a string\n"
             "    1 | variants = 'softmax.onednn'\n"
             "      |            ^\n"
             "   expected an array, each element one of 13 names");
}

BOOST_AUTO_TEST_CASE(matrix) {
  const auto read = [](Section& root) { return root.matrix("logits"); };
  ConfigFile file("logits = [[1, 2, 3], [4, -5.5, 1e308]]", "x.toml");
  Section root = file.root();
  const std::vector<std::vector<double>> rows = read(root);
  BOOST_REQUIRE(rows.size() == 2U);
  BOOST_TEST(rows[0] == (std::vector<double>{1, 2, 3}), boost::test_tools::per_element());
  BOOST_TEST(rows[1] == (std::vector<double>{4, -5.5, 1e308}), boost::test_tools::per_element());
  file.finish();

  BOOST_TEST(errors("logits = [[1, 2],\n  [3],\n  4,\n  [],\n  ['x', 1]]", read) ==
             "x.toml:2:3: error: row 2 of 'logits' has length 1\n"
             "    2 |   [3],\n"
             "      |   ^\n"
             "   expected length 2, as row 1 has\n"
             "x.toml:3:3: error: row 3 of 'logits' is an integer\n"
             "    3 |   4,\n"
             "      |   ^\n"
             "   expected an array of numbers\n"
             "x.toml:4:3: error: row 4 of 'logits' is empty\n"
             "    4 |   [],\n"
             "      |   ^\n"
             "   expected one element at least\n"
             "x.toml:5:4: error: element 1 of row 5 of 'logits' is a string\n"
             "    5 |   ['x', 1]]\n"
             "      |    ^\n"
             "   expected a number");
  BOOST_TEST(errors("logits = [0, [1, 2], [3, 4], [5]]", read) ==
             "x.toml:1:11: error: row 1 of 'logits' is an integer\n"
             "    1 | logits = [0, [1, 2], [3, 4], [5]]\n"
             "      |           ^\n"
             "   expected an array of numbers\n"
             "x.toml:1:30: error: row 4 of 'logits' has length 1\n"
             "    1 | logits = [0, [1, 2], [3, 4], [5]]\n"
             "      |                              ^\n"
             "   expected length 2, as row 2 has");
  BOOST_TEST(errors("logits = 1", read) ==
             "x.toml:1:10: error: key 'logits' is an integer\n"
             "    1 | logits = 1\n"
             "      |          ^\n"
             "   expected an array of rows, each an array of numbers");
}

BOOST_AUTO_TEST_CASE(table) {
  const auto read = [](Section& root) {
    Section data = root.table("data");
    return data.table("split").text("name");
  };
  for (const char* text :
       {"data.split.name = 'a'", "[data.split]\nname = 'a'", "data = {split = {name = 'a'}}"}) {
    ConfigFile file(text, "x.toml");
    Section root = file.root();
    BOOST_TEST(read(root) == "a");
    file.finish();
  }

  BOOST_TEST(errors("data = 1", read) ==
             "x.toml:1:8: error: key 'data' is an integer\n"
             "    1 | data = 1\n"
             "      |        ^\n"
             "   expected a table");
  BOOST_TEST(errors("x = 1\n[data]\n[data.split]\nnane = 'a'\nsize = 1", read) ==
             "x.toml:1:1: error: unknown key 'x'\n"
             "    1 | x = 1\n"
             "      | ^\n"
             "   expected one of: data\n"
             "x.toml:3:1: error: missing key 'name'\n"
             "    3 | [data.split]\n"
             "      | ^\n"
             "   expected a text\n"
             "x.toml:4:1: error: unknown key 'nane'\n"
             "    4 | nane = 'a'\n"
             "      | ^\n"
             "   expected one of: name; did you mean 'name'?\n"
             "x.toml:5:1: error: unknown key 'size'\n"
             "    5 | size = 1\n"
             "      | ^\n"
             "   expected one of: name");
}

BOOST_AUTO_TEST_CASE(tables) {
  const auto read = [](Section& root) {
    Words names;
    for (Section section : root.tables("case")) names.push_back(section.text("name"));
    return names;
  };
  for (const char* text :
       {"[[case]]\nname = 'a'\n[[case]]\nname = 'b'\n", "case = [{name = 'a'}, {name = 'b'}]"}) {
    ConfigFile file(text, "x.toml");
    Section root = file.root();
    BOOST_TEST(read(root) == (Words{"a", "b"}), boost::test_tools::per_element());
    file.finish();
  }

  BOOST_TEST(errors("[[case]]\nname = 1\n[[case]]\n[[case]]\nname = 'c'\nnote = 1", read) ==
             "x.toml:2:8: error: key 'name' is an integer\n"
             "    2 | name = 1\n"
             "      |        ^\n"
             "   expected a text\n"
             "x.toml:3:1: error: missing key 'name'\n"
             "    3 | [[case]]\n"
             "      | ^\n"
             "   expected a text\n"
             "x.toml:6:1: error: unknown key 'note'\n"
             "    6 | note = 1\n"
             "      | ^\n"
             "   expected one of: name");
  BOOST_TEST(errors("case = [{name = 'a'}, 3]", read) ==
             "x.toml:1:23: error: element 2 of 'case' is an integer\n"
             "    1 | case = [{name = 'a'}, 3]\n"
             "      |                       ^\n"
             "   expected a table");
  BOOST_TEST(errors("case = []", read) ==
             "x.toml:1:8: error: key 'case' is empty\n"
             "    1 | case = []\n"
             "      |        ^\n"
             "   expected one element at least");
  BOOST_TEST(errors("[case]\nname = 'a'", read) ==
             "x.toml:1:1: error: key 'case' is a table\n"
             "    1 | [case]\n"
             "      | ^\n"
             "   expected an array of tables ([[case]])");
}

BOOST_AUTO_TEST_CASE(missing_keys) {
  const auto read = [](Section& root) {
    root.text("text");
    root.number("number", {0, 1});
    root.integer("integer", 1, 9);
    root.flag("flag");
    root.choice("choice", ops);
    root.texts("texts");
    root.numbers("numbers");
    root.choices("choices", ops);
    root.matrix("matrix");
    root.table("table");
    root.tables("tables");
  };
  // The first line is blank: there is nothing to show of it.
  BOOST_TEST(errors("\n", read) ==
             "x.toml:1:1: error: missing key 'text'\n"
             "   expected a text\n"
             "x.toml:1:1: error: missing key 'number'\n"
             "   expected a number from 0 to 1\n"
             "x.toml:1:1: error: missing key 'integer'\n"
             "   expected an integer from 1 to 9\n"
             "x.toml:1:1: error: missing key 'flag'\n"
             "   expected true or false\n"
             "x.toml:1:1: error: missing key 'choice'\n"
             "   expected one of: softmax, log_softmax, log_sum_exp, cross_entropy\n"
             "x.toml:1:1: error: missing key 'texts'\n"
             "   expected an array of texts\n"
             "x.toml:1:1: error: missing key 'numbers'\n"
             "   expected an array of numbers\n"
             "x.toml:1:1: error: missing key 'choices'\n"
             "   expected an array, each element one of: softmax, log_softmax, log_sum_exp, "
             "cross_entropy\n"
             "x.toml:1:1: error: missing key 'matrix'\n"
             "   expected an array of rows, each an array of numbers\n"
             "x.toml:1:1: error: missing key 'table'\n"
             "   expected a table\n"
             "x.toml:1:1: error: missing key 'tables'\n"
             "   expected an array of tables ([[tables]])");
  BOOST_TEST(errors("# a comment", [](Section& root) { root.text("name"); }) ==
             "x.toml:1:1: error: missing key 'name'\n"
             "    1 | # a comment\n"
             "      | ^\n"
             "   expected a text");
}

BOOST_AUTO_TEST_CASE(harmless_values) {
  const std::string wrong =
      "a = {}\nb = {}\nc = {}\nd = {}\ne = {}\nf = {}\ng = {}\nh = {}\ni = {}\nj = 1\nk = 1\n";
  for (const std::string& text : {std::string(), wrong}) {
    ConfigFile file(text, "x.toml");
    Section root = file.root();
    BOOST_TEST(root.text("a") == "");
    BOOST_TEST(root.number("b", {2, 3}) == 2.0);
    BOOST_TEST(root.integer("c", -9, -7) == -7);
    BOOST_TEST(!root.flag("d"));
    BOOST_TEST(root.choice("e", ops) == "");
    BOOST_TEST(root.texts("f") == Words{""}, boost::test_tools::per_element());
    BOOST_TEST(root.numbers("g") == std::vector<double>{0}, boost::test_tools::per_element());
    BOOST_TEST(root.choices("h", ops) == Words{""}, boost::test_tools::per_element());
    const std::vector<std::vector<double>> rows = root.matrix("i");
    BOOST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(rows[0] == std::vector<double>{0}, boost::test_tools::per_element());
    BOOST_TEST(root.tables("k").empty());

    Section nowhere = root.table("j");
    BOOST_TEST(nowhere.text("a") == "");
    BOOST_TEST(!nowhere.has("a"));
    BOOST_TEST(!nowhere.is_array("a"));
    BOOST_TEST(!nowhere.is_table("a"));
    BOOST_TEST(nowhere.tables("a").empty());
    BOOST_TEST(nowhere.table("a").integer("b", 0, 1) == 0);
    nowhere.reject("a", "wrong");
    BOOST_TEST(nowhere.line_of("a") == "line 1");
    try {
      file.finish();
      BOOST_ERROR("no ConfigError");
    } catch (const ConfigError& error) {
      // One for each key of the root, none for those of the table that is not there.
      BOOST_TEST(error.problems().size() == 11U);
    }
  }
  // A wrong element keeps its neighbours in their places, and rows stay of one length.
  ConfigFile file("x = [1, 'a', 3]\ny = [[1, 2], [3], ['a', 'b', 'c'], 4]", "x.toml");
  BOOST_TEST(file.root().numbers("x") == (std::vector<double>{1, 0, 3}),
             boost::test_tools::per_element());
  const std::vector<std::vector<double>> rows = file.root().matrix("y");
  BOOST_REQUIRE(rows.size() == 4U);
  for (const std::vector<double>& row : rows) BOOST_TEST(row.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
