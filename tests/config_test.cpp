// What the config reader accepts, and the exact words in which it refuses the rest.
#include "suite/config.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using maxtrick::suite::ConfigError;
using maxtrick::suite::ConfigFile;
using maxtrick::suite::Problem;
using maxtrick::suite::Section;

namespace {

using Words = std::vector<std::string>;

const Words ops = {"softmax", "log_softmax", "log_sum_exp", "cross_entropy"};

Words thirteen_names() {
  Words names;
  for (const char* algorithm : {"naive", "max_trick", "online", "fdlibm"}) {
    for (const char* isa : {"scalar", "avx2", "avx512"}) {
      names.push_back(std::string("softmax.") + algorithm + "." + isa);
    }
  }
  names.push_back("softmax.onednn");
  return names;
}

// What reading `text` by `read` throws, up to finish(); "" where all is well.
template <class Read>
std::string errors(const std::string& text, Read read, const Words& overrides = {}) {
  try {
    ConfigFile file(text, "x.toml", overrides);
    Section root = file.root();
    read(root);
    file.finish();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

// What the constructor throws.
std::string construction_errors(const std::string& text, const Words& overrides = {}) {
  try {
    const ConfigFile file(text, "x.toml", overrides);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

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
  BOOST_TEST(std::signbit(root.number("g", maxtrick::suite::finite)));
  file.finish();

  const auto read = [](Section& section) {
    section.number("a");
    section.number("b", {0, 1});
    section.number("c", {0.5, std::numeric_limits<double>::infinity()});
    section.number("d", {-std::numeric_limits<double>::infinity(), 0});
    section.number("e", maxtrick::suite::finite);
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

BOOST_AUTO_TEST_SUITE(overrides)

BOOST_AUTO_TEST_CASE(values) {
  const Words given = {"classes=5",
                       "rate = 0.5",
                       "op=softmax",
                       "glob=max_*.avx2/x-y",
                       "list=[1, 2]",
                       "flag=true",
                       "data.path=/tmp/a",
                       "new.deep.x=1",
                       "inline={a=1,b={c=2}}",
                       "\"quoted=key\".x=2",
                       "old=2",
                       "old=3",
                       "whole=1",
                       "text=\"a = b\""};
  ConfigFile file("classes = 3\nold = 1\n[data]\npath = 'p'\nseed = 7\n[whole]\na = 1\n", "x.toml",
                  given);
  Section root = file.root();
  BOOST_TEST(root.integer("classes", 0, 9) == 5);
  BOOST_TEST(root.number("rate") == 0.5);
  BOOST_TEST(root.text("op") == "softmax");
  BOOST_TEST(root.text("glob") == "max_*.avx2/x-y");
  BOOST_TEST(root.numbers("list") == (std::vector<double>{1, 2}), boost::test_tools::per_element());
  BOOST_TEST(root.flag("flag"));
  Section data = root.table("data");
  BOOST_TEST(data.text("path") == "/tmp/a");
  BOOST_TEST(data.integer("seed", 0, 9) == 7);
  BOOST_TEST(root.table("new").table("deep").integer("x", 0, 9) == 1);
  Section in_line = root.table("inline");
  BOOST_TEST(in_line.integer("a", 0, 9) == 1);
  BOOST_TEST(in_line.table("b").integer("c", 0, 9) == 2);
  BOOST_TEST(root.table("quoted=key").integer("x", 0, 9) == 2);
  BOOST_TEST(root.integer("old", 0, 9) == 3);
  BOOST_TEST(root.integer("whole", 0, 9) == 1);
  BOOST_TEST(root.text("text") == "a = b");
  file.finish();
}

BOOST_AUTO_TEST_CASE(what_is_no_value_but_a_bare_word_is_a_text) {
  for (const char* word : {"softmax", "a.b", "1e", "01", "2-3", "*", "/a/b", "-", "tru"}) {
    ConfigFile file("", "x.toml", Words{std::string("x=") + word});
    BOOST_TEST(file.root().text("x") == word);
  }
}

BOOST_AUTO_TEST_CASE(errors_in_values) {
  const auto read = [](Section& root) {
    root.integer("classes", 1, 1000000);
    root.choice("op", ops);
    root.numbers("list");
    for (Section section : root.tables("case")) section.text("name");
    root.table("data").text("path");
  };
  const Words given = {"data.path=3",    "classes=0", "op = softmx",
                       "list=[1,\"a\"]", "case=[{}]", "data.file=x"};
  BOOST_TEST(errors("classes = 1\nop = 1\n", read, given) ==
             "--set:1:11: error: key 'path' is an integer\n"
             "    1 | data.path=3\n"
             "      |           ^\n"
             "   expected a text\n"
             "--set:1:9: error: key 'classes' is 0\n"
             "    1 | classes=0\n"
             "      |         ^\n"
             "   expected an integer from 1 to 1000000\n"
             "--set:1:6: error: 'softmx' is not a known value of 'op'\n"
             "    1 | op = softmx\n"
             "      |      ^\n"
             "   expected one of: softmax, log_softmax, log_sum_exp, cross_entropy; "
             "did you mean 'softmax'?\n"
             "--set:1:9: error: element 2 of 'list' is a string\n"
             "    1 | list=[1,\"a\"]\n"
             "      |         ^\n"
             "   expected a number\n"
             "--set:1:7: error: missing key 'name'\n"
             "    1 | case=[{}]\n"
             "      |       ^\n"
             "   expected a text\n"
             "--set:1:6: error: unknown key 'file'\n"
             "    1 | data.file=x\n"
             "      |      ^\n"
             "   expected one of: path");
  // Those of the file come first.
  BOOST_TEST(errors("\n\na = 1", [](Section& root) { root.text("a"); }, {"b=1"}) ==
             "x.toml:3:5: error: key 'a' is an integer\n"
             "    3 | a = 1\n"
             "      |     ^\n"
             "   expected a text\n"
             "--set:1:1: error: unknown key 'b'\n"
             "    1 | b=1\n"
             "      | ^\n"
             "   expected one of: a");
}

BOOST_AUTO_TEST_CASE(malformed) {
  const std::string in_toml =
      "   expected KEY=VALUE with VALUE in TOML: a text in quotes, save for a bare word";
  BOOST_TEST(construction_errors("", {"classes", "=1", "[a]=1", "# a=1", "", "a=1\nb=2"}) ==
             "--set:1:1: error: 'classes' has no '='\n"
             "    1 | classes\n"
             "      | ^\n"
             "   expected KEY=VALUE\n"
             "--set:1:1: error: '' is not a key\n"
             "    1 | =1\n"
             "      | ^\n"
             "   expected KEY=VALUE\n"
             "--set:1:1: error: '[a]' is not a key\n"
             "    1 | [a]=1\n"
             "      | ^\n"
             "   expected KEY=VALUE\n"
             "--set:1:1: error: '# a' is not a key\n"
             "    1 | # a=1\n"
             "      | ^\n"
             "   expected KEY=VALUE\n"
             "--set:1:1: error: '' has no '='\n"
             "   expected KEY=VALUE\n"
             "--set:1:1: error: a line break in an override\n"
             "    1 | a=1\n"
             "      | ^\n"
             "   expected KEY=VALUE on one line");
  BOOST_TEST(construction_errors("", {"\xEF\xBB\xBF#=1"}) ==
             "--set:1:1: error: '\xEF\xBB\xBF#' is not a key\n"
             "    1 | #=1\n"
             "      | ^\n"
             "   expected KEY=VALUE");
  BOOST_TEST(construction_errors("", {"name=two words"}) ==
             "--set:1:7: error: invalid TOML in boolean: expected 'true', saw 'tw'\n"
             "    1 | name=two words\n"
             "      |       ^\n" +
                 in_toml);
  BOOST_TEST(construction_errors("", {"name="}) ==
             "--set:1:6: error: invalid TOML in key-value pair: encountered end-of-file\n"
             "    1 | name=\n"
             "      |      ^\n" +
                 in_toml);
  BOOST_TEST(construction_errors("", {"a b=word"}) ==
             "--set:1:3: error: invalid TOML in key-value pair: expected '=', saw 'b'\n"
             "    1 | a b=word\n"
             "      |   ^\n" +
                 in_toml);
  BOOST_TEST(construction_errors("", {"a=\"\xFF\""}) ==
             "--set:1:4: error: invalid UTF-8\n"
             "    1 | a=\"\xEF\xBF\xBD\"\n"
             "      |    ^\n" +
                 in_toml);
}

BOOST_AUTO_TEST_CASE(paths_through_what_is_no_table) {
  BOOST_TEST(construction_errors("n = 1\n[[case]]\nname = 'a'\n[data]\nlist = [1]\n",
                                 {"case.3.name=x", "n.m=1", "data.list.0=2"}) ==
             "--set:1:1: error: 'case' is an array, not a table\n"
             "    1 | case.3.name=x\n"
             "      | ^\n"
             "   expected a path through tables: --set cannot reach into an array\n"
             "--set:1:1: error: 'n' is an integer, not a table\n"
             "    1 | n.m=1\n"
             "      | ^\n"
             "   expected a path through tables\n"
             "--set:1:6: error: 'list' is an array, not a table\n"
             "    1 | data.list.0=2\n"
             "      |      ^\n"
             "   expected a path through tables: --set cannot reach into an array");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(words)

std::string nearest(const std::string& word, const Words& known) {
  return maxtrick::suite::nearest(word, known);
}

BOOST_AUTO_TEST_CASE(edits) {
  BOOST_TEST(nearest("softmx", ops) == "softmax");    // delete
  BOOST_TEST(nearest("sooftmax", ops) == "softmax");  // insert
  BOOST_TEST(nearest("softnax", ops) == "softmax");   // substitute
  BOOST_TEST(nearest("sfotmax", ops) == "softmax");   // transpose: one edit, not two
  BOOST_TEST(nearest("ab", {"ba"}) == "ba");          // so that it is near enough here
  BOOST_TEST(nearest("ca", {"abc"}) == "");           // 3 in this measure: no part moves twice
  BOOST_TEST(nearest("log_sumexp", ops) == "log_sum_exp");
  BOOST_TEST(nearest("logsoftmax", ops) == "log_softmax");
}

BOOST_AUTO_TEST_CASE(far_words) {
  BOOST_TEST(nearest("relu", ops) == "");
  BOOST_TEST(nearest("", ops) == "");
  BOOST_TEST(nearest("x", {"y"}) == "");  // nothing in common
  BOOST_TEST(nearest("softmax", {}) == "");
  BOOST_TEST(nearest("abcdef", {"abcxyz"}) == "");
  BOOST_TEST(nearest("abcdef", {"abcdyz"}) == "abcdyz");  // a third of the longer word
  BOOST_TEST(nearest(std::string(1000000, 's'), ops) == "");
}

BOOST_AUTO_TEST_CASE(ties_and_case) {
  BOOST_TEST(nearest("rowx", {"rows", "rowe"}) == "rows");
  BOOST_TEST(nearest("rowx", {"rowe", "rows"}) == "rowe");
  BOOST_TEST(nearest("SOFTMAX", ops) == "softmax");
  BOOST_TEST(nearest("Seed", {"SEED", "seed"}) == "seed");
  BOOST_TEST(nearest("seed", {"SEED", "Seed", "seed"}) == "seed");
}

BOOST_AUTO_TEST_CASE(parts_of_long_names) {
  const Words names = thirteen_names();
  BOOST_TEST(nearest("softmax.max_trick", names) == "softmax.max_trick.scalar");
  BOOST_TEST(nearest("softmax.max_tirck", names) == "softmax.max_trick.scalar");
  BOOST_TEST(nearest("softmax.naive", {"softmax.online", "softmax.naive.scalar"}) ==
             "softmax.naive.scalar");
  BOOST_TEST(nearest("max_trick.avx512", names) == "softmax.max_trick.avx512");
  BOOST_TEST(nearest("onednn", names) == "softmax.onednn");
  BOOST_TEST(nearest("so", names) == "");  // too short to tell
}

BOOST_AUTO_TEST_CASE(lists) {
  using maxtrick::suite::expected_one_of;
  const Words three = {"c", "a", "b"};
  BOOST_TEST(expected_one_of("zz", three) == "one of: c, a, b");
  BOOST_TEST(expected_one_of("", three) == "one of: c, a, b");
  BOOST_TEST(expected_one_of("softmxa", ops) ==
             "one of: softmax, log_softmax, log_sum_exp, cross_entropy; did you mean 'softmax'?");
  Words names = thirteen_names();
  BOOST_TEST(expected_one_of("softmax.naiv.scalar", names) ==
             "one of 13 names; did you mean 'softmax.naive.scalar'?");
  BOOST_TEST(expected_one_of("relu", names) == "one of 13 names");
  names.resize(12);
  BOOST_TEST(expected_one_of("relu", names).starts_with("one of: softmax.naive.scalar, "));
  BOOST_TEST(expected_one_of("relu", {}) == "no name here");
}

BOOST_AUTO_TEST_SUITE_END()
