// Compares a table with its baseline: each rule is tested inside, at and just outside its
// tolerance.
#include "table/check.hpp"

#include <regex>

#include "test.hpp"

BOOST_AUTO_TEST_SUITE(check_test)

namespace {

using namespace maxtrick::table;

constexpr double inf = std::numeric_limits<double>::infinity();

double up(double x) { return std::nextafter(x, inf); }
double down(double x) { return std::nextafter(x, -inf); }

using Texts = std::vector<std::vector<std::string>>;

ResultTable table_of(Texts rows, Column column = {"x", Rule::exact, ""}) {
  return {.title = "",
          .description = "",
          .columns = {{"case", Rule::key, ""}, std::move(column)},
          .rows = read_rows(std::move(rows))};
}

std::vector<Mismatch> compare(const ResultTable& got, const std::string& csv,
                              const std::vector<std::string>* keys = nullptr) {
  return maxtrick::table::compare(got, Baseline(csv), keys);
}

std::string described(const std::vector<Mismatch>& mismatches) {
  std::string text;
  for (const Mismatch& mismatch : mismatches)
    text += describe(mismatch, "results/t.csv", "configs/t.toml");
  return text;
}

std::vector<Mismatch> judged(const Column& column, const std::string& expected,
                             const std::string& got) {
  return compare(table_of({{"a", got}}, column), to_csv(table_of({{"a", expected}}, column)));
}

bool holds(const Column& column, const std::string& expected, const std::string& got) {
  return judged(column, expected, got).empty();
}

Column bounded(Measure measure, double tolerance) {
  return {"x", Rule::bounded, "", {measure, tolerance, "a test"}};
}

bool within(Measure measure, double tolerance, double expected, double got) {
  return holds(bounded(measure, tolerance), cell(expected), cell(got));
}

}  // namespace

BOOST_AUTO_TEST_CASE(exact_is_equal_as_text) {
  const Column exact{"x", Rule::exact, ""};
  BOOST_TEST(holds(exact, "0.1", "0.1"));
  BOOST_TEST(holds(exact, "nan", "nan"));
  BOOST_TEST(!holds(exact, "0", "-0"));
  BOOST_TEST(!holds(exact, "1", "1.0"));
  BOOST_TEST(described(judged(exact, "ok", "nan")) ==
             "results/t.csv: row a, column x: expected ok, got nan, allowed exactly that\n"
             "    again: maxtrick run configs/t.toml --filter '^a$'\n");
}

BOOST_AUTO_TEST_CASE(info_is_not_compared) {
  BOOST_TEST(holds({"x", Rule::info, ""}, "GCC", "Clang"));
}

BOOST_AUTO_TEST_CASE(absolute_tolerance) {
  for (const double inside : {2.0, 1.6, 2.4, 1.5, 2.5})
    BOOST_TEST(within(Measure::absolute, 0.5, 2, inside), inside);
  for (const double outside : {down(1.5), up(2.5), -2.0, 1e300})
    BOOST_TEST(!within(Measure::absolute, 0.5, 2, outside), outside);
  BOOST_TEST(within(Measure::absolute, 0, 0.1, 0.1));
  BOOST_TEST(!within(Measure::absolute, 0, 0.1, up(0.1)));
  BOOST_TEST(within(Measure::absolute, 0, 0.0, -0.0));
  BOOST_TEST(described(judged(bounded(Measure::absolute, 0.5), "2", "3")) ==
             "results/t.csv: row a, column x: expected 2, got 3, allowed [1.5, 2.5]\n"
             "    again: maxtrick run configs/t.toml --filter '^a$'\n");
}

// The first selection of a column that has the row applies; other rows have the column's tolerance.
BOOST_AUTO_TEST_CASE(rows_have_a_tolerance_of_their_own) {
  Column column = bounded(Measure::absolute, 0.5);
  column.of_rows = {{{{"case", "a"}}, 0.25}, {{{"case", "a"}}, 9}, {{{"case", "b"}}, 2}};
  BOOST_TEST(holds(column, "2", "2.25"));
  BOOST_TEST(!holds(column, "2", "2.5"));
  column.of_rows.front().rows = {{"case", "other"}};
  BOOST_TEST(holds(column, "2", "11"));
  column.of_rows.erase(column.of_rows.begin(), column.of_rows.begin() + 2);
  BOOST_TEST(holds(column, "2", "2.5"));
  BOOST_TEST(!holds(column, "2", "2.75"));
}

BOOST_AUTO_TEST_CASE(relative_tolerance_is_a_share_of_the_baseline) {
  for (const double inside : {-4.0, -5.0, -3.0})
    BOOST_TEST(within(Measure::relative, 0.25, -4, inside), inside);
  for (const double outside : {down(-5), up(-3), 4.0})
    BOOST_TEST(!within(Measure::relative, 0.25, -4, outside), outside);
  BOOST_TEST(!within(Measure::relative, 0.25, 0, 5e-324));
}

BOOST_AUTO_TEST_CASE(ulp_tolerance_is_in_steps_of_the_baseline) {
  // Below 1 the numbers are twice as dense: 2 ULP of 1 are four of their steps.
  for (const double inside : {1 + 0x1p-51, 1 - 0x1p-51})
    BOOST_TEST(within(Measure::ulp, 2, 1, inside), inside);
  for (const double outside : {1 + 0x3p-52, 1 - 0x5p-53})
    BOOST_TEST(!within(Measure::ulp, 2, 1, outside), outside);
  BOOST_TEST(within(Measure::ulp, 2, 0, -1e-323));
  BOOST_TEST(!within(Measure::ulp, 2, 0, -1.5e-323));
  // The step above the largest number is infinite. It must not make every difference acceptable.
  const double largest = std::numeric_limits<double>::max();
  BOOST_TEST(within(Measure::ulp, 1, largest, down(largest)));
  BOOST_TEST(!within(Measure::ulp, 1, largest, down(down(largest))));
  BOOST_TEST(!within(Measure::ulp, 1, -largest, 0));
  BOOST_TEST(within(Measure::ulp, 0, largest, largest));
}

BOOST_AUTO_TEST_CASE(no_tolerance_reaches_what_is_no_number) {
  const std::vector<std::string> specials = {"nan", "inf", "-inf", "", "none", "1e999"};
  for (const Measure measure : {Measure::absolute, Measure::relative, Measure::ulp})
    for (const std::string& special : specials) {
      const Column column = bounded(measure, 1e308);
      BOOST_TEST(holds(column, special, special), special);
      for (const char* other : {"0", "1", "-1.7976931348623157e+308"}) {
        BOOST_TEST(!holds(column, special, other), special << " expected, got " << other);
        BOOST_TEST(!holds(column, other, special), other << " expected, got " << special);
      }
      for (const std::string& other : specials)
        if (other != special) BOOST_TEST(!holds(column, special, other), special << ' ' << other);
    }
  BOOST_TEST(described(judged(bounded(Measure::ulp, 1), "1", "")) ==
             "results/t.csv: row a, column x: expected 1, got , allowed exactly that\n"
             "    again: maxtrick run configs/t.toml --filter '^a$'\n");
}

// The tolerance is for rows that libm or a library computes. In a row whose bits are promised, a
// last digit is a failure.
BOOST_AUTO_TEST_CASE(promised_bits_are_compared_exactly) {
  const auto holds_promised = [](const Column& column, const char* expected, const char* got) {
    ResultTable fresh = table_of({{"a", got}, {"b", got}}, column);
    fresh.promised = {"a"};
    const auto found = compare(fresh, fmt::format("case,x\na,{0}\nb,{0}\n", expected));
    BOOST_TEST(found.size() <= 1);  // row b is within the tolerance
    return found.empty();
  };
  const Column two = bounded(Measure::absolute, 2);
  BOOST_TEST(holds_promised(two, "0.5", "0.5"));
  BOOST_TEST(holds_promised(two, "inf", "inf"));
  for (const char* other : {"0.500001", "2.49", "-0.5", "0", "0.50"})
    BOOST_TEST(!holds_promised(two, "0.5", other), other);
  BOOST_TEST(!holds_promised(two, "0", "-0"));
  BOOST_TEST(!holds_promised(bounded(Measure::absolute, inf), "1", "7"));
  // A column that itself calls libm states what it allows such a row.
  Column by_formula = bounded(Measure::relative, 0.5);
  by_formula.tolerance.promised = 0x1p-50;
  BOOST_TEST(holds_promised(by_formula, "1", "1.0000000000000007"));
  BOOST_TEST(!holds_promised(by_formula, "1", "1.000000000000002"));
  // Other rules do not change.
  BOOST_TEST(holds_promised({"x", Rule::info, ""}, "1", "2"));
  ResultTable fresh = table_of({{"a", "2.99"}}, two);
  fresh.promised = {"a"};
  BOOST_TEST(
      described(compare(fresh, "case,x\na,1\n")) ==
      "results/t.csv: row a, column x: expected 1, got 2.99, allowed exactly that, since its "
      "bits are promised\n"
      "    again: maxtrick run configs/t.toml --filter '^a$'\n");
}

BOOST_AUTO_TEST_CASE(a_number_outside_the_range_of_its_column_is_found) {
  Column share = bounded(Measure::absolute, 0.5);
  share.tolerance.range = of_a_share;
  for (const char* inside : {"0", "1", "0.25", "-0"})
    BOOST_TEST(holds(share, "0.5", inside), inside);
  for (const char* other : {"-0.01", "1.01"}) {
    BOOST_TEST(!holds(share, "0.5", other), other);  // in the new table
    BOOST_TEST(!holds(share, other, "0.5"), other);  // in the baseline
    BOOST_TEST(!holds(share, other, other), other);
    BOOST_TEST(beyond_limits(table_of({{"a", other}}, share)).size() == 1);
  }
  BOOST_TEST(
      described(judged(share, "-0.25", "0.125")) ==
      "results/t.csv: row a, column x: expected -0.25, got 0.125, allowed a value in [0, 1]\n"
      "    again: maxtrick run configs/t.toml --filter '^a$'\n");
  BOOST_TEST(
      described(beyond_limits(table_of({{"a", "0.5"}, {"b", "-3"}}, share))) ==
      "results/t.csv: row b, column x: expected a value in [0, 1], got -3, allowed the range of "
      "the column\n"
      "    again: maxtrick run configs/t.toml --filter '^b$'\n");
  Column error = bounded(Measure::absolute, 0.5);
  error.tolerance.range = not_negative;
  BOOST_TEST(holds(error, "inf", "inf"));
  BOOST_TEST(!holds(error, "-inf", "-inf"));
  for (const char* text : {"", "nan"})
    BOOST_TEST(beyond_limits(table_of({{"a", text}}, error)).empty());
}

BOOST_AUTO_TEST_CASE(an_infinite_tolerance_allows_any_number_in_the_range) {
  Column seed = bounded(Measure::absolute, inf);
  seed.tolerance.range = not_negative;
  BOOST_TEST(holds(seed, "1", "100"));
  for (const char* other : {"", "nan", "inf", "-1", "x"})
    BOOST_TEST(!holds(seed, "1", other), other);
}

BOOST_AUTO_TEST_CASE(claims_are_judged_by_the_table_itself) {
  ResultTable table;
  table.columns = {{"case", Rule::key, ""},
                   {"claim", Rule::info, ""},
                   {"measured", Rule::info, ""},
                   {"verdict", Rule::info, ""}};
  table.judged = {{"claim", "measured", "verdict"}};
  const std::string least = "at least 2 times as fast as X", most = "at most 2 times the time of Y";
  table.rows =
      read_rows({{"a", "", "", ""},
                 {"b", least, "3 [2.9, 3.1]", "holds"},
                 {"c", least, "1 [0.9, 1.1]", "missed"},
                 {"d", least + "; " + most, "2 [1.75, 2.5]; 3.11 [3, 3.2]", "noisy; missed"},
                 {"e", least + "; " + least, "3 [2.9, 3.1]; 2 [1, 3] (wide)", "holds; noisy"},
                 {"f", least + "; " + most, "; 2.04 [1.9, 2.1]", "unjudged; noisy"}});
  BOOST_TEST(has_claims(table));
  const auto told = [&](bool busy) {
    std::string text;
    for (const Mismatch& one : claims_in_doubt(table, busy))
      text += fmt::format("{} {}: {}\n", one.row,
                          one.kind == Mismatch::Kind::slower  ? "slower"
                          : one.kind == Mismatch::Kind::noisy ? "noisy"
                                                              : "unjudged",
                          in_words(one));
    return text;
  };
  BOOST_TEST(told(false) ==
             "c slower: was 1 (0.9 to 1.1) times as fast as X; the claim is at least 2: missed, "
             "since the whole interval is outside\n"
             "d noisy: was 2 (1.75 to 2.5) times as fast as X; the claim is at least 2: cannot be "
             "decided, since the interval contains it\n"
             "d slower: took 3.11 (3 to 3.2) times the time of Y; the claim is at most 2: missed, "
             "since the whole interval is outside\n"
             "e noisy: was 2 (1 to 3) times as fast as X; the claim is at least 2: cannot be "
             "decided, since the interval is too wide\n"
             "f unjudged: the claim \"at least 2 times as fast as X\" is not judged: there is no "
             "time to compare\n"
             "f noisy: took 2.04 (1.9 to 2.1) times the time of Y; the claim is at most 2: cannot "
             "be decided, since the interval contains it\n");
  // Other programs may be the reason for a miss.
  BOOST_TEST(told(true).starts_with(
      "c noisy: was 1 (0.9 to 1.1) times as fast as X; the claim is at least 2: it seems missed, "
      "but the machine was busy\n"));
  BOOST_TEST(describe(claims_in_doubt(table).front(), "results/t.csv", "t.toml")
                 .starts_with("results/t.csv: row c: was 1 (0.9 to 1.1) times"));
  BOOST_TEST(describe(claims_in_doubt(table).front(), "results/t.csv", "t.toml")
                 .ends_with("outside\n    again: maxtrick run t.toml --filter '^c$'\n"));
  BOOST_TEST(count_intervals(table).all == 2U);
  table.rows.resize(1);
  BOOST_TEST(!has_claims(table));
}

BOOST_AUTO_TEST_CASE(rows_are_matched_by_key) {
  const ResultTable got = table_of({{"c", "3"}, {"a", "1"}});
  BOOST_TEST(compare(got, "case,x\na,1\nc,3\n").empty());
  BOOST_TEST(
      described(compare(got, "case,x\na,1\nb,2\nc,3\n")) ==
      "results/t.csv: row b, expected a row, got no such row, allowed the baseline's rows\n");
  BOOST_TEST(described(compare(got, "case,x\na,1\n")) ==
             "results/t.csv: row c, expected no such row, got a row, allowed the baseline's rows\n"
             "    again: maxtrick run configs/t.toml --filter '^c$'\n");
  BOOST_TEST(described(compare(got, "case,x\na,1\nc,3\na,2\n")) ==
             "results/t.csv: row a, expected one row, got two in the baseline, allowed a key names "
             "one row\n"
             "    again: maxtrick run configs/t.toml --filter '^a$'\n");
}

BOOST_AUTO_TEST_CASE(only_rows_that_were_asked_for_are_missed) {
  const ResultTable got = table_of({{"a", "1"}});
  const std::string baseline = "case,x\na,1\nb,2\nc,3\n";
  const std::vector<std::string> one{"a"}, two{"a", "c"}, none;
  BOOST_TEST(compare(got, baseline).size() == 2U);
  BOOST_TEST(compare(got, baseline, &one).empty());
  const auto found = compare(got, baseline, &two);
  BOOST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].row == "c");
  // A row that is present is compared even if it was not requested.
  BOOST_TEST(compare(table_of({{"a", "2"}}), baseline, &none).size() == 1U);
}

BOOST_AUTO_TEST_CASE(changed_columns_are_one_finding) {
  const ResultTable got = table_of({{"a", "1"}});
  BOOST_TEST(described(compare(got, "case,y\na,1\n")) ==
             "results/t.csv: expected columns case,y, got columns case,x, allowed the same "
             "columns\n");
  BOOST_TEST(compare(got, "x,case\n1,a\n").size() == 1U);
  BOOST_TEST(compare(got, "case,x,y\na,1,2\n").size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_exact_filter_matches_its_key_only) {
  const std::string key = "soft\\max.1/x=[-1e+3, (2)|3]*?^$ {a} it's";
  const std::regex filter(exact_filter(key));
  BOOST_TEST(std::regex_search(key, filter));
  for (std::size_t i = 0; i < key.size(); ++i) {
    std::string changed = key;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    BOOST_TEST(!std::regex_search(changed, filter), changed);
    BOOST_TEST(!std::regex_search(key.substr(0, i), filter));
    BOOST_TEST(!std::regex_search(key.substr(i + 1), filter));
  }
  BOOST_TEST(!std::regex_search(key + "x", filter));
  BOOST_TEST(exact_filter("a.b/c") == "^a\\.b/c$");
  // The command is for a shell, in which an apostrophe would end the quoted text.
  BOOST_TEST(
      described(judged({"x", Rule::key, ""}, "its", "it's")).find("--filter '^a/it'\\''s$'\n") !=
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_number_above_its_bound_is_found) {
  ResultTable table{.title = "",
                    .description = "",
                    .columns = {{"case", Rule::key, ""},
                                {"error", Rule::bounded, ""},
                                {"bound", Rule::exact, ""}},
                    .rows = read_rows({{"below", "1.5", "2"},
                                       {"at", "2", "2"},
                                       {"none", "inf", ""},
                                       {"above", "2.0000001", "2"},
                                       {"nan", "nan", "2"},
                                       {"infinite", "inf", "1e300"},
                                       {"missing", "", "2"}})};
  BOOST_TEST(beyond_limits(table).empty());  // no limit was declared
  table.limits = {{"error", "bound"}};
  BOOST_TEST(described(beyond_limits(table)) ==
             "results/t.csv: row above, column error: expected at most 2, got 2.0000001, allowed "
             "what theory bounds (column bound)\n"
             "    again: maxtrick run configs/t.toml --filter '^above$'\n"
             "results/t.csv: row nan, column error: expected at most 2, got nan, allowed what "
             "theory bounds (column bound)\n"
             "    again: maxtrick run configs/t.toml --filter '^nan$'\n"
             "results/t.csv: row infinite, column error: expected at most 1e300, got inf, allowed "
             "what theory bounds (column bound)\n"
             "    again: maxtrick run configs/t.toml --filter '^infinite$'\n"
             "results/t.csv: row missing, column error: expected at most 2, got , allowed what "
             "theory bounds (column bound)\n"
             "    again: maxtrick run configs/t.toml --filter '^missing$'\n");
}

BOOST_AUTO_TEST_CASE(times_are_never_compared) {
  ResultTable table;
  table.columns = {{"k", Rule::key, ""}, {"s", Rule::timed, ""}};
  table.rows = read_rows({{"a", "1.5 [1.4, 1.6]"}});
  BOOST_TEST(table.has_times());
  BOOST_TEST(compare(table, Baseline("k,s\na,\"9 [9, 9]\"\n")).empty());
}

BOOST_AUTO_TEST_SUITE_END()
