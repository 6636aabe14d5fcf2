// Compares make_blobs with scikit-learn 1.2.1 and NumPy 1.24.2. The comment above each case is the
// Python code that made its digests, between
//   from sklearn.datasets import make_blobs; from hashlib import sha256
//   lab = [[-5, 2], [-2, -2], [1, 2], [5, -2]]
// and  sha256(X.tobytes()).hexdigest(), sha256(y.tobytes()).hexdigest().
#include "learn/blobs.hpp"

#include "digests.hpp"

BOOST_AUTO_TEST_SUITE(blobs_test)

namespace {

using namespace maxtrick::learn;

const GivenCentres lab{{-5, 2}, {-2, -2}, {1, 2}, {5, -2}};

void check(const Blobs& blobs, const std::string& X, const std::string& y) {
  const DataSet data = make_blobs(blobs);
  BOOST_TEST(data.rows == blobs.samples);
  BOOST_TEST(data.X.size() == data.rows * data.features);
  BOOST_TEST(data.y.size() == data.rows);
  BOOST_TEST(maxtrick::tests::digest(data.X) == X);
  BOOST_TEST(maxtrick::tests::digest_of_indices(data.y) == y);
}

}  // namespace

// X, y = make_blobs(2000, centers=lab, cluster_std=1.0, random_state=30)
BOOST_AUTO_TEST_CASE(the_labs_data) {
  const Blobs blobs{.samples = 2000, .centres = lab, .seed = 30};
  check(blobs, maxtrick::tests::lab_X, maxtrick::tests::lab_y);
  const DataSet data = make_blobs(blobs);
  BOOST_TEST(data.features == 2U);
  BOOST_TEST(data.classes == 4U);
  BOOST_TEST(data.X[0] == 1.5550824255495903);
  BOOST_TEST(data.X[1] == 0.8480168237111738);
  BOOST_TEST(data.X[2] == -5.337498815280629);
  BOOST_TEST(data.X[3] == 1.033972551711274);
  const std::vector<std::int32_t> first{data.y.begin(), data.y.begin() + 10};
  BOOST_TEST(first == (std::vector<std::int32_t>{2, 0, 0, 1, 2, 2, 1, 0, 1, 3}));
  for (const std::int32_t k : {0, 1, 2, 3})
    BOOST_TEST(std::count(data.y.begin(), data.y.end(), k) == 500);
}

// X, y = make_blobs(2000, centers=lab, random_state=30, shuffle=False)
BOOST_AUTO_TEST_CASE(unshuffled_they_stand_centre_by_centre) {
  const Blobs blobs{.samples = 2000, .centres = lab, .seed = 30, .shuffle = false};
  check(blobs, "5d9a44056f537cb567afa74a70a7cc71740515d8c1c292509570b0bcb79a0832",
        "143cfdb0f701f726c0005f442b1ca9fc1570f4cee6d7d7e416c9746f8d6f014a");
  const DataSet data = make_blobs(blobs);
  BOOST_TEST(std::is_sorted(data.y.begin(), data.y.end()));
}

// X, y = make_blobs([500, 500, 500, 500], centers=lab, random_state=30) is the data of 2000 samples, and before
// the shuffle, each count takes the next samples of the stream.
BOOST_AUTO_TEST_CASE(counts_of_samples) {
  check({.samples = 2000, .counts = {500, 500, 500, 500}, .centres = lab, .seed = 30},
        maxtrick::tests::lab_X, maxtrick::tests::lab_y);
  const Blobs blobs{.samples = 111,
                    .counts = {100, 10, 1},
                    .centres = GivenCentres{{0, 0}, {0, 0}, {0, 0}},
                    .seed = 5};
  Blobs unshuffled = blobs, of_one_centre = blobs;
  unshuffled.shuffle = of_one_centre.shuffle = false;
  of_one_centre.counts = {};
  of_one_centre.centres = GivenCentres{{0, 0}};
  const DataSet data = make_blobs(unshuffled);
  BOOST_TEST(data.X == make_blobs(of_one_centre).X, boost::test_tools::per_element());
  BOOST_TEST(std::is_sorted(data.y.begin(), data.y.end()));
  for (const DataSet& one : {data, make_blobs(blobs)})
    for (const auto& [k, count] : {std::pair(0, 100), std::pair(1, 10), std::pair(2, 1)})
      BOOST_TEST(std::count(one.y.begin(), one.y.end(), k) == count);
}

// The Bayes classifier of the counts is that of equal classes with the logarithms of the shares.
BOOST_AUTO_TEST_CASE(bayes_logits_have_the_prior_of_the_counts) {
  const Blobs equal{.samples = 30, .centres = GivenCentres{{0, 0}, {2, 1}}, .seed = 1};
  Blobs unequal = equal;
  unequal.counts = {27, 3};
  const DataSet data = make_blobs(equal);
  const auto without = bayes_logits(equal, data), with = bayes_logits(unequal, data);
  for (std::size_t i = 0; i < with.size(); ++i)
    BOOST_TEST(std::abs(with[i] - without[i] - std::log(i % 2 == 0 ? 0.9 : 0.1)) <= 1e-13);
}

// The centres have 26, 26, 26 and 25 samples:
// X, y = make_blobs(103, centers=lab, cluster_std=0.7, random_state=1)
BOOST_AUTO_TEST_CASE(what_does_not_divide_goes_to_the_first_centres) {
  const Blobs blobs{.samples = 103, .centres = lab, .spread = {0.7}, .seed = 1};
  check(blobs, "49b14f93c33540c254cc4cbaef18e0bbc0791d98e178adb39e4c5b5224065c71",
        "4643c6f7f2648efedf08ce7a4a18ec9ce34314983b50037d0b7606ce533c6c3c");
}

// Normal numbers are drawn in pairs. In these data the first centre takes an odd number of them (51 * 3 = 153, and
// 3), so that the second number of its last pair must go to the next centre. The digests are those of
// X, y = make_blobs(101, centers=[[0, 0, 1], [3, -3, 0.5]], random_state=7) and
// X, y = make_blobs(9, centers=[[0.], [10.], [20.]], random_state=42).
BOOST_AUTO_TEST_CASE(the_kept_normal_goes_on_to_the_next_centre) {
  check({.samples = 101, .centres = GivenCentres{{0, 0, 1}, {3, -3, 0.5}}, .seed = 7},
        "993dfb828a3f145028644b2f2b81e612c28c55548aff69e7c946ec01f0fb3ac6",
        "c8978ac2a685e121f7d42d792137984f619f2389065bc38d998a365fc136030c");
  check({.samples = 9, .centres = GivenCentres{{0}, {10}, {20}}, .seed = 42},
        "52dac7775446487da2f41616aac5afe314968662d29fad89cb5d3dbc175c7bab",
        "daca556ebebf4e964f9cfdecc4c96e949be39fc41bf3746d61838a6cf8eea3f1");
}

// X, y = make_blobs(90, centers=[[-5, 2], [0, 0.25], [1e3, -4]], cluster_std=[0.1, 2.5, 30],
//                   random_state=11)
BOOST_AUTO_TEST_CASE(a_spread_for_each_centre) {
  check({.samples = 90,
         .centres = GivenCentres{{-5, 2}, {0, 0.25}, {1e3, -4}},
         .spread = {0.1, 2.5, 30},
         .seed = 11},
        "ad64e436da46db94acdd0f5171334063cf25dced771ef6d69f3984c9904252e3",
        "8601420604a9cb1a1b94f8796672e224e06a6883b1ec0425cc4b6a8077d289f6");
  BOOST_CHECK_THROW((void)make_blobs({.samples = 8, .centres = lab, .spread = {1, 2}}),
                    std::out_of_range);
}

// X, y = make_blobs(500, centers=5, n_features=3, center_box=(-1.5, 4.0), random_state=2024)
// X, y = make_blobs(5000, centers=4, n_features=7, random_state=12)
BOOST_AUTO_TEST_CASE(centres_drawn_from_a_box) {
  check({.samples = 500, .centres = DrawnCentres{5, 3, -1.5, 4}, .seed = 2024},
        "efba281e65147c4b3317af6bb9f9d251b7d929dd456e5e2eb0fb17a7d349599f",
        "b0487a9a377db9b9e46ba2c297370ab89539ffef3dafb5b9e916c63d769bec99");
  check({.samples = 5000, .centres = DrawnCentres{4, 7}, .seed = 12},
        "941b07972c5bc59d39670f13679a464e70814fe1b17283e9f825c9872211eed9",
        "c14daf81f2d0ad2ad52b2084dc79dbe86caf31609dcfa5d04953c305b4fe5518");
}

// X, y = make_blobs(4, centers=lab, random_state=5)
// X, y = make_blobs(33, centers=[[1.25]], cluster_std=0.5, random_state=3)
// X, y = make_blobs(1, centers=[[1, 2]], random_state=9), of which a shuffle draws nothing
BOOST_AUTO_TEST_CASE(one_sample_a_centre_and_one_centre) {
  check({.samples = 4, .centres = lab, .seed = 5},
        "3fbbbbc4fb7b908df7e4663d52651b8be1bc02c70d8210f78baca8cce1a698f3",
        "c9649db321bc41a9025b0d3c804271ac9930a627de6d1170444f3036193e03eb");
  check({.samples = 33, .centres = GivenCentres{{1.25}}, .spread = {0.5}, .seed = 3},
        "be65019fceb9039087ae85b8244ad246191eedf836bfcda4ede67ded8bc6cbac",
        "44b8aa4d28701168922acf61435ea4bb442f97b0b14ad7a2510ed68874ee2a72");
  check({.samples = 1, .centres = GivenCentres{{1, 2}}, .seed = 9},
        "2752a68d5c50115bba656664315c1b114b592d2e18781a90550bbd74851a1d09",
        "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc");
}

// X, y = make_blobs(64, centers=lab, random_state=4294967295)
BOOST_AUTO_TEST_CASE(the_largest_seed) {
  check({.samples = 64, .centres = lab, .seed = 4294967295},
        "b9b30627970ad7f488ee066d4ec554de0bc1b6e6c9a77abe98623fb19e2450bc",
        "c099466beb8b06ea255eb94b0ad51739a379454ae46e58be20bfb61a12bdae8d");
}

BOOST_AUTO_TEST_SUITE_END()
