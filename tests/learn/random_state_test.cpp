// Compares RandomState with NumPy 1.24.2. Each expected value is what Python prints for the code
// beside it, after  from numpy.random import RandomState; r = RandomState(seed).
#include "learn/random_state.hpp"

#include "digests.hpp"

BOOST_AUTO_TEST_SUITE(random_state_test)

namespace {

using maxtrick::learn::RandomState;
using maxtrick::tests::digest;
using Values = std::vector<double>;

constexpr std::uint32_t largest = 4294967295;

Values drawn(std::uint32_t seed, std::size_t count,
             const std::function<double(RandomState&)>& draw) {
  RandomState random(seed);
  Values values(count);
  for (double& x : values) x = draw(random);
  return values;
}

std::vector<std::uint32_t> intervals(std::uint32_t max, std::size_t count) {
  RandomState random(30);
  std::vector<std::uint32_t> values(count);
  for (auto& value : values) value = random.interval(max);
  return values;
}

std::vector<std::size_t> shuffled(std::size_t count, RandomState& random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.shuffle(order);
  return order;
}

}  // namespace

// [x.hex() for x in r.uniform(size=4)]
BOOST_AUTO_TEST_CASE(uniform_is_numpys) {
  const auto uniform = [](RandomState& random) { return random.uniform(); };
  BOOST_TEST(drawn(0, 4, uniform) == (Values{0x1.18fe1565f12a8p-1, 0x1.6e2d4cf608733p-1,
                                             0x1.349d66b6e894bp-1, 0x1.16faedb6395f5p-1}));
  BOOST_TEST(drawn(30, 4, uniform) == (Values{0x1.49cd2e7aafc46p-1, 0x1.85e2ee9befd78p-2,
                                              0x1.537b03da322d2p-1, 0x1.4f281ca49fb38p-3}));
  BOOST_TEST(drawn(largest, 4, uniform) == (Values{0x1.8fe69a3924820p-4, 0x1.d323d824032b1p-1,
                                                   0x1.93fc6f61af3f9p-1, 0x1.8f5ca1b151c07p-1}));
  // hashlib.sha256(r.uniform(size=100000).tobytes()).hexdigest()
  BOOST_TEST(digest(drawn(30, 100000, uniform)) ==
             "6815977036238c63dbd4295e0c56c6a24c824d9d0a4c327b3d1f011657b2f32d");
}

// [x.hex() for x in r.uniform(-3, 5, size=4)]
BOOST_AUTO_TEST_CASE(uniform_on_a_range_is_numpys) {
  const auto uniform = [](RandomState& random) { return random.uniform(-3, 5); };
  BOOST_TEST(drawn(30, 4, uniform) == (Values{0x1.139a5cf55f88cp+1, 0x1.78bba6fbf5e00p-5,
                                              0x1.26f607b4645a4p+1, -0x1.b0d7e35b604c8p+0}));
}

// [x.hex() for x in r.normal(size=5)]
BOOST_AUTO_TEST_CASE(normal_is_numpys) {
  const auto normal = [](RandomState& random) { return random.normal(); };
  BOOST_TEST(drawn(0, 5, normal) ==
             (Values{0x1.c398ef3e5cfa5p+0, 0x1.99c2cfacc8953p-2, 0x1.f51d25222c9abp-1,
                     0x1.1ed5969e3314ep+1, 0x1.de1847cb13ddap+0}));
  BOOST_TEST(drawn(30, 5, normal) ==
             (Values{-0x1.4398f497a2e48p+0, 0x1.8724ce1caba47p+0, -0x1.f10106293c2d6p-1,
                     0x1.e1da614433bb8p-2, -0x1.9c742900f4d4bp-4}));
  BOOST_TEST(drawn(largest, 5, normal) ==
             (Values{0x1.4bfc38c486d8ap-1, 0x1.56b192e507eeep-1, -0x1.149e836f192fdp+0,
                     0x1.23543dec5a0fcp-2, 0x1.d27bf27c6aaafp-4}));
  // hashlib.sha256(r.normal(size=20000).tobytes()).hexdigest()
  BOOST_TEST(digest(drawn(30, 20000, normal)) ==
             "a96c4d9434aad9ab0dff51f6fced802ac8e033a74199e057a6446f86a81bdac3");
}

// [x.hex() for x in r.normal(10, 2.5, size=3)]
BOOST_AUTO_TEST_CASE(normal_with_mean_and_deviation_is_numpys) {
  const auto normal = [](RandomState& random) { return random.normal(10, 2.5); };
  BOOST_TEST(drawn(0, 3, normal) ==
             (Values{0x1.cd1fcac37d0e4p+3, 0x1.600338397fabap+3, 0x1.8e4c8dcd56f83p+3}));
  BOOST_TEST(drawn(30, 3, normal) ==
             (Values{0x1.b5c067213a313p+2, 0x1.ba3b8068f5a36p+3, 0x1.e4afae131d31dp+2}));
}

// r.normal().hex(), r.uniform().hex(), r.normal().hex(), r.normal().hex(): the second normal is
// generated together with the first and kept while other numbers are drawn.
BOOST_AUTO_TEST_CASE(the_kept_normal_outlives_other_draws) {
  RandomState random(30);
  BOOST_TEST(random.normal() == -0x1.4398f497a2e48p+0);
  BOOST_TEST(random.uniform() == 0x1.537b03da322d2p-1);
  BOOST_TEST(random.normal() == 0x1.8724ce1caba47p+0);
  BOOST_TEST(random.normal() == 0x1.e23481d363cf4p-2);
}

// r.randint(0, max + 1, size=count, dtype=numpy.uint32), which uses masking and rejection, as
// shuffle does.
BOOST_AUTO_TEST_CASE(intervals_are_numpys) {
  using Whole = std::vector<std::uint32_t>;
  BOOST_TEST(intervals(5, 12) == (Whole{5, 5, 5, 5, 4, 4, 2, 5, 3, 1, 3, 1}));
  BOOST_TEST(intervals(1000, 8) == (Whole{805, 421, 941, 813, 500, 140, 919, 898}));
  BOOST_TEST(intervals(2147483648U, 4) == (Whole{1635302317, 937406253, 1757983884, 702874519}));
  BOOST_TEST(intervals(largest, 4) == (Whole{2766575397, 3938390437, 1635302317, 937406253}));
}

BOOST_AUTO_TEST_CASE(an_interval_of_one_number_costs_no_draw) {
  RandomState random(30);
  BOOST_TEST(random.interval(0) == 0U);
  BOOST_TEST(random.uniform() == 0x1.49cd2e7aafc46p-1);
}

// a = numpy.arange(n); r.shuffle(a); then r.uniform().hex(), which shows how many numbers were
// drawn.
BOOST_AUTO_TEST_CASE(shuffle_is_numpys) {
  using Order = std::vector<std::size_t>;
  RandomState one(30), two(30), ten(30), thousand(30);
  BOOST_TEST(shuffled(0, one).empty());
  BOOST_TEST(shuffled(1, one) == (Order{0}));
  BOOST_TEST(one.uniform() == 0x1.49cd2e7aafc46p-1);
  BOOST_TEST(shuffled(2, two) == (Order{0, 1}));
  BOOST_TEST(two.uniform() == 0x1.d57e23585e2eep-1);
  BOOST_TEST(shuffled(10, ten) == (Order{0, 1, 2, 3, 6, 4, 7, 8, 9, 5}));
  BOOST_TEST(ten.uniform() == 0x1.69af25d62fb52p-1);
  // hashlib.sha256(a.tobytes()).hexdigest()
  BOOST_TEST(maxtrick::tests::digest_of_indices(shuffled(1000, thousand)) ==
             "e992bdd071c7e3bad54a52abf10f1f041cf27c8bf6818a918d8b354f1f38078e");
}

BOOST_AUTO_TEST_SUITE_END()
