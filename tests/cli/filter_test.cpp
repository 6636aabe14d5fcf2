// --filter takes any regular expression. None crashes the program or takes long, and an invalid one is
// explained.
#include "config_runs.hpp"

BOOST_AUTO_TEST_SUITE(filter_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// A config with one case of this name.
std::string one_case(const std::string& name) {
  return head_of("overflow") +
         "ops = [\"softmax\"]\ndtypes = [\"float32\"]\nvariants = [\"softmax.naive.scalar\"]\n"
         "inaccurate_above_ulp = 8\n[[case]]\nname = \"" +
         name + "\"\nhazard = \"-\"\nsource = \"-\"\nlogits = [1, 2]\n";
}

// Lists the cases that the expression in the file `regex` selects. A command that does not end is ended after
// a minute.
const std::string list_selected =
    "timeout 60 $MAXTRICK run t.toml --dry-run --filter \"$(cat regex)\"";

}  // namespace

BOOST_AUTO_TEST_CASE(nested_parentheses_do_not_crash) {
  const Workdir folder("t.toml", one_case("name"));
  folder.write("regex", std::string(20000, '(') + "name" + std::string(20000, ')'));
  folder.exits(0, list_selected).out_is("name/float32/softmax.naive.scalar\n");
}

BOOST_AUTO_TEST_CASE(an_alternative_on_a_long_name_does_not_crash) {
  const std::string name(20000, 'a');
  const Workdir folder("t.toml", one_case(name));
  folder.write("regex", "^(a|b)*/");
  folder.exits(0, list_selected).out_is(name + "/float32/softmax.naive.scalar\n");
}

BOOST_AUTO_TEST_CASE(nested_repetitions_end) {
  const Workdir folder("t.toml", one_case("a-name-of-forty-characters-without-a-z-z"));
  folder.write("regex", "(.*)*(.*)*(.*)*zz");
  folder.exits(5, list_selected)
      .err_has(
          "nothing selected: no key of a row contains a match of --filter "
          "'(.*)*(.*)*(.*)*zz'");
}

BOOST_AUTO_TEST_CASE(what_is_no_expression_is_explained) {
  const Workdir folder("t.toml", one_case("name"));
  const auto says = [&](const std::string& regex, const std::string& why) {
    folder.write("regex", regex);
    folder.exits(2, list_selected)
        .err_is("maxtrick: --filter: '" + regex + "' is no regular expression: " + why +
                "; expected the syntax of RE2, which has neither lookahead nor backreferences\n");
  };
  says("((a", "missing ): '((a'");
  says("a(?=b)", "invalid perl operator: '(?='");
  says("(a)\\1", "invalid escape sequence: '\\1'");
  says("[z-a]", "invalid character class range: 'z-a'");
  // A long expression is not repeated in full.
  folder.write("regex", std::string(60000, '('));
  const Said said = folder.exits(2, list_selected);
  BOOST_TEST(said.err.size() < 400U, said.err);
}

BOOST_AUTO_TEST_SUITE_END()
