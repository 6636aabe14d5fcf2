// The way from the times of launches to verdicts, tested with constructed times.
#include "ops/cross_entropy.hpp"
#include "ops/softmax.hpp"
#include "speed/table.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(speed_comparison_test)

using namespace maxtrick;
using namespace maxtrick::timing;
using namespace maxtrick::speed;

namespace {

const Shape shape{256, 1000};
const Item fast{"softmax.fast.avx512", "plain", shape}, onednn{"softmax.onednn", "plain", shape},
    moved{"memcpy", "", shape};
const Case one{ops::softmax, fast};

Measured in(std::vector<double> seconds) {
  return {.outcome = "ok", .seconds = std::move(seconds)};
}
Measured steady(double seconds) { return in(std::vector<double>(6, seconds)); }

// Two launches. oneDNN takes 4 in the first and 3 in the second; the kernel takes 2 in the first
// and 1.5, or `second`, in the second.
std::vector<Launched> launches(Measured second = steady(1.5)) {
  return {{{fast, steady(2)}, {onednn, steady(4)}, {moved, steady(1)}},
          {{fast, std::move(second)}, {onednn, steady(3)}, {moved, steady(1)}}};
}

Claim at_least(double times) {
  return {.variants = {"softmax.*"}, .logits = {"plain"}, .times = times};
}

std::string judged(const Claim& claim, const std::vector<Launched>& found, double widest = 0.5) {
  const Verdict verdict = judge(claim, one, found, widest);
  return verdict.measured + " " + verdict.verdict;
}

std::string distance(const Claim& goal, const std::vector<Launched>& found) {
  return judge(goal, one, found, 0.5).distance;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_kernel_is_compared_within_the_best_launch_of_the_reference) {
  BOOST_TEST(best_launch(launches(), onednn).value() == 1U);
  // In the first launch the ratio would be 2.
  BOOST_TEST(table::cell(speed::speed(launches(steady(3)), fast, onednn).value()) == "1 [1, 1]");
  // The times are compared pair by pair, in the order in which they were measured.
  BOOST_TEST(
      table::cell(speed::speed(launches(in({1, 1.5, 3, 1, 1.5, 3})), fast, onednn).value()) ==
      "2 [1, 3]");
  // Not timed in that launch, or in any launch.
  BOOST_TEST(!speed::speed(launches(in({})), fast, onednn));
  BOOST_TEST(!speed::speed(launches(), fast, {"softmax.torch", "plain", shape}));
  BOOST_TEST(!best_launch({}, onednn));
}

// The best library is the one with the least median of all launches. The ratio is taken in its best
// launch.
BOOST_AUTO_TEST_CASE(a_kernel_is_compared_with_the_best_library) {
  const Item eigen{"softmax.eigen", "plain", shape}, xnnpack{"softmax.xnnpack", "plain", shape};
  auto found = launches();
  found[0][eigen] = steady(2.5);
  found[1][eigen] = steady(5);
  found[0][xnnpack] = in({});
  BOOST_TEST(fastest(found, {onednn, eigen, xnnpack})->kernel == "softmax.eigen");
  BOOST_TEST(fastest(found, {onednn, xnnpack})->kernel == "softmax.onednn");
  BOOST_TEST(!fastest(found, {xnnpack, {"softmax.torch", "plain", shape}}));
  BOOST_TEST(!fastest(found, {}));
  // In the first launch, where the kernel takes 2.
  BOOST_TEST(table::cell(speed::speed(found, fast, eigen).value()) == "1.25 [1.25, 1.25]");

  Claim claim = at_least(2);
  claim.reference = "best";
  BOOST_TEST(claim.text(one) == "at least 2 times as fast as the best library");
  BOOST_TEST(judged(claim, launches()) == "2 [2, 2] holds");  // of oneDNN alone
  BOOST_TEST(judged(claim, {}) == " unjudged");
}

BOOST_AUTO_TEST_CASE(the_libraries_are_those_that_are_there) {
  std::set<std::string> expected;
  for (const char* name : {"softmax.onednn", "softmax.onnxruntime", "softmax.eigen",
                           "softmax.xnnpack", "softmax.torch"})
    if (find_timed(name)->unavailable.empty()) expected.insert(name);
  std::set<std::string> found;
  for (const Item& item : libraries_beside(one)) {
    found.insert(item.kernel);
    BOOST_TEST(item.logits == "plain");
  }
  BOOST_TEST(found == expected, boost::test_tools::per_element());
  // No other library can be held to AVX2.
  for (const Item& item : libraries_beside({ops::softmax, {"softmax.fast.avx2", "plain", shape}}))
    BOOST_TEST(item.kernel == "softmax.onednn.avx2");
  BOOST_TEST(libraries_beside({copy, moved}).empty());
}

BOOST_AUTO_TEST_CASE(a_claim_holds_is_missed_or_cannot_be_told) {
  BOOST_TEST(judged(at_least(1.9), launches()) == "2 [2, 2] holds");
  BOOST_TEST(judged(at_least(2.1), launches()) == "2 [2, 2] missed");
  const auto wide = launches(in({1, 1.5, 3, 1, 1.5, 3}));
  BOOST_TEST(judged(at_least(1.9), wide, 10) == "2 [1, 3] noisy");
  BOOST_TEST(judged(at_least(0.5), wide, 10) == "2 [1, 3] holds");
  BOOST_TEST(judged(at_least(0.5), wide) == "2 [1, 3] (wide) holds");
  BOOST_TEST(judged(at_least(3.5), wide, 10) == "2 [1, 3] missed");
  BOOST_TEST(judged(at_least(3.5), wide) == "2 [1, 3] (wide) noisy");
  BOOST_TEST(judged(at_least(1), launches(in({}))) == " unjudged");
}

BOOST_AUTO_TEST_CASE(a_goal_has_a_distance) {
  BOOST_TEST(distance(at_least(2), launches()) == "reached");
  BOOST_TEST(distance(at_least(2.5), launches()) == "20 % too slow");
  BOOST_TEST(distance(at_least(1), launches(in({}))) == "unmeasured");
  Claim goal = at_least(1.5);
  goal.at_most = true;
  goal.reference = "memcpy";  // the kernel takes twice its time
  BOOST_TEST(distance(goal, launches()) == "25 % too slow");
  goal.times = 2;
  BOOST_TEST(distance(goal, launches()) == "reached");
}

BOOST_AUTO_TEST_CASE(a_claim_of_at_most_is_of_times) {
  Claim claim = at_least(2);
  claim.at_most = true;
  claim.reference = "memcpy";
  BOOST_TEST(claim.text(one) == "at most 2 times the time of memcpy");
  // memcpy is equally fast in both launches; the first is used.
  BOOST_TEST(judged(claim, launches()) == "2 [2, 2] holds");
  claim.times = 1.9;
  BOOST_TEST(judged(claim, launches()) == "2 [2, 2] missed");
}

BOOST_AUTO_TEST_CASE(what_a_case_is_compared_with) {
  const Case held{ops::cross_entropy, {"cross_entropy.accurate.avx2", "masked", shape}};
  Claim claim = at_least(2);
  const auto reference = [&](const Case& of) {
    const Item item = claim.references_of(of).front();
    return item.kernel + " " + item.logits;
  };
  BOOST_TEST(reference(one) == "softmax.onednn plain");
  BOOST_TEST(reference(held) == "cross_entropy.onednn.avx2 masked");
  claim.reference = "log_softmax.onednn";
  BOOST_TEST(reference(held) == "log_softmax.onednn.avx2 masked");
  claim.reference = "*.onednn";
  BOOST_TEST(reference(one) == "softmax.onednn plain");
  BOOST_TEST(reference(held) == "cross_entropy.onednn.avx2 masked");
  claim.reference = "softmax.*";
  BOOST_TEST(reference(held) == "softmax.accurate.avx2 masked");
  claim.reference = "memcpy";
  BOOST_TEST(reference(held) == "memcpy ");
  claim.reference = "";
  claim.reference_logits = "plain";
  BOOST_TEST(reference(held) == "cross_entropy.accurate.avx2 plain");
  BOOST_TEST(claim.text(held) ==
             "at least 2 times as fast as cross_entropy.accurate.avx2 on plain");
}

BOOST_AUTO_TEST_CASE(which_cases_a_claim_is_on) {
  Claim claim = at_least(2);
  BOOST_TEST(claim.matches(one));
  claim.least_classes = claim.most_classes = 1000;
  claim.shapes = {{256, 1000}};
  BOOST_TEST(claim.matches(one));
  for (const auto& change :
       {+[](Claim& c) { c.variants = {"*.accurate.*"}; }, +[](Claim& c) { c.least_classes = 1001; },
        +[](Claim& c) { c.most_classes = 999; },
        +[](Claim& c) {
          c.shapes = {{255, 1000}};
        },
        +[](Claim& c) { c.logits = {"masked"}; }, +[](Claim& c) { c.all_threads = true; }}) {
    Claim other = claim;
    change(other);
    BOOST_TEST(!other.matches(one));
  }
}

// Another axis than the last, and another type than float32, must be named.
BOOST_AUTO_TEST_CASE(a_claim_names_other_axes_and_types) {
  Case other = one;
  other.item.shape = parse_shape("2x1000x128@1").value();
  Claim claim = at_least(2);
  BOOST_TEST(!claim.matches(other));
  claim.shapes = {other.item.shape};
  BOOST_TEST(claim.matches(other));
  other.item.dtype = ops::DType::float64;
  BOOST_TEST(!claim.matches(other));
  claim.dtypes = {ops::DType::float64};
  BOOST_TEST(claim.matches(other));
}

BOOST_AUTO_TEST_CASE(a_reference_may_have_another_shape_type_or_threads) {
  Case other{ops::softmax,
             {"softmax.accurate.scalar", "plain", parse_shape("2x1000x128@1").value(),
              ops::DType::float64, true}};
  Claim claim = at_least(2);
  const auto reference = [&] { return claim.references_of(other).front(); };
  claim.reference = "*.torch";  // a library has one thread
  BOOST_TEST(
      (reference() == Item{"softmax.torch", "plain", other.item.shape, ops::DType::float64}));
  claim.reference = "memcpy";
  BOOST_TEST((reference() == Item{"memcpy", "", other.item.shape, ops::DType::float64}));
  claim.reference = "";
  Item expected = other.item;
  claim.reference_last_axis = true;
  expected.shape = {256, 1000};
  BOOST_TEST((reference() == expected));
  claim.reference_dtype = ops::DType::float32;
  expected.dtype = ops::DType::float32;
  BOOST_TEST((reference() == expected));
  claim.reference_one_thread = true;
  expected.all_threads = false;
  BOOST_TEST((reference() == expected));
  BOOST_TEST(claim.text(other) ==
             "at least 2 times as fast as softmax.accurate.scalar on 256x1000 in float32 on one "
             "thread");
}

BOOST_AUTO_TEST_CASE(a_row_has_times_ratios_and_verdicts) {
  Spec spec;
  spec.widest_interval = 0.5;
  spec.claims = {at_least(1.9), at_least(2.1)};
  spec.goals = {at_least(2.5)};
  const table::ResultTable table = speed::empty_table(spec);
  const auto cells = [&](const std::vector<Launched>& found, auto... columns) {
    const speed::Columns columns_of = speed::columns();
    const table::Row row =
        table.row(columns_of.key(one), columns_of.others(one, evaluate(one, spec, found)));
    BOOST_TEST(row.size() == table.columns.size());
    return (... + (row[table.index(columns)].text() + "|"));
  };
  BOOST_TEST(cells(launches(), "op", "variant", "dtype", "shape", "threads", "logits") ==
             "softmax|softmax.fast.avx512|float32|256x1000|1|plain|");
  BOOST_TEST(cells(launches(steady(256e-6)), "outcome", "claimed_ulp", "time_ns", "gb_per_s") ==
             "ok|6|1|8|");
  BOOST_TEST(cells(launches(), "launch_spread", "best_library", "speed", "memcpy_share") ==
             "1.333|softmax.onednn|2 [2, 2]|0.5 [0.5, 0.5]|");
  BOOST_TEST(cells(launches(), "measured", "verdict") == "2 [2, 2]; 2 [2, 2]|holds; missed|");
  BOOST_TEST(cells(launches(), "goal", "goal_measured", "distance") ==
             "at least 2.5 times as fast as softmax.onednn|2 [2, 2]|20 % too slow|");
  // A kernel with wrong results is not timed. The run fails because of its error, and the claim
  // gives no further finding.
  auto wrong = launches(in({}));
  for (Launched& launch : wrong)
    launch[fast] = {.outcome = "wrong", .max_error_ulp = 1e6, .seconds = {}};
  BOOST_TEST(cells(wrong, "outcome", "max_error_ulp", "time_ns", "speed", "verdict") ==
             "wrong|1e+06|||unjudged; unjudged|");
  BOOST_TEST((table.limits.front().value == "max_error_ulp"));
}

BOOST_AUTO_TEST_SUITE_END()
