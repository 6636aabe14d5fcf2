// Cells, keys, CSV and Markdown of a result table.
#include "table/table.hpp"

#include <bit>
#include <charconv>
#include <memory>
#include <random>

#include "io/csv.hpp"
#include "table/columns.hpp"
#include "table/render.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(table_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::table;

template <class T>
T read_back(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  BOOST_REQUIRE(error == std::errc{});
  BOOST_REQUIRE(end == text.data() + text.size());
  return value;
}

// Returns 2 for "-0.00120e-5", whose digits are 12.
int significant_digits(std::string_view text) {
  std::string digits;
  for (const char c : text.substr(0, text.find('e')))
    if (c >= '0' && c <= '9') digits += c;
  digits.erase(0, digits.find_first_not_of('0'));
  digits.erase(digits.find_last_not_of('0') + 1);
  return static_cast<int>(digits.size());
}

template <class T, class Bits>
void shortest_round_trip(Bits bits) {
  const T value = std::bit_cast<T>(bits);
  const std::string text = cell(value);
  if (std::isnan(value)) {
    BOOST_TEST(text == "nan");
    return;
  }
  BOOST_TEST(std::bit_cast<Bits>(read_back<T>(text)) == bits, text);
  if (!std::isfinite(value)) return;
  // With one digit less, even the nearest decimal is a different number.
  if (const int digits = significant_digits(text); digits > 1)
    BOOST_TEST(read_back<T>(fmt::format("{:.{}e}", value, digits - 2)) != value, text);
}

std::string csv_error(std::string_view text) {
  return tests::error_of<std::runtime_error>([&] { return io::parse_csv(text); });
}

using Rows = std::vector<std::vector<std::string>>;  // of a CSV

ResultTable small_table() {
  return {.title = "Overflow",
          .description = "Where exp overflows.",
          .columns = {{"variant", Rule::key, "how"},
                      {"input", Rule::key, "what"},
                      {"outcome", Rule::exact, "one of ok | overflow"},
                      {"error_ulp",
                       Rule::bounded,
                       "worst error",
                       {Measure::ulp, 2, "libm's exp", of_a_share, 1}},
                      {"source", Rule::info, "paper"}},
          .rows = read_rows({{"naive", "small", "ok", "1.23456", "a|b"},
                             {"naive", "large", "overflow", "inf", "a|b"},
                             {"max_trick", "large", "ok", "0.5", "<c>*\\"},
                             {"max_trick", "small", "ok", "", "<c>*\\"}})};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_cell_is_the_shortest_text_that_reads_back) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t bits = random();
    shortest_round_trip<double>(bits);
    shortest_round_trip<float>(static_cast<std::uint32_t>(bits >> 32));
    // Subnormals, and powers of two, whose neighbours are not equally far away, are rare among
    // random bits.
    shortest_round_trip<double>(bits >> 12);
    shortest_round_trip<float>(static_cast<std::uint32_t>(bits >> 41));
    shortest_round_trip<double>(bits & 0xFFF0'0000'0000'0000);
    shortest_round_trip<float>(static_cast<std::uint32_t>(bits) & 0xFF80'0000);
  }
}

BOOST_AUTO_TEST_CASE(special_values_are_themselves) {
  using Limits = std::numeric_limits<double>;
  BOOST_TEST(cell(Limits::infinity()) == "inf");
  BOOST_TEST(cell(-Limits::infinity()) == "-inf");
  BOOST_TEST(cell(Limits::quiet_NaN()) == "nan");
  BOOST_TEST(cell(-Limits::quiet_NaN()) == "nan");
  BOOST_TEST(cell(-std::numeric_limits<float>::quiet_NaN()) == "nan");
  BOOST_TEST(cell(0.0) == "0");
  BOOST_TEST(cell(-0.0) == "-0");
  BOOST_TEST(cell(-0.0F) == "-0");
  BOOST_TEST(cell(0.1F) == "0.1");
  BOOST_TEST(cell(static_cast<double>(0.1F)) == "0.10000000149011612");
}

// The number that is judged is the number that the written text denotes.
BOOST_AUTO_TEST_CASE(a_cell_knows_its_value_and_its_text) {
  BOOST_TEST(Cell().empty());
  BOOST_TEST(!Cell().number().has_value());
  BOOST_TEST(Cell(0.1F).text() == "0.1");
  BOOST_TEST(Cell(0.1F).number().value() == 0.1);
  BOOST_TEST(Cell(0.1).number().value() == 0.1);
  BOOST_TEST(Cell(std::uint64_t{18446744073709551615U}).text() == "18446744073709551615");
  // The sign of a NaN would be visible in Markdown.
  BOOST_TEST(!std::signbit(Cell(-std::numeric_limits<double>::quiet_NaN()).number().value()));
  BOOST_TEST(Cell(-3).number().value() == -3);
  BOOST_TEST(Cell(true) == Cell("yes"));
  BOOST_TEST(Cell(std::optional<bool>(false)) == Cell("no"));
  BOOST_TEST(Cell(std::optional<double>()).empty());
  BOOST_TEST(Cell(Rule::bounded).text() == "bounded");
  BOOST_TEST(!Cell("1.5").number().has_value());  // a text that looks like a number
  BOOST_TEST(short_number(1.23456789).text() == "1.23457");
  BOOST_TEST(short_number(1.23456789).number().value() == 1.23457);
  BOOST_TEST(short_number(std::optional<double>()).empty());
  BOOST_TEST(rounded(100, 2).text() == "1e+02");
  BOOST_TEST(rounded(-std::numeric_limits<double>::quiet_NaN(), 2).text() == "nan");
  BOOST_TEST(Cell(Interval{1.23456, 1, 2}).text() == "1.23 [1, 2]");
  BOOST_TEST(Cell(Interval{1.23456, 1, 2}).interval().value().estimate == 1.23);
}

BOOST_AUTO_TEST_CASE(a_cell_is_read_as_what_its_text_denotes) {
  BOOST_TEST(Cell::read("1.0").number().value() == 1);
  BOOST_TEST(Cell::read("1.0").text() == "1.0");
  BOOST_TEST(Cell::read("1.0") != Cell(1.0));
  BOOST_TEST(std::isnan(Cell::read("nan").number().value()));
  BOOST_TEST(std::isinf(Cell::read("-inf").number().value()));
  BOOST_TEST(!Cell::read("naive").number().has_value());
  BOOST_TEST(!Cell::read("").number().has_value());
  BOOST_TEST(Cell::read("2 [1, 3]").interval().value().high == 3);
  BOOST_TEST(!Cell::read("2 [1, 3]").number().has_value());
  BOOST_TEST(!Cell::read("2 [3, 1]").interval().has_value());
}

BOOST_AUTO_TEST_CASE(a_column_says_how_its_cell_is_read) {
  struct Task {
    std::string kind;
  };
  struct Point {
    std::string name;
    int n;
    std::shared_ptr<const Task> task = std::make_shared<const Task>(Task{"t"});
  };
  struct Found {
    double error;
    [[nodiscard]] std::string outcome() const { return error < 1 ? "ok" : "off"; }
  };
  const Columns<Point, Found> columns{
      {"outcome", Rule::exact, "a", &Found::outcome},
      {"name", Rule::key, "b", &Point::name},
      {"error", {Measure::relative, 0.5, "c"}, "d", [](const Found& f) { return f.error; }},
      {"n", Rule::key, "e", [](const Point& p) { return p.n; }},
      {"share", Rule::info, "f", [](const Point& p, const Found& f) { return f.error / p.n; }},
      {"kind", Rule::exact, "g", &Point::task, &Task::kind}};
  BOOST_TEST((columns.key({"x", 4}).cells() == Row{"x", 4}));
  BOOST_TEST(columns.key({"x", 4}).text() == "x/4");
  BOOST_TEST((columns.others({"x", 4}, {1.5}) == Row{"off", 1.5, 0.375, "t"}));
  ResultTable table;
  table.columns = columns.schema();
  BOOST_TEST(
      (table.row({"x", 4}, {"off", 1.5, 0.375, "t"}) == Row{"off", "x", 1.5, 4, 0.375, "t"}));
  BOOST_TEST(columns.schema().size() == 6U);
  BOOST_CHECK(columns.schema()[2].rule == Rule::bounded);
  BOOST_TEST(columns.schema()[2].tolerance.reason == "c");
  using Some = Columns<Point, Found>;
  BOOST_CHECK_THROW((Some{{"outcome", Rule::key, "", &Found::outcome}}), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_key_joins_the_key_cells) {
  ResultTable table = small_table();
  BOOST_TEST(table.key(table.rows[1]) == "naive/large");
  BOOST_TEST(table.key({"", "large", "", "", ""}) == "/large");
  BOOST_TEST(table.key({"naive", "", "", "", ""}) == "naive/");
  BOOST_TEST(table.index("error_ulp") == 3U);
  BOOST_CHECK_THROW((void)table.index("error"), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(csv_quotes_what_it_must_and_nothing_else) {
  const ResultTable table{.title = "",
                          .description = "",
                          .columns = {{"a", Rule::exact, ""}, {"b,c", Rule::exact, ""}},
                          .rows = {{"1 [2, 3]", ""}, {"x", "say \"hi\"\n"}}};
  BOOST_TEST(to_csv(table) == "a,\"b,c\"\n\"1 [2, 3]\",\nx,\"say \"\"hi\"\"\n\"\n");
}

BOOST_AUTO_TEST_CASE(csv_reads_back_any_text) {
  std::mt19937_64 random(2);
  constexpr std::string_view alphabet = ",\"\n\r; a\xC3";
  const auto text = [&] {
    std::string word;
    for (auto length = random() % 6; length > 0; --length)
      word += alphabet[random() % alphabet.size()];
    return word;
  };
  for (int i = 0; i < 2000; ++i) {
    ResultTable table{.title = "", .description = "", .columns = {}, .rows = {}};
    std::vector<std::string> header(1 + random() % 3);
    for (auto& name : header) table.columns.push_back({name = text(), Rule::exact, ""});
    Rows expected{header};
    for (auto rows = random() % 4; rows > 0; --rows) {
      std::vector<std::string> row(header.size());
      for (auto& field : row) field = text();
      table.rows.push_back(read_row(row));
      expected.push_back(row);
    }
    const std::string csv = to_csv(table);
    BOOST_TEST((io::parse_csv(csv) == expected), csv);
  }
}

BOOST_AUTO_TEST_CASE(csv_of_others_is_read_and_malformed_csv_is_named) {
  BOOST_TEST((io::parse_csv("a,b\r\n1,\"2\"\r\n,") == Rows{{"a", "b"}, {"1", "2"}, {"", ""}}));
  BOOST_TEST((io::parse_csv("a\r,b\n") == Rows{{"a\r", "b"}}));
  BOOST_TEST(csv_error("") == "line 1: no header");
  BOOST_TEST(csv_error("a,b\n1\n") == "line 2: 1 fields where the header has 2");
  BOOST_TEST(csv_error("a,b\n1,2,3\n") == "line 2: 3 fields where the header has 2");
  BOOST_TEST(csv_error("a,b\n\n") == "line 2: 1 fields where the header has 2");
  BOOST_TEST(csv_error("a,b\n\"1\n\n\",2\n3\n") == "line 5: 1 fields where the header has 2");
  BOOST_TEST(csv_error("a\n\"x\ny") == "line 2: a quote is not closed");
  BOOST_TEST(csv_error("a\n\"x\ny\"z\n") == "line 3: text after a closing quote");
}

// A cell may hold the name of a file, whose bytes need not be UTF-8.
BOOST_AUTO_TEST_CASE(json_replaces_what_is_not_utf_8) {
  ResultTable table;
  table.columns = {{"name", Rule::key, ""}};
  table.rows = {{"a\xff"}};
  BOOST_TEST(render(table, Format::json) == "[\n  {\n    \"name\": \"a\xEF\xBF\xBD\"\n  }\n]\n");
}

BOOST_AUTO_TEST_CASE(markdown_shows_counts_pivots_and_legend) {
  ResultTable table = small_table();
  // "nan" is listed but does not occur; "ok" occurs but is not listed.
  table.counts = {{"Outcomes", "variant", "outcome", {"overflow", "nan"}}};
  table.pivots = {
      {"Errors", "input", "variant", {"outcome", "error_ulp"}, {{"outcome", "ok"}}, "error_ulp"}};
  table.legend = {"variant", "source"};
  BOOST_TEST(to_markdown(table) == R"(# Overflow

Where exp overflows.

## Outcomes

| variant | overflow | nan | ok |
| --- | --- | --- | --- |
| naive | 1 |  | 1 |
| max_trick |  |  | 2 |

## Errors

Each cell: outcome, error_ulp.

| input | error_ulp, largest | naive | max_trick |
| --- | --- | --- | --- |
| small | 1.235 | ok 1.235 | ok  |
| large | 0.5 |  | ok 0.5 |

## Each variant

| variant | source |
| --- | --- |
| naive | a\|b |
| max_trick | \<c>\*\\ |

## The columns

| column | compared | what it is |
| --- | --- | --- |
| variant | key | how |
| input | key | what |
| outcome | exact | one of ok \| overflow |
| error_ulp | bounded: 2 ULP (libm's exp); 1 ULP where bits are promised, since the column itself calls libm; at least 0; at most 1 | worst error |
| source | info | paper |
)");
}

BOOST_AUTO_TEST_CASE(a_pivot_leaves_out_lines_without_text_if_asked) {
  ResultTable table{
      .title = "T",
      .description = "D",
      .columns = {{"line", Rule::key, "d"}, {"of", Rule::key, "d"}, {"x", Rule::exact, "e"}},
      .rows = read_rows({{"a", "p", ""}, {"a", "q", ""}, {"b", "p", "1"}, {"b", "q", ""}})};
  table.pivots = {{.title = "V", .row = "line", .column = "of", .cells = {"x"}}};
  BOOST_TEST(to_markdown(table).find("| a |  |  |") != std::string::npos);
  table.pivots.front().leaves_out_empty = true;
  BOOST_TEST(to_markdown(table).find("| a |  |  |") == std::string::npos);
  BOOST_TEST(to_markdown(table).find("| b | 1 |  |") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(markdown_shows_every_row_where_nothing_else_is_asked) {
  const ResultTable table{.title = "T",
                          .description = "D",
                          .columns = {{"name", Rule::key, "d"}, {"x", Rule::bounded, "e"}},
                          .rows = read_rows({{"a\r\nb", "123456"}, {"c", "-inf"}})};
  BOOST_TEST(to_markdown(table) == R"(# T

D

| name | x |
| --- | --- |
| a  b | 1.235e+05 |
| c | -inf |

## The columns

| column | compared | what it is |
| --- | --- | --- |
| name | key | d |
| x | bounded: 0 absolute () | e |
)");
}

BOOST_AUTO_TEST_CASE(means_leave_out_what_is_no_number) {
  ResultTable table;
  table.columns = {{"k", Rule::key, ""}, {"a", Rule::exact, ""}, {"x", Rule::info, ""}};
  table.rows = read_rows(
      {{"1", "b", "2"}, {"2", "c", "7"}, {"3", "b", "5"}, {"4", "b", "nan"}, {"5", "b", ""}});
  table.means = {{.title = "Means", .row = "a", .cells = {"x"}}};
  const std::string md = to_markdown(table);
  BOOST_TEST(md.find("## Means\n\n| a | x |\n| --- | --- |\n| b | 3.5 |\n| c | 7 |\n") != md.npos,
             md);
}

BOOST_AUTO_TEST_SUITE_END()
