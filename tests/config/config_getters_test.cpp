// The values that each getter of the config reader accepts, and the exact messages for those that
// it rejects.
#include "config_errors.hpp"

BOOST_AUTO_TEST_SUITE(config_getters_test)

using namespace maxtrick::tests;

BOOST_AUTO_TEST_CASE(text) {
  const auto read = [](Section& root) { return root.text("name"); };
  BOOST_TEST(read_config("name = 'a b'", read) == "a b");

  check_errors("name = 3", read, {{1, 8, "key 'name' is an integer", "a text"}});
  check_errors("name = ''", read, {{1, 8, "key 'name' is empty", "at least one character"}});
}

BOOST_AUTO_TEST_CASE(every_type_has_a_name) {
  const auto read = [](Section& root) {
    for (const char* key : {"a", "b", "c", "d", "e", "f", "g"}) root.text(key);
    root.flag("h");
  };
  check_errors(
      "a = 1\nb = 1.0\nc = true\nd = []\ne = {}\nf = 1979-05-27\ng = 07:32:00\n"
      "h = 1979-05-27T07:32:00Z\n",
      read,
      {{1, 5, "key 'a' is an integer", "a text"},
       {2, 5, "key 'b' is a float", "a text"},
       {3, 5, "key 'c' is a boolean", "a text"},
       {4, 5, "key 'd' is an array", "a text"},
       {5, 5, "key 'e' is a table", "a text"},
       {6, 5, "key 'f' is a date", "a text"},
       {7, 5, "key 'g' is a time", "a text"},
       {8, 5, "key 'h' is a date and time", "true or false"}});
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
  check_errors("a = '1'\nb = 1.5\nc = inf\nd = nan\ne = -inf\n", read,
               {{1, 5, "key 'a' is a string", "a number"},
                {2, 5, "key 'b' is 1.5", "a number from 0 to 1"},
                {3, 5, "key 'c' is inf", "a finite number, at least 0.5"},
                {4, 5, "key 'd' is nan", "a finite number, at most 0"},
                {5, 5, "key 'e' is -inf", "a finite number"}});
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
  check_errors("classes = '3'\nseed = -1\nshift = 0\nany = 1.0\n", read,
               {{1, 11, "key 'classes' is a string", "an integer from 1 to 1000000"},
                {2, 8, "key 'seed' is -1", "an integer, at least 0"},
                {3, 9, "key 'shift' is 0", "an integer, at most -1"},
                {4, 7, "key 'any' is a float", "an integer"}});
  check_errors("classes = 0\nseed = 0\nshift = -1\nany = 0", read,
               {{1, 11, "key 'classes' is 0", "an integer from 1 to 1000000"}});
}

BOOST_AUTO_TEST_CASE(flag) {
  ConfigFile file("a = true\nb = false\n", "x.toml");
  Section root = file.root();
  BOOST_TEST(root.flag("a"));
  BOOST_TEST(!root.flag("b"));
  file.finish();

  check_errors("a = 1", [](Section& section) { section.flag("a"); },
               {{1, 5, "key 'a' is an integer", "true or false"}});
}

BOOST_AUTO_TEST_CASE(choice) {
  const auto read = [](Section& root) { return root.choice("op", ops); };
  BOOST_TEST(read_config("op = 'log_softmax'", read) == "log_softmax");

  check_errors(
      "op = 'softmx'", read,
      {{1, 6, "'softmx' is not a known value of 'op'",
        "one of: softmax, log_softmax, log_sum_exp, cross_entropy; did you mean 'softmax'?"}});
  check_errors("op = 'relu'", read,
               {{1, 6, "'relu' is not a known value of 'op'",
                 "one of: softmax, log_softmax, log_sum_exp, cross_entropy"}});
  check_errors("op = 1", read,
               {{1, 6, "key 'op' is an integer",
                 "one of: softmax, log_softmax, log_sum_exp, cross_entropy"}});
}

BOOST_AUTO_TEST_CASE(texts) {
  const auto read = [](Section& root) { return root.texts("notes"); };
  BOOST_TEST(read_config("notes = ['a', 'b']", read) == (Words{"a", "b"}),
             boost::test_tools::per_element());

  check_errors("notes = [\n  'a',\n  '', 3]", read,
               {{3, 3, "element 2 of 'notes' is empty", "at least one character"},
                {3, 7, "element 3 of 'notes' is an integer", "a text"}});
  check_errors("notes = 'a'", read, {{1, 9, "key 'notes' is a string", "an array of texts"}});
  check_errors("notes = []", read, {{1, 9, "key 'notes' is empty", "at least one element"}});
}

BOOST_AUTO_TEST_CASE(numbers) {
  const auto read = [](Section& root) { return root.numbers("logits"); };
  const std::vector<double> logits = read_config("logits = [1, 2.5, -inf, nan]", read);
  BOOST_REQUIRE(logits.size() == 4U);
  BOOST_TEST(logits[0] == 1.0);
  BOOST_TEST(logits[1] == 2.5);
  BOOST_TEST(logits[2] == -std::numeric_limits<double>::infinity());
  BOOST_TEST(std::isnan(logits[3]));

  check_errors("logits = [1, '2', true]", read,
               {{1, 14, "element 2 of 'logits' is a string", "a number"},
                {1, 19, "element 3 of 'logits' is a boolean", "a number"}});
}

BOOST_AUTO_TEST_CASE(choices) {
  const auto read = [](Section& root) { return root.choices("variants", thirteen_names()); };
  BOOST_TEST(read_config("variants = ['softmax.onednn', 'softmax.naive.avx2']", read) ==
                 (Words{"softmax.onednn", "softmax.naive.avx2"}),
             boost::test_tools::per_element());

  check_errors("variants = [3, 'softmax.niave.scalar', 'relu']", read,
               {{1, 13, "element 1 of 'variants' is an integer", "one of 13 names"},
                {1, 16, "'softmax.niave.scalar' is not a known value of 'variants'",
                 "one of 13 names; did you mean 'softmax.naive.scalar'?"},
                {1, 40, "'relu' is not a known value of 'variants'", "one of 13 names"}});
  check_errors("variants = 'softmax.onednn'", read,
               {{1, 12, "key 'variants' is a string", "an array, each element one of 13 names"}});
}

BOOST_AUTO_TEST_CASE(matrix) {
  const auto read = [](Section& root) { return root.matrix("logits"); };
  const std::vector<std::vector<double>> rows =
      read_config("logits = [[1, 2, 3], [4, -5.5, 1e308]]", read);
  BOOST_REQUIRE(rows.size() == 2U);
  BOOST_TEST(rows[0] == (std::vector<double>{1, 2, 3}), boost::test_tools::per_element());
  BOOST_TEST(rows[1] == (std::vector<double>{4, -5.5, 1e308}), boost::test_tools::per_element());

  check_errors("logits = [[1, 2],\n  [3],\n  4,\n  [],\n  ['x', 1]]", read,
               {{2, 3, "row 2 of 'logits' has length 1", "length 2, as row 1 has"},
                {3, 3, "row 3 of 'logits' is an integer", "an array of numbers"},
                {4, 3, "row 4 of 'logits' is empty", "at least one element"},
                {5, 4, "element 1 of row 5 of 'logits' is a string", "a number"}});
  check_errors("logits = [0, [1, 2], [3, 4], [5]]", read,
               {{1, 11, "row 1 of 'logits' is an integer", "an array of numbers"},
                {1, 30, "row 4 of 'logits' has length 1", "length 2, as row 2 has"}});
  check_errors(
      "logits = 1", read,
      {{1, 10, "key 'logits' is an integer", "an array of rows, each an array of numbers"}});
}

BOOST_AUTO_TEST_CASE(table) {
  const auto read = [](Section& root) {
    Section data = root.table("data");
    return data.table("split").text("name");
  };
  for (const char* text :
       {"data.split.name = 'a'", "[data.split]\nname = 'a'", "data = {split = {name = 'a'}}"}) {
    BOOST_TEST(read_config(text, read) == "a");
  }

  check_errors("data = 1", read, {{1, 8, "key 'data' is an integer", "a table"}});
  check_errors("x = 1\n[data]\n[data.split]\nnane = 'a'\nsize = 1", read,
               {{1, 1, "unknown key 'x'", "one of: data"},
                {3, 1, "missing key 'name'", "a text"},
                {4, 1, "unknown key 'nane'", "one of: name; did you mean 'name'?"},
                {5, 1, "unknown key 'size'", "one of: name"}});
}

BOOST_AUTO_TEST_CASE(tables) {
  const auto read = [](Section& root) {
    Words names;
    for (Section section : root.tables("case")) names.push_back(section.text("name"));
    return names;
  };
  for (const char* text :
       {"[[case]]\nname = 'a'\n[[case]]\nname = 'b'\n", "case = [{name = 'a'}, {name = 'b'}]"}) {
    BOOST_TEST(read_config(text, read) == (Words{"a", "b"}), boost::test_tools::per_element());
  }

  check_errors("[[case]]\nname = 1\n[[case]]\n[[case]]\nname = 'c'\nnote = 1", read,
               {{2, 8, "key 'name' is an integer", "a text"},
                {3, 1, "missing key 'name'", "a text"},
                {6, 1, "unknown key 'note'", "one of: name"}});
  check_errors("case = [{name = 'a'}, 3]", read,
               {{1, 23, "element 2 of 'case' is an integer", "a table"}});
  check_errors("case = []", read, {{1, 8, "key 'case' is empty", "at least one element"}});
  check_errors("[case]\nname = 'a'", read,
               {{1, 1, "key 'case' is a table", "an array of tables ([[case]])"}});
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
  // The first line is blank, so the report shows no source line.
  check_errors(
      "\n", read,
      {{1, 1, "missing key 'text'", "a text"},
       {1, 1, "missing key 'number'", "a number from 0 to 1"},
       {1, 1, "missing key 'integer'", "an integer from 1 to 9"},
       {1, 1, "missing key 'flag'", "true or false"},
       {1, 1, "missing key 'choice'", "one of: softmax, log_softmax, log_sum_exp, cross_entropy"},
       {1, 1, "missing key 'texts'", "an array of texts"},
       {1, 1, "missing key 'numbers'", "an array of numbers"},
       {1, 1, "missing key 'choices'",
        "an array, each element one of: softmax, log_softmax, log_sum_exp, cross_entropy"},
       {1, 1, "missing key 'matrix'", "an array of rows, each an array of numbers"},
       {1, 1, "missing key 'table'", "a table"},
       {1, 1, "missing key 'tables'", "an array of tables ([[tables]])"}});
  check_errors("# a comment", [](Section& root) { root.text("name"); },
               {{1, 1, "missing key 'name'", "a text"}});
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
      // There is one error for each key of the root, and none for the keys of the missing table.
      BOOST_TEST(error.problems().size() == 11U);
    }
  }
  // A wrong element does not change the positions of the others, and all rows keep the same length.
  ConfigFile file("x = [1, 'a', 3]\ny = [[1, 2], [3], ['a', 'b', 'c'], 4]", "x.toml");
  BOOST_TEST(file.root().numbers("x") == (std::vector<double>{1, 0, 3}),
             boost::test_tools::per_element());
  const std::vector<std::vector<double>> rows = file.root().matrix("y");
  BOOST_REQUIRE(rows.size() == 4U);
  for (const std::vector<double>& row : rows) BOOST_TEST(row.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
