// `maxtrick eval` computes what the documentation and the tests of other frameworks state: the
// examples of tests/examples/*.toml.
#include <toml++/toml.h>

#include "program.hpp"

BOOST_AUTO_TEST_SUITE(examples_test)

namespace {

using namespace maxtrick::tests;

struct Example {
  std::string name;
  std::vector<std::string> arguments;  // of the program
};

std::string text_of(const toml::table& example, const char* key) {
  const auto text = example[key].value<std::string>();
  BOOST_REQUIRE_MESSAGE(text && !text->empty(), "an example has no " << key);
  return *text;
}

Example read_example(const toml::table& table) {
  Example example{text_of(table, "name"), {"eval"}};
  const std::string& name = example.name;
  BOOST_TEST_CONTEXT(name) {
    BOOST_TEST(!text_of(table, "source").empty());
    const std::string expected = text_of(table, "expected");
    BOOST_TEST((expected == "stated" || expected == "computed"));
    BOOST_TEST((table.contains("rtol") || table.contains("atol")));
    const toml::array* eval = table["eval"].as_array();
    BOOST_REQUIRE(eval);
    for (const toml::node& argument : *eval)
      example.arguments.push_back(argument.value<std::string>().value());
  }
  const auto add = [&](const std::string& option, const std::string& value) {
    // One argument, because some values begin with a minus sign.
    example.arguments.push_back(option + "=" + value);
  };
  add("--variant", "exact");
  add("--expect", text_of(table, "expect"));
  if (table.contains("expect_gradient"))
    add("--expect-gradient", text_of(table, "expect_gradient"));
  for (const char* key : {"rtol", "atol"})
    add(fmt::format("--{}", key), fmt::format("{}", table[key].value_or(0.0)));
  return example;
}

std::vector<Example> read_examples(const std::filesystem::path& file) {
  std::vector<Example> examples;
  std::set<std::string> names;
  try {
    const toml::table table = toml::parse_file(file.string());
    const toml::array* array = table["example"].as_array();
    BOOST_REQUIRE(array);
    for (const toml::node& node : *array) {
      BOOST_REQUIRE(node.as_table());
      examples.push_back(read_example(*node.as_table()));
      const std::string& name = examples.back().name;
      BOOST_TEST(names.insert(name).second, name << " is the name of two examples");
    }
  } catch (const toml::parse_error& error) {
    BOOST_FAIL(file << ", line " << error.source().begin.line << ": " << error.description());
  }
  return examples;
}

// As one word of the shell.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

// Writes the script that runs the examples and prints, for each that fails, its name, its command
// and what that says.
std::string script_of(const std::vector<Example>& examples) {
  std::string script;
  for (const Example& example : examples) {
    std::string arguments;
    for (const std::string& argument : example.arguments) arguments += " " + quoted(argument);
    script += "said=$($MAXTRICK" + arguments + " 2>&1) || printf '%s: exit code %s\n%s\n%s\n\n' " +
              quoted(example.name) + " $? " + quoted("maxtrick" + arguments) + " \"$said\"\n";
  }
  return script;
}

}  // namespace

// The program starts hundreds of times, which takes seconds. Therefore a shell runs the examples of
// a file, and two run at once.
BOOST_AUTO_TEST_CASE(eval_computes_what_other_frameworks_state) {
  const Workdir folder;
  std::size_t examples = 0;
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(MAXTRICK_SOURCE_DIR "/tests/examples")) {
    files.push_back(entry.path().stem().string());
    BOOST_TEST_CONTEXT(files.back()) {
      const auto of_file = read_examples(entry.path());
      BOOST_TEST(!of_file.empty());
      examples += of_file.size();
      folder.write(files.back() + ".sh", script_of(of_file));
    }
  }
  BOOST_TEST(examples >= 150);
  folder.exits(0, "export MAXTRICK; ls *.sh | xargs -P 2 -I {} sh -c 'sh {} >{}.out 2>&1'")
      .err_is("");
  for (const std::string& file : files) {
    const std::string failed = folder.read(file + ".sh.out");
    BOOST_TEST(failed.empty(), "tests/examples/" << file << ".toml:\n" << failed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
