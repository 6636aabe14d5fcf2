// --set: the values that it accepts, and the exact messages for those that it rejects.
#include "config_errors.hpp"

BOOST_AUTO_TEST_SUITE(config_override_test)

namespace {

using namespace maxtrick::tests;

// A problem of an override. Each override is a line of its own.
struct Reported {
  std::string setting;
  std::size_t column;
  std::string message, expected;
};

std::string reports(const std::vector<Reported>& problems) {
  std::string all;
  for (const auto& [setting, column, message, expected] : problems)
    all += (all.empty() ? "" : "\n") + report("--set", {1, column, message, expected}, setting);
  return all;
}

}  // namespace

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
             reports({{given[0], 11, "key 'path' is an integer", "a text"},
                      {given[1], 9, "key 'classes' is 0", "an integer from 1 to 1000000"},
                      {given[2], 6, "'softmx' is not a known value of 'op'",
                       "one of: softmax, log_softmax, log_sum_exp, cross_entropy; "
                       "did you mean 'softmax'?"},
                      {given[3], 9, "element 2 of 'list' is a string", "a number"},
                      {given[4], 7, "missing key 'name'", "a text"},
                      {given[5], 6, "unknown key 'file'", "one of: path"}}));
  // The problems of the file precede those of the overrides.
  BOOST_TEST(errors("\n\na = 1", [](Section& root) { root.text("a"); }, {"b=1"}) ==
             report("\n\na = 1", {{3, 5, "key 'a' is an integer", "a text"}}) + '\n' +
                 reports({{"b=1", 1, "unknown key 'b'", "one of: a"}}));
}

BOOST_AUTO_TEST_CASE(malformed) {
  const std::string in_toml =
      "KEY=VALUE with VALUE in TOML: a text in quotes, which may be omitted around a single word";
  const auto check = [](const Words& given, const std::vector<Reported>& problems) {
    BOOST_TEST(construction_errors("", given) == reports(problems));
  };
  check({"classes", "=1", "[a]=1", "# a=1", "", "a=1\nb=2"},
        {{"classes", 1, "'classes' has no '='", "KEY=VALUE"},
         {"=1", 1, "'' is not a key", "KEY=VALUE"},
         {"[a]=1", 1, "'[a]' is not a key", "KEY=VALUE"},
         {"# a=1", 1, "'# a' is not a key", "KEY=VALUE"},
         {"", 1, "'' has no '='", "KEY=VALUE"},
         {"a=1", 1, "an override contains a line break", "KEY=VALUE on one line"}});
  check({"\xEF\xBB\xBF#=1"}, {{"#=1", 1, "'\xEF\xBB\xBF#' is not a key", "KEY=VALUE"}});
  check({"name=two words"},
        {{"name=two words", 7, "invalid TOML in boolean: expected 'true', saw 'tw'", in_toml}});
  check({"name="},
        {{"name=", 6, "invalid TOML in key-value pair: encountered end-of-file", in_toml}});
  check({"a b=word"},
        {{"a b=word", 3, "invalid TOML in key-value pair: expected '=', saw 'b'", in_toml}});
  check({"a=\"\xFF\""}, {{"a=\"\xEF\xBF\xBD\"", 4, "invalid UTF-8", in_toml}});
}

BOOST_AUTO_TEST_CASE(paths_through_what_is_no_table) {
  const std::string array =
      "a path through tables, because --set cannot change an element of an array";
  BOOST_TEST(construction_errors("n = 1\n[[case]]\nname = 'a'\n[data]\nlist = [1]\n",
                                 {"case.3.name=x", "n.m=1", "data.list.0=2"}) ==
             reports({{"case.3.name=x", 1, "'case' is an array, not a table", array},
                      {"n.m=1", 1, "'n' is an integer, not a table", "a path through tables"},
                      {"data.list.0=2", 6, "'list' is an array, not a table", array}}));
}

BOOST_AUTO_TEST_SUITE_END()
