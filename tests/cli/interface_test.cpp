// The man page and the shell completion name exactly the commands and options that the program has.
#include <regex>

#include "io/files.hpp"
#include "program.hpp"

BOOST_AUTO_TEST_SUITE(interface_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using Words = std::set<std::string>;

const std::filesystem::path source = MAXTRICK_SOURCE_DIR;

Words all_matches(const std::string& text, const std::regex& pattern) {
  Words found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at)
    found.insert((*at)[1]);
  return found;
}

std::string help(const std::string& command) {
  const Workdir folder;
  const Said said = folder.exits(0, "$MAXTRICK " + command + " --help");
  return said.out;
}

Words commands() {
  const std::string text = help("");
  return all_matches(text.substr(text.find("Subcommands:")), std::regex("\n  ([a-z][a-z-]*) "));
}

// Returns the long and short options of a command.
Words options(const std::string& command) {
  Words found;
  for (const std::string& names : all_matches(help(command), std::regex("\n  (-[a-zA-Z,-]+)"))) {
    std::istringstream parts(names);
    for (std::string part; std::getline(parts, part, ',');) found.insert(part);
  }
  return found;
}

// Returns the completions that the shell offers at the end of a line.
Words completed(const std::string& line) {
  const Workdir folder("complete.sh", R"(
maxtrick() { $MAXTRICK "$@"; }
source ')" + (source / "scripts/maxtrick.bash").string() +
                                          R"('
read -ra COMP_WORDS <<<"$1"
[[ $1 != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_maxtrick
printf '%s\n' "${COMPREPLY[@]}"
)");
  const Said said = folder.exits(0, "export MAXTRICK; bash complete.sh '" + line + "'");
  said.err_is("");
  return all_matches(said.out, std::regex("([^\n]+)"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_man_page_names_what_there_is) {
  std::string page = io::read_file(source / "scripts/maxtrick.1");
  page = std::regex_replace(page, std::regex(R"(\\-)"), "-");
  Words known = options("");
  BOOST_TEST(commands().size() > 5U);
  for (const std::string& command : commands()) {
    BOOST_TEST((std::regex_search(page, std::regex("\n(\\\\fB|\\.B )" + command + "\\b"))),
               command);
    known.merge(options(command));
  }
  Words named = all_matches(page, std::regex(R"([ \n,B](--[a-z][a-z-]*))"));
  named.merge(all_matches(page, std::regex(R"([ B](-[a-zA-Z])\b)")));
  for (const std::string& option : known) BOOST_TEST(named.contains(option), option);
  for (const std::string& option : named) BOOST_TEST(known.contains(option), option);
}

BOOST_AUTO_TEST_CASE(the_man_page_is_well_formed) {
  const Workdir folder;
  if (folder.run("command -v groff").code != 0) {
    BOOST_TEST_MESSAGE("skipped: no groff here");
    return;
  }
  folder.exits(0, "groff -man -Tutf8 -ww -z '" + (source / "scripts/maxtrick.1").string() + "'")
      .err_is("");
}

BOOST_AUTO_TEST_CASE(completion_offers_commands_and_options) {
  Words top = commands();
  top.insert("--help");
  top.insert("--version");
  BOOST_TEST((completed("maxtrick ") == top));
  BOOST_TEST((completed("maxtrick gu") == Words{"guide"}));
  for (const std::string& command : commands())
    BOOST_TEST((completed("maxtrick " + command + " -") == options(command)), command);
  BOOST_TEST((completed("maxtrick run -q --re") == Words{"--resume"}));
}

BOOST_AUTO_TEST_CASE(completion_offers_what_an_option_takes) {
  BOOST_TEST((completed("maxtrick list ") == Words{"variants", "experiments", "configs"}));
  BOOST_TEST((completed("maxtrick list --format j") == Words{"json"}));
  BOOST_TEST((completed("maxtrick eval softmax --variant softmax.naive.") ==
              Words{"softmax.naive.scalar"}));
  // The program accepts every completion that the shell offers.
  for (const std::string& op : completed("maxtrick eval ")) {
    const Workdir folder;
    folder.run("$MAXTRICK eval " + op + " --logits 1,2 --labels 0").err_lacks("unknown op");
  }
  BOOST_TEST(completed("maxtrick eval ").size() == 15U);
  const Words dtypes = completed("maxtrick eval softmax --dtype ");
  BOOST_TEST(dtypes.size() == 6U);
  for (const std::string& dtype : dtypes) {
    const Workdir folder;
    folder.exits(
        0, "$MAXTRICK eval softmax --logits 1,2 --variant softmax.naive.scalar --dtype " + dtype);
  }
  BOOST_TEST(completed("maxtrick run --filter ").empty());
}

BOOST_AUTO_TEST_SUITE_END()
