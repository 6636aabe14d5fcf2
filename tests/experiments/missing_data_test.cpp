// Data that the reader must get: every experiment that trains skips its rows with the reason.
#include "training_configs.hpp"

BOOST_AUTO_TEST_SUITE(missing_data_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

std::string head(const std::string& experiment) {
  return "experiment = \"" + experiment + "\"\ntitle = \"T\"\ndescription = \"D\"\nseeds = 2\n";
}

void check(const std::string& config, const std::string& skipped) {
  const Workdir folder("t.toml", config);
  folder.exits(5, "$MAXTRICK run t.toml")
      .err_has("t.toml: " + skipped + " rows skipped: absent.npy is not there. Ask for it.\n");
}

}  // namespace

// Seven quantities of each arm; the lab's own, and two rows of its floor, are there. How many
// classes there will be is not known: neither the binary arm nor a category 2 is an error.
BOOST_AUTO_TEST_CASE(training) {
  const std::string first = "first_categories = [2]\n";
  check(head("training") + absent + lab + bce + fused + "[[task]]\n" +
            task("absent", 2, "arms = [\"bce\", \"fused\"]\n" + first) + "[[task]]\n" +
            task("lab", 2, "arms = [\"fused\"]\n"),
        "14 of 22");
}

BOOST_AUTO_TEST_CASE(breaking) {
  check(head("breaking") + absent + "[task]\n" + task("absent", 2) + naive + fused + bce +
            "[[condition]]\nname = \"c\"\nhazard = \"H\"\nsource = \"S\"\nbias = 100\n",
        "3 of 3");
}

BOOST_AUTO_TEST_CASE(backends) {
  check(head("backends") +
            "variants = [\"softmax.naive.scalar\", \"softmax.max_trick.scalar\"]\nrepeats = 6\n"
            "difference_from = \"softmax.naive.scalar\"\nspeed_by = \"softmax.naive.scalar\"\n" +
            absent + "[task]\n" + task("absent", 2),
        "2 of 2");
}

BOOST_AUTO_TEST_SUITE_END()
