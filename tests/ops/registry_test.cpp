// Lookup in the registry of variants.
#include "ops/registry.hpp"

#include "numerics/random.hpp"
#include "ops/softmax.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(registry_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::numerics;
using namespace maxtrick::ops;

// The definition of glob matching, implemented without optimisation.
bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         matches(pattern.substr(1), text.substr(1));
}

std::string random_text(Random& random, std::string_view letters) {
  std::string text;
  for (std::uint64_t n = random.below(9); n > 0; --n) text += letters[random.below(letters.size())];
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(globs) {
  BOOST_TEST(glob_match("softmax.*", "softmax.naive.scalar"));
  BOOST_TEST(!glob_match("softmax.*", "log_softmax.shifted.scalar"));
  BOOST_TEST(glob_match("*.shifted*", "log_sum_exp.shifted_log1p.scalar"));
  BOOST_TEST(!glob_match("", "softmax"));
  BOOST_TEST(glob_match("sum_v?", "sum_v1"));
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    const std::string pattern = random_text(random, "ab*?"), text = random_text(random, "ab");
    BOOST_TEST_REQUIRE(glob_match(pattern, text) == matches(pattern, text),
                       pattern << " on " << text);
  }
}

BOOST_AUTO_TEST_CASE(names_are_sorted_and_found) {
  const auto& all = variants();
  for (std::size_t i = 1; i < all.size(); ++i)
    BOOST_TEST((all[i - 1].name() < all[i].name()), all[i].name());
  for (const Variant& variant : all) BOOST_TEST(find_variant(variant.name()) == &variant);
  BOOST_TEST(find_variant("softmax") == nullptr);
}

// A variant that registered after the list was read would be in the lists of some readers only.
BOOST_AUTO_TEST_CASE(late_registration_is_refused) {
  const std::size_t before = variants().size();
  BOOST_CHECK_THROW(
      Register(Variant{
          .op = ops::softmax, .algorithm = "late", .isa = "scalar", .summary = "-", .source = "-"}),
      std::logic_error);
  BOOST_TEST(variants().size() == before);
}

BOOST_AUTO_TEST_SUITE_END()
