// The tally of a float function, compared with MPFR at every single input of small ranges.
#include "exhaustive/tally.hpp"

#include <bit>

#include "exhaustive/reference.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(tally_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::exhaustive;

constexpr float infinity = std::numeric_limits<float>::infinity();

FloatFunction made(Curve curve, float (*function)(float)) {
  return {.name = "made",
          .isa = "",
          .curve = curve,
          .evaluate = [function](std::span<const float> x, std::span<float> y) {
            for (std::size_t i = 0; i < x.size(); ++i) y[i] = function(x[i]);
          }};
}

float good_exp(float x) { return static_cast<float>(std::exp(double{x})); }
float good_log(float x) { return static_cast<float>(std::log(double{x})); }

// Has an error of one ULP at one input in 7 and of 3 ULP at one in 1000. NaN is never changed.
float bad_exp(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  float y = good_exp(x);
  for (std::uint32_t i = bits % 1000 == 3 ? 3 : bits % 7 == 0; i > 0; --i)
    y = std::nextafter(y, 4.0F);
  return y;
}
float bad_log(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return bits % 501 == 0 ? std::nextafter(good_log(x), 9.0F) : good_log(x);
}
// Has the errors of fast code: it flushes subnormals, overflows too early, and returns a signed
// zero.
float flushed_exp(float x) {
  if (x > 88) return infinity;
  const float y = good_exp(x);
  return y < 0x1p-126F ? -0.0F : y;
}

Tally brute_force(const FloatFunction& function, const FloatRange& range) {
  Tally tally = scan(function, range, 0, range.size());  // for the digest; tested below
  tally.inputs = tally.misrounded = tally.special_wrong = 0;
  tally.error_ulp = -1;
  for (std::uint64_t i = 0; i < range.size(); ++i) {
    const float x = range[i];
    float y = 0;
    function.evaluate({&x, 1}, {&y, 1});
    const auto value = exact(function.curve, x);
    const double error = error_of(value, y);
    ++tally.inputs;
    tally.misrounded += std::isnan(y) ? !std::isnan(value.rounded) : y != value.rounded;
    tally.special_wrong += wrong_special(value.rounded, y, error);
    if (error > tally.error_ulp) {
      tally.error_ulp = error;
      tally.worst_input = std::bit_cast<std::uint32_t>(x);
      tally.worst_result = std::bit_cast<std::uint32_t>(y);
    }
  }
  return tally;
}

void hold(const FloatFunction& function, const FloatRange& range, const char* what) {
  const Tally expected = brute_force(function, range);
  const Tally got = scan(function, range, 0, range.size());
  BOOST_TEST(got.inputs == range.size());
  BOOST_TEST(to_text(got) == to_text(expected),
             what << " from " << range[0] << ": " << to_text(got) << ", not " << to_text(expected));
}

std::uint32_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }
FloatRange around(float x, std::uint32_t n = 300) { return {bits(x) - n, bits(x) + n, 1}; }

}  // namespace

// Tests the boundaries between the methods of computing the exact value.
BOOST_AUTO_TEST_CASE(the_largest_error_is_that_of_brute_force) {
  for (const auto function : {good_exp, bad_exp, flushed_exp})
    for (const float x :
         {1.0F,       -1.0F,     0x1p-24F, -0x1p-25F,  0x1p-26F,    -0x1p-26F,   0x1p-60F,
          -0x1p-100F, 0x1p-126F, 88.0F,    88.722839F, -87.336548F, -103.27893F, -103.97208F,
          89.0F,      -745.0F,   -800.0F,  709.0F,     5000.0F,     -3e38F})
      hold(made(Curve::exp, function), around(x), "exp");
  for (const auto function : {good_log, bad_log})
    for (const float x : {1.0F, 0x1p-126F, 0x1p-140F, 2.7182818F, 1e30F, 0.5F, 1.0001F})
      hold(made(Curve::log, function), around(x), "log");
}

BOOST_AUTO_TEST_CASE(the_ends_of_the_range_and_all_that_is_special) {
  for (const FloatRange range :
       {FloatRange{0, 500, 1}, FloatRange{0x7f7fff00, 0x7f800100, 1},
        FloatRange{0x7fffff00, 0x80000100, 1}, FloatRange{0xff7fff00, 0xff800100, 1},
        FloatRange{0xffffff00, 0xffffffff, 1}, FloatRange{0, 0xffffffff, 1048573 * 3}}) {
    hold(made(Curve::exp, bad_exp), range, "exp");
    hold(made(Curve::log, bad_log), range, "log");
  }
}

BOOST_AUTO_TEST_CASE(a_correctly_rounded_function_has_no_finding) {
  const FloatRange range{0, 0xffffffff, 4093};
  for (const auto& function : {made(Curve::exp, good_exp), made(Curve::log, good_log)}) {
    const Tally tally = scan(function, range, 0, range.size());
    BOOST_TEST(tally.misrounded == 0U);
    BOOST_TEST(tally.special_wrong == 0U);
    BOOST_TEST(tally.error_ulp <= 0.5);
    BOOST_TEST(tally.error_ulp > 0.4999);
  }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_of_another_kind) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  BOOST_TEST(!wrong_special(nan, -nan, 0));
  BOOST_TEST(wrong_special(nan, 1, infinity));
  BOOST_TEST(wrong_special(1, nan, infinity));
  BOOST_TEST(wrong_special(infinity, 3e38F, 0.4));
  BOOST_TEST(wrong_special(infinity, -infinity, infinity));
  BOOST_TEST(!wrong_special(-infinity, -infinity, 0));
  BOOST_TEST(wrong_special(0, -0.0F, 0.1));
  BOOST_TEST(!wrong_special(0x1p-149F, 0, 0.7));
  BOOST_TEST(wrong_special(0x1p-149F, 0, 1.2));
  BOOST_TEST(!wrong_special(1, 2, 1e7));  // an ordinary error
  // e^88 does not overflow, nor does e^x of any float up to the last one below 128 log 2.
  const Tally flushed = scan(made(Curve::exp, flushed_exp), {bits(88.0F), bits(89.0F), 1}, 0,
                             bits(89.0F) - bits(88.0F));
  BOOST_TEST(flushed.special_wrong == bits(0x1.62e42ep6F) - bits(88.0F));
  BOOST_TEST(flushed.error_ulp == infinity);
}

// The parts may have any size, so that they consist of whole blocks and remainders.
BOOST_AUTO_TEST_CASE(tallies_add_up) {
  const FloatFunction function = made(Curve::exp, bad_exp);
  const FloatRange range{bits(0.9F), bits(0.9F) + 50000, 1};
  const Tally whole = scan(function, range, 0, range.size());
  BOOST_TEST(whole.inputs == 50001U);
  for (const std::uint64_t step : {1000U, 16384U, 16385U, 49999U}) {
    Tally forwards, backwards;
    std::vector<Tally> parts;
    for (std::uint64_t i = 0; i < range.size(); i += step)
      parts.push_back(scan(function, range, i, std::min(i + step, range.size())));
    for (const Tally& part : parts) forwards.add(part);
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) backwards.add(*part);
    BOOST_TEST((forwards == whole));
    BOOST_TEST((backwards == whole));
  }
  BOOST_TEST((parse_tally(to_text(whole)) == whole));
  for (const std::string text : {"", "1 2 3", "1 2 3 4 5 6 7 8", "1 2 3 4 5 6 -7", "a 2 3 4 5 6 7"})
    BOOST_TEST(!parse_tally(text), text);
}

BOOST_AUTO_TEST_CASE(the_digest_sees_one_bit_of_one_result) {
  const FloatRange range{bits(1.0F), bits(1.0F) + 9999, 1};
  const auto one_off = [](float x) {
    const float y = good_exp(x);
    return x == 1.0001F ? std::nextafter(y, 9.0F) : y;
  };
  const auto another_nan = [](float x) { return std::isnan(x) ? -x : good_exp(x); };
  const auto digest = [](float (*function)(float), const FloatRange& of) {
    return scan(made(Curve::exp, function), of, 0, of.size()).digest;
  };
  BOOST_TEST(digest(good_exp, range) != digest(one_off, range));
  const FloatRange nans{0x7fc00000, 0x7fc00100, 1};
  BOOST_TEST(digest(good_exp, nans) == digest(another_nan, nans));
}

BOOST_AUTO_TEST_SUITE_END()
