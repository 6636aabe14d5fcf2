// Runs the command `maxtrick data` as a user does, with the tests' own experiment.
#include "digests.hpp"
#include "io/array.hpp"
#include "training_configs.hpp"

BOOST_AUTO_TEST_SUITE(data_command_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// A folder with a config of the probe experiment that has no cases and the given data sets.
struct Described : Workdir {
  explicit Described(const std::string& data) {
    write("probe.txt", "");
    write("probe.toml",
          "experiment = \"probe\"\ntitle = \"Probe\"\ndescription = \"-\"\nfrom = \"probe.txt\"\n" +
              data);
  }
  Said data(int code, const std::string& arguments) const {
    return exits(code, "$PROBE data " + arguments);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(one_data_set_is_written) {
  const Described folder(lab);
  folder.data(0, "probe.toml -o out/deep")
      .err_is("")
      .out_is("out/deep/X.npy: 2000 x 2, sha256 of the data " + lab_X +
              "\nout/deep/y.npy: 2000, sha256 of the data " + lab_y + "\n");
  const io::Array X = io::read_array(folder / "out/deep/X.npy");
  BOOST_CHECK(X.type == io::NumberType::float64);
  BOOST_TEST(X.shape == (io::Shape{2000, 2}));
  BOOST_TEST(digest(X.values) == lab_X);
  const io::Array y = io::read_array(folder / "out/deep/y.npy");
  BOOST_CHECK(y.type == io::NumberType::int64);
  BOOST_TEST(y.shape == (io::Shape{2000}));
  BOOST_TEST(digest_of_indices(y.values) == lab_y);
}

// glibc uses a different logarithm on CPUs without FMA. With other C libraries the variable has no
// effect.
BOOST_AUTO_TEST_CASE(the_labs_data_do_not_depend_on_the_cpu) {
  const Described folder(lab);
  folder.run("GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2 $PROBE data probe.toml -o out")
      .out_has(lab_X);
}

BOOST_AUTO_TEST_CASE(several_data_sets_have_a_folder_each) {
  const Described folder(lab + circles(2000, "3", 5));
  folder.data(0, "probe.toml --output out --set 'title=\"Mine\"'")
      .out_is("out/lab/X.npy: 2000 x 2, sha256 of the data " + lab_X +
              "\nout/lab/y.npy: 2000, sha256 of the data " + lab_y +
              "\nout/circles/X.npy: 2000 x 2, sha256 of the data " + circles_X +
              "\nout/circles/y.npy: 2000, sha256 of the data " + circles_y + "\n");
  for (const std::string name : {"lab/X.npy", "lab/y.npy", "circles/X.npy", "circles/y.npy"})
    BOOST_TEST(std::filesystem::is_regular_file(folder.path() / "out" / name), name);
}

// The files that were written can be read as a user's data set, including labels and points.
BOOST_AUTO_TEST_CASE(what_is_written_is_data_of_ones_own) {
  const Described folder(circles(2000, "3", 5));
  folder.data(0, "probe.toml -o out");
  const Described reads("[[data]]\nname = \"mine\"\npath = \"" + (folder / "out/X.npy").string() +
                        "\"\nlabels = \"" + (folder / "out/y.npy").string() + "\"\n");
  reads.data(0, "probe.toml -o out");
  for (const std::string file : {"out/X.npy", "out/y.npy"})
    BOOST_TEST(reads.read(file) == folder.read(file), file);
}

BOOST_AUTO_TEST_CASE(a_data_set_that_is_not_here_is_said_and_the_others_are_written) {
  const Described folder(lab + absent);
  folder.data(5, "probe.toml -o out")
      .err_is("absent skipped: absent.npy does not exist. Ask for it.\n");
  BOOST_TEST(folder.has("out/lab/y.npy"));
  const Described alone(absent);
  alone.data(5, "probe.toml -o out").out_is("");
  BOOST_TEST(!alone.has("out"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_writes_nothing) {
  const Described folder(lab), none("");
  Said said = none.data(2, "probe.toml -o out");
  said.err_is("maxtrick: data: probe.toml does not describe a data set\n");
  BOOST_TEST(!none.has("out"));
  for (const std::string wrong :
       {"probe.toml", "-o out", "probe.toml probe.toml -o out", "absent.toml -o out",
        "probe.toml -o out --set title=1", "probe.toml -o out --filter x"})
    folder.data(2, wrong);
  BOOST_TEST(!folder.has("out"));
  // A config error states its position, as with every command.
  folder.write("probe.toml", folder.read("probe.toml") + "sample = 2\n");
  said = folder.data(2, "probe.toml -o out");
  BOOST_TEST(said.err.starts_with("probe.toml:11:1: error: unknown key 'sample'"));
  BOOST_TEST(!folder.has("out"));
}

BOOST_AUTO_TEST_CASE(two_data_sets_of_one_name_do_not_overwrite_each_other) {
  const Described folder(lab + lab);
  folder.data(6, "probe.toml -o out").err_is("maxtrick: two data sets have the name lab\n");
  BOOST_TEST(!folder.has("out"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_said_before_the_work) {
  const Described folder(lab);
  folder.write("out", "a file");
  folder.data(6, "probe.toml -o out/deep").out_is("");
  BOOST_TEST(folder.read("out") == "a file");
}

BOOST_AUTO_TEST_SUITE_END()
