// Experiment `worst`: each committed witness has the error that the table states, and a search depends on its
// seeds alone.
#include "io/number.hpp"
#include "killed_run.hpp"
#include "ops/registry.hpp"
#include "oracle/oracle.hpp"
#include "plan_of.hpp"
#include "program.hpp"
#include "random_rows.hpp"
#include "run/schedule.hpp"
#include "table/check.hpp"
#include "worst/judge.hpp"

BOOST_AUTO_TEST_SUITE(worst_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string config_text = R"(experiment = "worst"
title = "Small"
description = "A short search."
dtypes = ["float32"]
variants = ["softmax.accurate.scalar", "cross_entropy_gradient.fast.scalar", "log_sum_exp.naive.scalar"]
classes = [2, 5]
rows = 200
seeds = [1, 4]
)";

run::Run run_program(const std::string& text, unsigned jobs = 2) {
  return run::run_cases(plan_of("worst", text), jobs, {});
}

template <class T>
std::vector<T> logits_of(const Cells& row) {
  std::istringstream in(row.at("logits"));
  std::vector<T> logits;
  for (std::string text; in >> text;) {
    logits.push_back(static_cast<T>(io::parse_number(text).value()));
    BOOST_TEST(table::cell(logits.back()) == text);
  }
  return logits;
}

// The largest error of the variant on the witness, in units of its claim, by MPFR. The general solver measures
// each entry of a gradient in ULP of its own exact value.
template <class T>
double error_on(const ops::Variant& variant, const std::vector<T>& logits, std::size_t target) {
  std::vector<T> result(ops::outputs(variant.op, logits.size())), loss(1);
  const std::vector<std::int32_t> index{static_cast<std::int32_t>(target)};
  variant.compute<T>()(ops::only_arguments_of<T>(
      variant.op, {.logits = numerics::one_row(std::span<const T>(logits)),
                   .result = numerics::one_row(std::span<T>(result)),
                   .targets = {.index = index},
                   .losses = loss}));
  oracle::Question<T> question{.logits = logits, .target = target};
  if (ops::takes_targets(variant.op)) {
    question.coefficients = ops::Target<T>(target);
    question.with_gradient = !result.empty();
  }
  const auto answer = oracle::answer<T>(variant.op, question);
  double worst = answer.loss ? numerics::error_ulp(*answer.loss, loss[0]) : 0;
  for (std::size_t i = 0; i < result.size(); ++i)
    worst = std::max(worst, numerics::absolute_error(answer.result[i], result[i]) /
                                claim_unit<T>(answer.result[i].value(), variant.claim<T>().floor));
  return worst;
}

// Computes the witness of a row by every instruction set. Returns how many there are here.
template <class T>
std::size_t replay(const ops::Variant& named, const Cells& row) {
  const auto logits = logits_of<T>(row);
  BOOST_TEST(fmt::format("{}", logits.size()) == row.at("classes"));
  const auto target =
      ops::takes_targets(named.op) ? static_cast<std::size_t>(number(row, "target")) : 0;
  std::size_t replays = 0;
  for (const ops::Variant& variant : ops::variants()) {
    if (variant.op != named.op || variant.algorithm != named.algorithm ||
        !variant.unavailable.empty())
      continue;
    ++replays;
    const double error = error_on<T>(variant, logits, target);
    BOOST_TEST(worst::stated(error).text() == row.at("error_ulp"),
               variant.name() << " on " << row.at("logits") << ": " << error);
    if (!row.at("claimed_ulp").empty())
      BOOST_TEST(error <= number(row, "claimed_ulp"), variant.name());
  }
  return replays;
}

}  // namespace

// The bits are promised, so the error is the stated one, to all of its digits, on every instruction set.
BOOST_AUTO_TEST_CASE(every_witness_has_its_error_on_every_instruction_set) {
  std::set<std::string> algorithms;
  std::size_t rows = 0, replays = 0;
  for (const Cells& row : committed_rows("worst")) {
    ++rows;
    BOOST_TEST(row.at("promised") == "yes");
    const auto* named = ops::find_variant(row.at("variant"));
    BOOST_REQUIRE(named != nullptr);
    algorithms.insert(std::string(name(named->op)) + '.' + named->algorithm);
    replays +=
        row.at("dtype") == "float64" ? replay<double>(*named, row) : replay<float>(*named, row);
  }
  BOOST_TEST(rows == 95U);
  BOOST_TEST(replays >= rows);
  // Whatever has a claim for every row has a witness.
  for (const ops::Variant& variant : ops::variants()) {
    if (variant.name().starts_with("softmax.accurate.") && !variant.unavailable.empty())
      BOOST_TEST_MESSAGE("skipped: " << variant.isa << ": " << variant.unavailable);
    if (std::isfinite(variant.claimed_ulp) && variant.plugin.empty())
      BOOST_TEST(algorithms.contains(std::string(name(variant.op)) + '.' + variant.algorithm),
                 variant.name());
  }
}

// `correct` claims half an ULP, and a result beside a midpoint is hardly further off if it is the wrong one of
// two. 0.5 is stated only where none is.
BOOST_AUTO_TEST_CASE(errors_are_rounded_up) {
  const auto text = [](double error) { return worst::stated(error).text(); };
  BOOST_TEST(text(0.4999999999) == "0.5");
  BOOST_TEST(text(0.5) == "0.5");
  BOOST_TEST(text(0x1.0000000000001p-1) == "0.500001");
  BOOST_TEST(text(5.8532010001) == "5.85321");
  BOOST_TEST(text(66.12345) == "66.1235");
  BOOST_TEST(text(0) == "0");
  BOOST_TEST(text(INFINITY) == "inf");
  // The exact value is -(2^24 + 1) - e^-(2^24 + 1), beside a midpoint.
  ops::Variant nearest = *ops::find_variant("log_softmax.correct.scalar");
  const std::vector<worst::Input> input{{{16777216, -1}, 0}};
  const auto error = [&] {
    return worst::errors(nearest, ops::DType::float32, input, oracle::Stages::mpfr_only)[0];
  };
  BOOST_TEST(text(error()) == "0.5");
  nearest.float32 = [](const ops::Call<float>& call) {
    call.result.row(0)[0] = 0;
    call.result.row(0)[1] = -16777216;
  };
  BOOST_TEST(text(error()) == "0.500001");
}

BOOST_AUTO_TEST_CASE(the_table_depends_on_the_seeds_alone) {
  const auto csv = [](const std::string& text, unsigned jobs) {
    return table::to_csv(run_program(text, jobs).table);
  };
  const std::string whole = csv(config_text, 1);
  BOOST_TEST(csv(config_text, 3) == whole);
  BOOST_TEST(csv(replaced(config_text, "[1, 4]", "[5, 8]"), 2) != whole);
}

// The tables of two machines, each with half of the seeds.
BOOST_AUTO_TEST_CASE(merged_tables_are_that_of_all_seeds) {
  const WorkdirWithCache folder("small.toml", config_text);
  const std::string merge = MAXTRICK_SOURCE_DIR "/scripts/merge ";
  folder.exits(0,
               "$MAXTRICK run small.toml -o whole && "
               "$MAXTRICK run small.toml --set 'seeds=[1,2]' -o a && "
               "$MAXTRICK run small.toml --set 'seeds=[3,4]' -o b && " +
                   merge + "a/small.csv b/small.csv >merged.csv && cmp whole/small.csv merged.csv");
  folder.exits(1, "sed s/seed/other/ b/small.csv >c.csv; " + merge + "a/small.csv c.csv")
      .err_has("c.csv: other columns than the first table");
  folder.exits(2, merge).err_has("usage: ");
}

// Plain softmax loses 64 ULP where a probability is small: theory says where (docs/numerics.md), and a short
// search must get near it.
BOOST_AUTO_TEST_CASE(the_search_finds_what_theory_predicts) {
  const std::string text =
      replaced(replaced(config_text, "softmax.accurate", "softmax.max_trick"), "200", "4000");
  const auto rows = rows_by({"variant", "classes"}, table::to_csv(run_program(text).table));
  const Cells& row = rows.at("softmax.max_trick.scalar/2");
  BOOST_TEST(number(row, "error_ulp") > 50);
  BOOST_TEST(number(row, "error_ulp") <= number(row, "claimed_ulp"));
}

// In float16, exp overflows soon. Nothing is claimed for that type.
BOOST_AUTO_TEST_CASE(an_infinite_error_is_found) {
  const auto made = run_program(replaced(config_text, "float32", "float16"));
  const auto rows = rows_by({"variant", "classes"}, table::to_csv(made.table));
  const Cells& row = rows.at("log_sum_exp.naive.scalar/5");
  check_cells(row, {{"error_ulp", "inf"}, {"claimed_ulp", ""}, {"promised", "yes"}});
  BOOST_TEST(table::beyond_limits(made.table).empty());
}

// The kernels of 16 bits themselves are searched, and held to their claim.
BOOST_AUTO_TEST_CASE(kernels_of_16_bits_have_their_claims) {
  const auto made = run_program(replaced(config_text, "float32", "bfloat16_in_float32"));
  const auto rows = rows_by({"variant", "classes"}, table::to_csv(made.table));
  const Cells& row = rows.at("softmax.accurate.scalar/5");
  BOOST_TEST(number(row, "claimed_ulp") == 0.5 + 0x1p-16);
  BOOST_TEST(number(row, "error_ulp") <= number(row, "claimed_ulp"));
  BOOST_TEST(rows.at("log_sum_exp.naive.scalar/5").at("claimed_ulp") == "");
}

BOOST_AUTO_TEST_CASE(an_error_above_the_claim_is_beyond_its_limit) {
  auto made = run_program(config_text);
  BOOST_TEST(table::beyond_limits(made.table).empty());
  for (auto& row : made.table.rows) row[made.table.index("error_ulp")] = 1e6;
  BOOST_TEST(table::beyond_limits(made.table).size() == made.table.rows.size());
}

// Another libm has another worst row, so that `check` compares what was found only where bits are promised.
BOOST_AUTO_TEST_CASE(rows_of_libm_are_shown) {
  auto made = run_program(config_text);
  const table::Baseline baseline(table::to_csv(made.table));
  for (const std::string column : {"error_ulp", "logits", "seed"}) {
    auto table = made.table;
    for (auto& row : table.rows) row[table.index(column)] = "1e-9";
    const auto found = table::compare(table, baseline);
    BOOST_TEST(found.size() == 4U);
    for (const auto& one : found) BOOST_TEST(!contains(one.row, "naive"));
  }
}

BOOST_AUTO_TEST_CASE(a_killed_search_is_gone_on_with) {
  const WorkdirWithCache folder("small.toml", replaced(config_text, "rows = 200", "rows = 3000"));
  folder.exits(0, "$MAXTRICK run small.toml -o whole");
  folder.exits(0, killed_after(8, "small/*.parts", "$MAXTRICK run small.toml -o killed -j 1") +
                      " && [ ! -e killed/small.csv ]");
  folder
      .exits(0,
             "$MAXTRICK run small.toml -o killed --resume && "
             "cmp whole/small.csv killed/small.csv")
      .err_has(" of 24 searches were computed before\n");
}

BOOST_AUTO_TEST_CASE(config_errors_name_the_place) {
  check_mistakes("worst", config_text,
                 {{"softmax.accurate.scalar", "bce", "x.toml:5:13: error: unknown variant 'bce'"},
                  {"[2, 5]", "[1]", "x.toml:6:12: error: 1 classes"},
                  {"rows = 200", "rows = 0", "x.toml:7:8: error: key 'rows' is 0"},
                  {"[1, 4]", "[4, 1]", "x.toml:8:9: error: no range of seeds"},
                  {"[1, 4]", "[1]", "x.toml:8:9: error: no range of seeds"},
                  {"[1, 4]", "[0.5, 4]", "x.toml:8:9: error: no range of seeds"},
                  {"[1, 4]", "[0, 1000000]", "x.toml:8:9: error: no range of seeds"}});
}

BOOST_AUTO_TEST_SUITE_END()
