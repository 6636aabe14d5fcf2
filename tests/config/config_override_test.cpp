// --set: what it accepts, and the exact words in which it refuses the rest.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>

#include "config_errors.hpp"

BOOST_AUTO_TEST_SUITE(config_override_test)

using namespace maxtrick::tests;

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

BOOST_AUTO_TEST_SUITE_END()
