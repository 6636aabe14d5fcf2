// Libraries that a build may lack: they are always listed, chosen by name only, and reported if
// they are missing.
#include "config_errors.hpp"
#include "inputs/selection.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "program.hpp"

BOOST_AUTO_TEST_SUITE(peers_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using ops::Variant;

const std::set<std::string> peers{
    "log_softmax.eigen",   "log_softmax.onnxruntime", "log_softmax.torch", "softmax.eigen",
    "softmax.onnxruntime", "softmax.torch",           "softmax.xnnpack"};

std::set<std::string> chosen(const std::string& patterns) {
  std::set<std::string> names;
  for (const Variant* variant : read_config("variants = [" + patterns + "]", [](Section& root) {
         return inputs::read_variants(root);
       }))
    names.insert(variant->name());
  return names;
}

std::string config_text(const std::string& variant) {
  return R"(experiment = "overflow"
title = "T"
description = "D"
ops = ["softmax"]
dtypes = ["float32"]
variants = [")" +
         variant + R"("]
inaccurate_above_ulp = 8
[[case]]
name = "one"
hazard = "H"
source = "S"
logits = [1, 2]
)";
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_peers_are_the_optional_ones) {
  std::set<std::string> optional;
  for (const Variant& variant : ops::variants())
    if (variant.optional && variant.formulation.empty() && variant.isa.empty())
      optional.insert(variant.name());
  BOOST_TEST(optional == peers, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_glob_chooses_none) {
  for (const std::string glob : {"*", "softmax.*", "log_softmax.*", "*.e*", "softmax.??*"})
    for (const std::string& name : chosen('"' + glob + '"'))
      BOOST_TEST(!peers.contains(name), glob << " chooses " << name);
  const auto some = [](Section& root) { (void)inputs::read_variants(root); };
  BOOST_TEST(contains(errors("variants = ['*.eig*']", some), "'*.eig*' matches no variant"));
}

BOOST_AUTO_TEST_CASE(a_name_chooses_one) {
  for (const std::string& name : peers)
    BOOST_TEST((chosen('"' + name + '"') == std::set<std::string>{name}));
  BOOST_TEST(chosen(R"("*", "softmax.eigen")").contains("softmax.eigen"));
}

// The name is known whether or not the library is available. If it is missing, the run is
// incomplete and says why.
BOOST_AUTO_TEST_CASE(a_run_names_what_is_lacking) {
  const Workdir folder;
  for (const std::string& name : peers) {
    const Variant& variant = *ops::find_variant(name);
    if (variant.op != ops::softmax) continue;
    folder.write("peer.toml", config_text(name));
    const Said said = folder.run("$MAXTRICK run peer.toml -o out");
    if (variant.unavailable.empty()) {
      BOOST_TEST(said.code == 0, name << ": " << said.err);
    } else {
      BOOST_TEST(said.code == 5, name << ": " << said.err);
      said.err_has(name + ": built without ");
      said.err_has("scripts/setup --peers");
    }
  }
}

BOOST_AUTO_TEST_CASE(eval_shows_one_that_is_named) {
  const Workdir folder;
  folder.exits(0, "$MAXTRICK eval softmax --logits 1,2").out_lacks("eigen");
  const Said one = folder.run("$MAXTRICK eval softmax --logits 1,2 --variant softmax.eigen");
  const bool here = ops::find_variant("softmax.eigen")->unavailable.empty();
  BOOST_TEST(one.code == (here ? 0 : 5), one.err);
  BOOST_TEST(contains(here ? one.out : one.err, "softmax.eigen"));
}

// The build either computes with the library, and then it states the library's version, or does not
// name it.
BOOST_AUTO_TEST_CASE(a_library_that_the_build_lacks_is_named_nowhere) {
  const Workdir folder;
  const Said version = folder.exits(0, "$MAXTRICK --version");
  for (const auto& [variant, library] :
       {std::pair{"softmax.eigen", "Eigen"}, std::pair{"softmax.onnxruntime", "ONNX Runtime"},
        std::pair{"softmax.torch", "PyTorch"}, std::pair{"softmax.xnnpack", "XNNPACK"}}) {
    const bool here = ops::find_variant(variant)->unavailable.empty();
    folder.write("peer.toml", config_text(std::string(variant) + R"(", "softmax.naive.scalar)"));
    folder.exits(here ? 0 : 5, "$MAXTRICK run peer.toml -o out");
    BOOST_TEST(contains(version.out, library) == here);
    BOOST_TEST(contains(folder.read("out/peer.manifest.json"), '"' + std::string(library)) == here);
  }
}

// A table of figures must not depend on the libraries that a machine has.
BOOST_AUTO_TEST_CASE(no_committed_table_holds_one) {
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(MAXTRICK_SOURCE_DIR) / "results")) {
    if (entry.path().extension() != ".csv" || entry.path().stem() == "speed") continue;
    const std::string text = io::read_file(entry.path());
    for (const std::string& name : peers)
      BOOST_TEST(!contains(text, name + ','), entry.path() << " has " << name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
