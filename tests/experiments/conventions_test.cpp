// The config and the rows of the experiment `conventions`, and the errors of its configs.
#include <regex>

#include "conventions/question.hpp"
#include "plan_of.hpp"
#include "result_rows.hpp"

BOOST_AUTO_TEST_SUITE(conventions_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::filesystem::path project = MAXTRICK_SOURCE_DIR;
const std::string config = io::read_file(project / "tests/reduced/conventions.toml");

}  // namespace

BOOST_AUTO_TEST_CASE(the_committed_config_has_every_pair_and_distinguishes_every_formula) {
  std::map<std::string, std::set<std::string>> frameworks;
  std::set<std::string> named;
  read_config(io::read_file(project / "configs/conventions.toml"), [&](Section& root) {
    for (const char* key : {"experiment", "title", "description"}) (void)root.text(key);
    const auto all = conventions::read_frameworks(root);
    for (Section& section : root.tables("question")) {
      const conventions::Stated stated = conventions::read_question(section, all);
      BOOST_TEST_REQUIRE(stated.question != nullptr);
      named.insert(stated.question->name);
      for (const auto& one : stated.definitions) {
        frameworks[stated.question->name].insert(one.framework);
        // A stated formula has a file and a version.
        if (one.formula != nullptr) BOOST_TEST((!one.file.empty() && !one.version.empty()));
      }
      // The input must show the difference.
      std::set<std::string> different;
      for (const auto& formula : stated.question->formulas)
        different.insert(formula.value(stated.given).text());
      BOOST_TEST(different.size() == stated.question->formulas.size(), stated.question->name);
    }
    return true;
  });
  const auto& names = conventions::framework_names();
  for (const auto& question : conventions::questions()) {
    BOOST_TEST(named.count(question.name) == 1U, question.name);
    BOOST_TEST((frameworks[question.name] == std::set<std::string>(names.begin(), names.end())),
               question.name);
  }
}

BOOST_AUTO_TEST_CASE(rows_show_the_value_and_who_agrees) {
  const auto rows = rows_of_plan(plan_of("conventions", config));
  BOOST_TEST(rows.size() == 4U);
  const Cells& limit = rows.at("plus_infinity/onednn");
  BOOST_TEST(limit.at("input") == "logits 0,inf");
  BOOST_TEST(limit.at("value") == "0 1");
  BOOST_TEST(limit.at("our_value") == "nan nan");
  BOOST_TEST(limit.at("agrees") == "no");
  BOOST_TEST(limit.at("version") == "3");
  BOOST_TEST(limit.at("file") == "r f");
  BOOST_TEST(limit.at("run") == "yes");
  BOOST_TEST(limit.at("note") == "N");
  BOOST_TEST(rows.at("plus_infinity/pytorch").at("agrees") == "yes");
  BOOST_TEST(rows.at("plus_infinity/pytorch").at("version") == "1");
  const Cells& silent = rows.at("label_smoothing/onednn");
  BOOST_TEST(silent.at("input") == "logits 1,2, labels 1, smoothing 0.1");
  BOOST_TEST(silent.at("formula") == "not documented");
  BOOST_TEST(silent.at("value") + silent.at("agrees") + silent.at("file") == "");
  BOOST_TEST(silent.at("our_value") == "0.363261687518");
}

BOOST_AUTO_TEST_CASE(config_errors) {
  check_mistakes(
      "conventions", config,
      {{"\"pytorch\"\nversion", "\"pytorsh\"\nversion",
        "x.toml:6:8: error: 'pytorsh' is not a known value of 'name'"},
       {"name = \"onednn\"", "name = \"pytorch\"",
        "x.toml:11:8: error: duplicate framework 'pytorch'"},
       {"\"plus_infinity\"", "\"plus_infinite\"",
        "x.toml:16:8: error: 'plus_infinite' is not a known value of 'name'"},
       {"run = true", "run = 1", "x.toml:23:79: error: key 'run' is an integer"},
       {"ours = \"nan_row\"", "ours = \"nan\"",
        "x.toml:20:8: error: 'nan' is not a known value of 'ours'"},
       {"formula = \"limit\"", "formula = \"over_all\"",
        "x.toml:23:37: error: 'over_all' is not a known value of 'formula'"},
       {"framework = \"onednn\", formula = \"limit\"",
        "framework = \"onednn\", formula = \"limit\", typo = 1",
        "x.toml:23:46: error: unknown key 'typo'"},
       {"framework = \"onednn\", formula = \"limit\"", "framework = \"scipy\", formula = \"limit\"",
        "x.toml:23:17: error: 'scipy' is not a known value of 'framework'"},
       {"  { framework = \"onednn\", formula = \"not documented\" },\n", "",
        "x.toml:34:11: error: 'onednn' is missing"},
       {"formula = \"over_others\", file = \"f\"", "formula = \"over_others\"",
        "x.toml:35:3: error: missing key 'file'"},
       {"labels = [1]", "labels = [2]", "x.toml:31:11: error: label 2 is not a class"},
       {"labels = [1]", "labels = [1, 1]", "x.toml:31:10: error: 2 labels for 1 rows"},
       {"smoothing = 0.1", "smoothing = 2", "x.toml:32:13: error: key 'smoothing' is 2"},
       {"logits = [[0.0, inf]]", "", "x.toml:15:1: error: missing key 'logits'"}});
}

// Debian has no JAX that the tests could run.
BOOST_AUTO_TEST_CASE(only_what_is_run_may_say_so) {
  std::string with_jax = std::regex_replace(config, std::regex("onednn"), "jax");
  with_jax = replaced(with_jax, "run = true, ", "");
  check_mistakes("conventions", with_jax,
                 {{"version = \"3\"", "version = \"3\", run = true",
                   "x.toml:23:76: error: 'jax' is not run"}});
}

BOOST_AUTO_TEST_SUITE_END()
