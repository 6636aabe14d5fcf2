// Data sets as a config describes them: how they are read, when they are made, and the text of
// every error.
#include "inputs/data_set.hpp"

#include <future>

#include "config_errors.hpp"
#include "digests.hpp"
#include "folder.hpp"
#include "io/array.hpp"

BOOST_AUTO_TEST_SUITE(data_set_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using inputs::NamedData;
using inputs::read_data_set;

const std::string lab = R"(name = "lab"
generate = "blobs"
samples = 2000
seed = 30
centres = [[-5, 2], [-2, -2], [1, 2], [5, -2]]
)";
const std::string circles = R"(name = "circles"
generate = "circles"
samples = 100
seed = 5
radii = [1, 2]
half_width = 3
)";

NamedData read(const std::string& text, const Words& overrides = {}) {
  return read_config(text, read_data_set, overrides);
}

// Returns the messages of all errors with the expected values: lines "message; expected".
std::string problems(const std::string& text, const Words& overrides = {}) {
  std::string lines;
  try {
    (void)read(text, overrides);
  } catch (const ConfigError& error) {
    for (const Problem& problem : error.problems())
      lines += problem.message + "; " + problem.expected + "\n";
  }
  return lines;
}

// A folder that contains the files X and y of a data set.
struct Files : Folder {
  Files(const std::string& X, const std::string& y) {
    write("X.csv", X);
    write("y.csv", y);
  }
  [[nodiscard]] std::string at(const std::string& name) const { return (*this / name).string(); }
  [[nodiscard]] std::string config(const std::string& more = "") const {
    return "name = \"mine\"\npath = \"" + at("X.csv") + "\"\nlabels = \"" + at("y.csv") + "\"\n" +
           more;
  }
};

const std::string three_rows = "1,2\n3,4\n5,6\n";

}  // namespace

BOOST_AUTO_TEST_CASE(blobs_are_read_and_made_when_asked_for) {
  const NamedData data = read(lab);
  BOOST_TEST(data.name == "lab");
  BOOST_TEST(data.missing == "");
  BOOST_TEST(data.rows == 2000U);
  BOOST_TEST(data.features == 2U);
  BOOST_TEST(data.classes == 4U);
  BOOST_CHECK(data.made.wait_for(std::chrono::seconds(0)) == std::future_status::deferred);
  BOOST_TEST(digest(data.data().X) == lab_X);
  // The data are made once for all copies.
  const NamedData copy = data;
  BOOST_TEST(&copy.data() == &data.data());
}

BOOST_AUTO_TEST_CASE(threads_share_what_is_made) {
  const NamedData data = read(lab);
  std::vector<const learn::DataSet*> seen(8);
  {
    std::vector<std::jthread> threads;
    for (auto& one : seen) threads.emplace_back([&] { one = &data.data(); });
  }
  for (const auto* one : seen) BOOST_TEST(one == &data.data());
}

// Every key changes the data as it does in make_blobs of scikit-learn, with the settings of
// blobs_test.cpp.
BOOST_AUTO_TEST_CASE(every_key_of_blobs_reaches_them) {
  const NamedData drawn =
      read(lab, {"samples=500", "seed=2024", "centres=5", "features=3", "box=[-1.5, 4]"});
  BOOST_TEST(drawn.features == 3U);
  BOOST_TEST(drawn.classes == 5U);
  BOOST_TEST(digest(drawn.data().X) ==
             "efba281e65147c4b3317af6bb9f9d251b7d929dd456e5e2eb0fb17a7d349599f");
  BOOST_TEST(
      digest(read(lab, {"samples=5000", "seed=12", "centres=4", "features=7"}).data().X) ==
      digest(read(lab, {"samples=5000", "seed=12", "centres=4", "features=7", "box=[-10, 10]"})
                 .data()
                 .X));
  BOOST_TEST(digest(read(lab, {"samples=103", "seed=1", "spread=0.7"}).data().X) ==
             "49b14f93c33540c254cc4cbaef18e0bbc0791d98e178adb39e4c5b5224065c71");
  BOOST_TEST(digest(read(lab, {"samples=90", "seed=11", "centres=[[-5, 2], [0, 0.25], [1e3, -4]]",
                               "spread=[0.1, 2.5, 30]"})
                        .data()
                        .X) == "ad64e436da46db94acdd0f5171334063cf25dced771ef6d69f3984c9904252e3");
  BOOST_TEST(digest(read(lab, {"samples=64", "seed=4294967295"}).data().X) ==
             "b9b30627970ad7f488ee066d4ec554de0bc1b6e6c9a77abe98623fb19e2450bc");
}

BOOST_AUTO_TEST_CASE(every_key_of_circles_reaches_them) {
  const NamedData data = read(circles, {"samples=2000"});
  BOOST_TEST(data.rows == 2000U);
  BOOST_TEST(data.features == 2U);
  BOOST_TEST(data.classes == 3U);
  BOOST_TEST(digest(data.data().X) == circles_X);
  BOOST_TEST(digest_of_indices(data.data().y) == circles_y);
  const auto other = [&](const std::string& setting) {
    return digest_of_indices(read(circles, {"samples=2000", setting}).data().y);
  };
  for (const std::string setting : {"radii=[0.5, 2]", "radii=[1, 2.5]", "half_width=4", "seed=6"})
    BOOST_TEST(other(setting) != digest_of_indices(data.data().y), setting);
}

BOOST_AUTO_TEST_CASE(an_error_names_its_place) {
  const auto read_root = [](Section& root) { (void)read_data_set(root); };
  BOOST_TEST(errors("name = \"a\"\ngenerate = \"blob\"\nseed = 1\n", read_root) ==
             "x.toml:2:12: error: 'blob' is not a known value of 'generate'\n"
             "    2 | generate = \"blob\"\n"
             "      |            ^\n"
             "   expected one of: blobs, circles; did you mean 'blobs'?");
  BOOST_TEST(errors(lab, read_root, {"centres=[[1, 2], [nan, 0]]"}) ==
             "--set:1:18: error: row 2 of 'centres' contains nan\n"
             "    1 | centres=[[1, 2], [nan, 0]]\n"
             "      |                  ^\n"
             "   expected numbers from -1e+30 to 1e+30");
}

BOOST_AUTO_TEST_CASE(names_are_those_of_folders) {
  BOOST_TEST(problems(lab, {"name=\"a/b\""}) ==
             "'a/b' contains a character that names may not have; letters, digits and . _ + -\n");
  BOOST_TEST(problems(lab, {"name=\"..\""}) ==
             "'..' starts with a dot; a name that a folder may have\n");
}

const std::string unequal = R"(name = "unequal"
generate = "blobs"
counts = [100, 10, 1]
seed = 30
centres = [[-5, 2], [-2, -2], [1, 2]]
)";

BOOST_AUTO_TEST_CASE(counts_take_the_place_of_samples) {
  const NamedData data = read(unequal);
  BOOST_TEST(data.rows == 111U);
  const auto& labels = data.data().y;
  BOOST_TEST(std::count(labels.begin(), labels.end(), 2) == 1);
  // A draw with a later seed has the same counts.
  BOOST_TEST(data.redrawn(0).X == data.data().X, boost::test_tools::per_element());
  const learn::DataSet other = data.redrawn(5);
  BOOST_TEST(other.X == read(unequal, {"seed=35"}).data().X, boost::test_tools::per_element());
  BOOST_TEST(std::count(other.y.begin(), other.y.end(), 2) == 1);
  BOOST_TEST(read(circles).redrawn(2).X == read(circles, {"seed=7"}).data().X,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(counts_that_are_none) {
  const auto read_root = [](Section& root) { (void)read_data_set(root); };
  BOOST_TEST(errors(unequal, read_root, {"counts=[100, 0, 1.5]"}) ==
             "--set:1:14: error: 0 is not a number of samples\n"
             "    1 | counts=[100, 0, 1.5]\n"
             "      |              ^\n"
             "   expected whole numbers from 1 to 1000000\n"
             "--set:1:17: error: 1.5 is not a number of samples\n"
             "    1 | counts=[100, 0, 1.5]\n"
             "      |                 ^\n"
             "   expected whole numbers from 1 to 1000000");
  BOOST_TEST(problems(unequal, {"counts=[100, 10]"}) ==
             "2 counts for 3 centres; one for each centre\n");
  BOOST_TEST(problems(unequal, {"counts=[500000, 500000, 1]"}) ==
             "1000001 samples; at most 1000000 samples in total\n");
  BOOST_TEST(problems(unequal, {"samples=111"}) ==
             "'samples' and 'counts' both give the number of samples; one of the two keys\n");
}

BOOST_AUTO_TEST_CASE(settings_that_make_no_blobs) {
  const std::string coordinates = "numbers from -1e+30 to 1e+30\n";
  BOOST_TEST(problems(lab, {"centres=[[1, 2], [nan, 0], [inf, inf]]"}) ==
             "row 2 of 'centres' contains nan; " + coordinates +
                 "row 3 of 'centres' contains inf; " + coordinates);
  BOOST_TEST(problems(lab, {"centres=[[1, 2], [1]]"}) ==
             "row 2 of 'centres' has length 1; length 2, as row 1 has\n");
  BOOST_TEST(problems(lab, {"centres=0", "features=2"}) ==
             "key 'centres' is 0; an integer from 1 to 10000\n");
  BOOST_TEST(problems(lab, {"centres=4"}) ==
             "missing key 'features'; an integer from 1 to 10000\n");
  BOOST_TEST(problems(lab, {"samples=3"}) ==
             "3 samples for 4 centres; at least one for each centre\n");
  BOOST_TEST(problems(lab, {"samples=1000000", "centres=4", "features=11"}) ==
             "11000000 numbers; samples times features of at most 10000000\n");
  BOOST_TEST(problems(lab, {"seed=4294967296"}) ==
             "key 'seed' is 4294967296; an integer from 0 to 4294967295\n");
  for (const std::string box : {"[1, 1]", "[1, nan]", "[-inf, 1]", "[1]", "[1, 2, 3]"})
    BOOST_TEST(problems(lab, {"centres=4", "features=2", "box=" + box}) ==
                   "'box' is not an interval; two increasing numbers from -1e+30 to 1e+30\n",
               box);
  BOOST_TEST(problems(lab, {"spread=-1"}) == "key 'spread' is -1; a number from 0 to 1e+30\n");
  BOOST_TEST(problems(lab, {"spread=[1, 2, -0.5, nan]"}) ==
             "-0.5 is not a valid spread; numbers from 0 to 1e+30\n"
             "nan is not a valid spread; numbers from 0 to 1e+30\n");
  BOOST_TEST(problems(lab, {"spread=[1, 2]"}) ==
             "2 spreads for 4 centres; one number, or an array with one for each centre\n");
}

BOOST_AUTO_TEST_CASE(settings_that_make_no_circles) {
  for (const std::string radii : {"[2, 1]", "[1, 1]", "[0, 1]", "[1]", "[1, 2, 3]", "[nan, 1]"})
    BOOST_TEST(
        problems(circles, {"radii=" + radii}) ==
            "'radii' does not describe two circles; two increasing numbers from 1e-30 to 1e+30\n",
        radii);
  BOOST_TEST(problems(circles, {"half_width=1.4"}) ==
             "a square of half width 1.4 lies within the outer circle; more than 2 / sqrt 2; "
             "otherwise the third class is empty\n");
  BOOST_TEST(problems(circles, {"half_width=1.5"}) == "");
}

BOOST_AUTO_TEST_CASE(files_are_read) {
  const Files files(three_rows, "2\n0\n2\n");
  const NamedData data = read(files.config());
  BOOST_TEST(data.name == "mine");
  BOOST_TEST(data.rows == 3U);
  BOOST_TEST(data.features == 2U);
  BOOST_TEST(data.classes == 3U);
  BOOST_TEST(data.data().X == (std::vector<double>{1, 2, 3, 4, 5, 6}));
  BOOST_TEST(data.data().y == (std::vector<std::int32_t>{2, 0, 2}));
  BOOST_TEST(&data.data() == &data.data());
  BOOST_TEST(data.data().rows == 3U);
  BOOST_TEST(read(files.config("classes = 5\n")).classes == 5U);
  BOOST_TEST(read(files.config("classes = 5\n")).data().classes == 5U);
  BOOST_TEST(read(files.config("obtain = \"Ask.\"\n")).missing == "");

  // Labels on one line, and in a .npy file of either integer width.
  files.write("y.csv", "2,0,2\n");
  BOOST_TEST(read(files.config()).data().y == (std::vector<std::int32_t>{2, 0, 2}));
  const io::Array labels{{3}, {2, 0, 2}};
  for (const auto type : {io::NumberType::int32, io::NumberType::int64}) {
    files.write("y.npy", io::to_npy(labels, type));
    BOOST_TEST(read(files.config(), {"labels=\"" + files.at("y.npy") + "\""}).data().y ==
               (std::vector<std::int32_t>{2, 0, 2}));
  }
}

BOOST_AUTO_TEST_CASE(labels_that_are_no_classes_name_their_row) {
  const auto wrong = [](const std::string& labels, const std::string& more = "") {
    const Files files(three_rows, labels);
    std::string said = problems(files.config(more));
    const auto at = said.find(files.path().string());
    return at == said.npos ? said : said.erase(at, files.path().string().size() + 1);
  };
  const std::string any = "whole numbers from 0 to 999999\n";
  BOOST_TEST(wrong("0\n-1\n0\n") == "y.csv: the label of row 1 (counted from 0) is -1; " + any);
  BOOST_TEST(wrong("0\n1\n1.5\n") == "y.csv: the label of row 2 (counted from 0) is 1.5; " + any);
  BOOST_TEST(wrong("nan\n1\n1\n") == "y.csv: the label of row 0 (counted from 0) is nan; " + any);
  BOOST_TEST(wrong("0\n1\n1000000\n") ==
             "y.csv: the label of row 2 (counted from 0) is 1000000; " + any);
  BOOST_TEST(wrong("0\n1\n999999\n") == "");
  BOOST_TEST(
      wrong("0\n3\n4\n", "classes = 4\n") ==
      "y.csv: the label of row 2 (counted from 0) is 4; whole numbers from 0 to 3, less than "
      "'classes'\n");
  BOOST_TEST(
      wrong("0\n1\n") ==
      "y.csv: 2 labels for 3 rows: row 2 (counted from 0) has none; one label for each row\n");
  BOOST_TEST(
      wrong("0\n1\n1\n2\n") ==
      "y.csv: 4 labels for 3 rows: there is no row 3 (counted from 0); one label for each row\n");
  BOOST_TEST(wrong("0,1\n1,2\n0,0\n") == "y.csv is 3 x 2; one label for each row\n");
  BOOST_TEST(
      wrong("0\n1\nb\n") ==
      "y.csv:3:1: 'b' is not a number; whole numbers from 0, one for each row, as .npy, .npz or text\n");
}

BOOST_AUTO_TEST_CASE(points_that_are_not_finite_name_their_row) {
  const Files files("1,2\n3,nan\n-inf,6\n", "0\n1\n0\n");
  BOOST_TEST(problems(files.config()) ==
             files.at("X.csv") + ": row 1, column 1 (counted from 0) is nan; finite numbers\n");
  // All errors are reported together.
  files.write("y.csv", "0\n-1\n");
  BOOST_TEST(
      problems(files.config()) ==
      files.at("X.csv") + ": row 1, column 1 (counted from 0) is nan; finite numbers\n" +
          files.at("y.csv") +
          ": 2 labels for 3 rows: row 2 (counted from 0) has none; one label for each row\n" +
          files.at("y.csv") +
          ": the label of row 1 (counted from 0) is -1; whole numbers from 0 to 999999\n");
  files.write("X.csv", "1,2\n3\n");
  files.write("y.csv", "0\n-1\n");
  BOOST_TEST(
      problems(files.config()) ==
      files.at("X.csv") +
          ":2:1: 1 number, but the first row has 2; a matrix of numbers with one point in each "
          "row, as .npy, .npz or text\n" +
          files.at("y.csv") +
          ": the label of row 1 (counted from 0) is -1; whole numbers from 0 to 999999\n");
}

BOOST_AUTO_TEST_CASE(files_that_are_not_there) {
  const Folder folder;
  const std::string X = (folder / "X.npy").string(), y = (folder / "y.npy").string();
  const std::string config = "name = \"mine\"\npath = \"" + X + "\"\nlabels = \"" + y + "\"\n";
  BOOST_TEST(
      problems(config) ==
      X +
          " does not exist; a matrix of numbers with one point in each row, as .npy, .npz or text; or "
          "'obtain', a text that says how to get the file\n" +
          y +
          " does not exist; whole numbers from 0, one for each row, as .npy, .npz or text; or "
          "'obtain', a text that says how to get the file\n");
  const NamedData data = read(config + "obtain = \"Ask them.\"\nclasses = 3\n");
  BOOST_TEST(data.missing == X + " does not exist. Ask them.");
  BOOST_CHECK_THROW((void)data.data(), std::runtime_error);
  folder.write("X.npy", io::to_npy(io::Array{{1, 2}, {1, 2}}, io::NumberType::float64));
  BOOST_TEST(read(config + "obtain = \"Ask them.\"\n").missing == y + " does not exist. Ask them.");
}

BOOST_AUTO_TEST_SUITE_END()
