// Data files that the reader must obtain: every experiment that trains skips its rows and states
// the reason.
#include "training_configs.hpp"

BOOST_AUTO_TEST_SUITE(missing_data_test)

using namespace maxtrick::tests;

BOOST_AUTO_TEST_CASE(rows_of_absent_data_are_skipped) {
  struct Case {
    std::string experiment, rest, skipped;
  };
  const Case cases[] = {
      // The seven quantities of each arm are skipped; the rows of the lab and two rows of its floor
      // are computed. The number of classes is not known while the file is missing, so neither the
      // binary arm nor a category 2 is an error.
      {"training",
       "seeds = 2\n" + lab + bce + fused + "[[task]]\n" +
           task("absent", 2, "arms = [\"bce\", \"fused\"]\nfirst_categories = [2]\n") +
           "[[task]]\n" + task("lab", 2, "arms = [\"fused\"]\n"),
       "14 of 22"},
      {"breaking",
       "seeds = 2\n[task]\n" + task("absent", 2) + naive + fused + bce +
           "[[condition]]\nname = \"c\"\nhazard = \"H\"\nsource = \"S\"\nbias = 100\n",
       "3 of 3"},
      {"backends",
       "seeds = 2\nvariants = [\"softmax.naive.scalar\", \"softmax.max_trick.scalar\"]\n"
       "repeats = 6\ndifference_from = \"softmax.naive.scalar\"\n"
       "speed_by = \"softmax.naive.scalar\"\n[task]\n" +
           task("absent", 2),
       "2 of 2"},
      // Two cells of the grid, and one example.
      {"regions",
       fused + "[[task]]\n" +
           task("absent", 15, "x1 = [0, 2]\nx2 = [0, 1]\nstep = 1\nexamples = 1\n"),
       "3 of 3"},
      // The temperature, and seven quantities and three bins with it and without.
      {"calibration",
       "seeds = 2\nbins = 3\n" + fused + "[[task]]\n" +
           task("absent", 15, "arms = [\"fused\"]\nfit = 60\nheld_out = 9\nshown = [15]\n"),
       "21 of 21"},
      // Trained and shifted logits on each of two test sets; the Bayes classifiers of the lab also need the
      // training data.
      {"imbalance",
       "seeds = 2\nbins = 5\n" + lab + fused + "[[task]]\n" +
           task("absent", 2, "tests = [\"absent\", \"lab\"]\n"),
       "6 of 6"},
      // The exact part is computed.
      {"outliers",
       "seeds = 2\ngaps = [1]\n[[activation]]\nname = \"softmax\"\nfunction = \"softmax\"\n"
       "[[row]]\nname = \"r\"\nhazard = \"H\"\nothers = [0]\n[[task]]\n" +
           task("absent", 2, "activations = [\"softmax\"]\n") +
           "[[mislabelled]]\nname = \"m\"\nhazard = \"H\"\ndistance = 1\nshare = 0.5\n",
       "1 of 2"}};
  for (const auto& [experiment, rest, skipped] : cases)
    Workdir("t.toml", head_of(experiment) + rest + absent)
        .exits(5, "$MAXTRICK run t.toml")
        .err_has("t.toml: " + skipped + " rows skipped: absent.npy does not exist. Ask for it.\n");
}

BOOST_AUTO_TEST_SUITE_END()
