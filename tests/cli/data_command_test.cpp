// The command `maxtrick data`, run as a user runs it, on the tests' own experiment.
#include <boost/test/unit_test.hpp>

#include "digests.hpp"
#include "io/matrix.hpp"
#include "program.hpp"

BOOST_AUTO_TEST_SUITE(data_command_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string lab = R"(
[[data]]
name = "lab"
generate = "blobs"
samples = 2000
seed = 30
centres = [[-5, 2], [-2, -2], [1, 2], [5, -2]]
)";
const std::string circles = R"(
[[data]]
name = "circles"
generate = "circles"
samples = 2000
seed = 5
radii = [1, 2]
half_width = 3
)";
const std::string absent = R"(
[[data]]
name = "absent"
path = "absent.npy"
labels = "labels.npy"
obtain = "Ask for it."
)";
// Of the lab: as scikit-learn 1.2.1 makes X and y (blobs_test.cpp). Of the circles: as NumPy does
// (circles_test.cpp).
const std::string lab_X = "fa18b0a676e906b24f1691f1f2ab3f5b0bf10bd71e63728adef3eede68d6bf4a",
                  lab_y = "0e026bfa8a3cffed9a1105ef35f38d00c2477324cec8a0c99f4f5375c2166ee2",
                  circles_X = "7e09613e74c8471df7adaa8627f09aee2091012aa2442291dd57d35584896a37",
                  circles_y = "5c53df0800f0508f624cd443a690d0416c92613e2288bdc1371af4b80b46008a";

// A folder with the probe's config, of no case, and the data sets given.
struct Described : Folder {
  explicit Described(const std::string& data) {
    write("probe.txt", "");
    write("probe.toml",
          "experiment = \"probe\"\ntitle = \"Probe\"\ndescription = \"-\"\nfrom = \"probe.txt\"\n" +
              data);
  }
  [[nodiscard]] Said run(const std::string& arguments) const {
    return shell("$PROBE data " + arguments, path());
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(one_data_set_is_written) {
  const Described folder(lab);
  const Said said = folder.run("probe.toml -o out/deep");
  BOOST_TEST(said.code == 0);
  BOOST_TEST(said.err == "");
  BOOST_TEST(said.out == "out/deep/X.npy: 2000 x 2, sha256 of the data " + lab_X +
                             "\nout/deep/y.npy: 2000, sha256 of the data " + lab_y + "\n");
  const io::Matrix X = io::read_matrix(folder / "out/deep/X.npy");
  BOOST_CHECK(X.type == io::NumberType::float64);
  BOOST_TEST(X.rows == 2000U);
  BOOST_TEST(X.columns == 2U);
  BOOST_TEST(digest(X.values) == lab_X);
  const io::Matrix y = io::read_matrix(folder / "out/deep/y.npy");
  BOOST_CHECK(y.type == io::NumberType::int64);
  BOOST_TEST(y.one_dimensional);
  BOOST_TEST(digest_of_indices(y.values) == lab_y);
}

// glibc has another logarithm for CPUs without FMA; elsewhere the variable does nothing.
BOOST_AUTO_TEST_CASE(the_labs_data_do_not_depend_on_the_cpu) {
  const Described folder(lab);
  const Said said =
      shell("GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2 $PROBE data probe.toml -o out",
            folder.path());
  BOOST_TEST(contains(said.out, lab_X));
}

BOOST_AUTO_TEST_CASE(several_data_sets_have_a_folder_each) {
  const Described folder(lab + circles);
  const Said said = folder.run("probe.toml --output out --set 'title=\"Mine\"'");
  BOOST_TEST(said.code == 0);
  BOOST_TEST(said.out == "out/lab/X.npy: 2000 x 2, sha256 of the data " + lab_X +
                             "\nout/lab/y.npy: 2000, sha256 of the data " + lab_y +
                             "\nout/circles/X.npy: 2000 x 2, sha256 of the data " + circles_X +
                             "\nout/circles/y.npy: 2000, sha256 of the data " + circles_y + "\n");
  for (const std::string name : {"lab/X.npy", "lab/y.npy", "circles/X.npy", "circles/y.npy"})
    BOOST_TEST(std::filesystem::is_regular_file(folder.path() / "out" / name), name);
}

// What was written can be read: labels, points and all.
BOOST_AUTO_TEST_CASE(what_is_written_is_data_of_ones_own) {
  const Described folder(circles);
  BOOST_TEST(folder.run("probe.toml -o out").code == 0);
  const Described reads("\n[[data]]\nname = \"mine\"\npath = \"" + (folder / "out/X.npy").string() +
                        "\"\nlabels = \"" + (folder / "out/y.npy").string() + "\"\n");
  BOOST_TEST(reads.run("probe.toml -o out").code == 0);
  for (const std::string file : {"out/X.npy", "out/y.npy"})
    BOOST_TEST(io::read_file(reads / file) == io::read_file(folder / file), file);
}

BOOST_AUTO_TEST_CASE(a_data_set_that_is_not_here_is_said_and_the_others_are_written) {
  const Described folder(lab + absent);
  Said said = folder.run("probe.toml -o out");
  BOOST_TEST(said.code == 5);
  BOOST_TEST(said.err == "absent skipped: absent.npy is not there. Ask for it.\n");
  BOOST_TEST(std::filesystem::exists(folder / "out/lab/y.npy"));
  const Described alone(absent);
  said = alone.run("probe.toml -o out");
  BOOST_TEST(said.code == 5);
  BOOST_TEST(said.out == "");
  BOOST_TEST(!std::filesystem::exists(alone / "out"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_writes_nothing) {
  const Described folder(lab), none("");
  Said said = none.run("probe.toml -o out");
  BOOST_TEST(said.code == 2);
  BOOST_TEST(said.err == "maxtrick: data: probe.toml describes no data set\n");
  BOOST_TEST(!std::filesystem::exists(none / "out"));
  for (const std::string wrong :
       {"probe.toml", "-o out", "probe.toml probe.toml -o out", "absent.toml -o out",
        "probe.toml -o out --set title=1", "probe.toml -o out --filter x"})
    BOOST_TEST(folder.run(wrong).code == 2, wrong);
  BOOST_TEST(!std::filesystem::exists(folder / "out"));
  // A config error names its place, as in every command.
  folder.write("probe.toml", io::read_file(folder / "probe.toml") + "sample = 2\n");
  said = folder.run("probe.toml -o out");
  BOOST_TEST(said.code == 2);
  BOOST_TEST(said.err.starts_with("probe.toml:12:1: error: unknown key 'sample'"));
  BOOST_TEST(!std::filesystem::exists(folder / "out"));
}

BOOST_AUTO_TEST_CASE(two_data_sets_of_one_name_do_not_overwrite_each_other) {
  const Described folder(lab + lab);
  const Said said = folder.run("probe.toml -o out");
  BOOST_TEST(said.code == 6);
  BOOST_TEST(said.err == "maxtrick: two data sets are called lab\n");
  BOOST_TEST(!std::filesystem::exists(folder / "out"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_said_before_the_work) {
  const Described folder(lab);
  folder.write("out", "a file");
  const Said said = folder.run("probe.toml -o out/deep");
  BOOST_TEST(said.code == 6);
  BOOST_TEST(said.out == "");
  BOOST_TEST(io::read_file(folder / "out") == "a file");
}

BOOST_AUTO_TEST_SUITE_END()
