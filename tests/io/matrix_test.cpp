// Matrices from text and CSV, and the exact text of every error. npy_test.cpp tests .npy files.
#include "io/matrix.hpp"

#include <system_error>

#include "folder.hpp"

BOOST_AUTO_TEST_SUITE(matrix_test)

namespace {

using namespace maxtrick::io;
using maxtrick::tests::error_of, maxtrick::tests::Folder;
using Values = std::vector<double>;

std::string text_error(std::string_view text) {
  return error_of<InputError>([&] { return parse_matrix(text, "--logits"); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(text_is_read_with_its_special_values) {
  const Matrix matrix = parse_matrix(" 1, -2.5e3 ,nan;\tinf,-inf,-0", "--logits");
  BOOST_TEST(matrix.rows == 2U);
  BOOST_TEST(matrix.columns == 3U);
  BOOST_TEST(!matrix.one_dimensional);
  BOOST_TEST(!matrix.type.has_value());
  BOOST_TEST(matrix.values[1] == -2500.0);
  BOOST_TEST(std::isnan(matrix.values[2]));
  BOOST_TEST(matrix.values[3] == std::numeric_limits<double>::infinity());
  BOOST_TEST(matrix.values[4] == -std::numeric_limits<double>::infinity());
  BOOST_TEST(std::signbit(matrix.values[5]));
  BOOST_TEST(parse_matrix("1,2", "--logits").one_dimensional);
  BOOST_TEST(!parse_matrix("1;2", "--logits").one_dimensional);
}

BOOST_AUTO_TEST_CASE(text_errors_name_the_place) {
  BOOST_TEST(text_error("") == "--logits:1:1: no numbers");
  BOOST_TEST(text_error(" \n") == "--logits:1:1: no numbers");
  BOOST_TEST(text_error("1,2, abc") == "--logits:1:6: 'abc' is not a number");
  BOOST_TEST(text_error("1,2;3,0x1") == "--logits:1:7: '0x1' is not a number");
  BOOST_TEST(text_error("1,,2") == "--logits:1:3: a number is missing");
  BOOST_TEST(text_error("1,2,") == "--logits:1:5: a number is missing");
  BOOST_TEST(text_error("1,2;;3,4") == "--logits:1:5: an empty row");
  BOOST_TEST(text_error("1,2;") == "--logits:1:5: an empty row");
  BOOST_TEST(text_error("1,2;3") == "--logits:1:5: 1 number, but the first row has 2");
  BOOST_TEST(text_error("1;2,3") == "--logits:1:3: 2 numbers, but the first row has 1");
  // Columns count characters, not bytes: the minus sign is one character of three bytes.
  BOOST_TEST(text_error("\u22121;x") == "--logits:1:1: '\u22121' is not a number");
  BOOST_TEST(text_error("1\n,\u22121,x") == "--logits:2:2: '\u22121' is not a number");
  BOOST_TEST(text_error("\x1b[2J") == "--logits:1:1: '\uFFFD[2J' is not a number");
  BOOST_TEST(text_error(std::string(61, 'x')) ==
             "--logits:1:1: '" + std::string(60, 'x') + "...' is not a number");
}

BOOST_AUTO_TEST_CASE(csv_is_read_by_lines) {
  const Folder folder;
  const auto path = folder / "x.csv";
  const auto read = [&](std::string_view text) {
    write_file(path, text);
    return read_matrix(path);
  };
  const Matrix matrix = read("\xEF\xBB\xBF# logits\r\n1,2\r\n\r\n  \n3,4");
  BOOST_TEST(matrix.rows == 2U);
  BOOST_TEST(matrix.values == (Values{1, 2, 3, 4}), boost::test_tools::per_element());
  BOOST_TEST(read("1,2\n").one_dimensional);

  const std::string name = path.string();
  const auto error = [&](std::string_view text) {
    return error_of<InputError>([&] { return read(text); });
  };
  BOOST_TEST(error("1,2,3\n#\n4, 5,abc\n") == name + ":3:6: 'abc' is not a number");
  BOOST_TEST(error("1,2,3\n\n4,5\n") == name + ":3:1: 2 numbers, but the first row has 3");
  BOOST_TEST(error("# nothing\n") == name + ":1:1: no numbers");
  BOOST_TEST(read("+5").values == (Values{5}), boost::test_tools::per_element());
  BOOST_TEST(error("+-5") == name + ":1:1: '+-5' is not a number");
  BOOST_TEST(error("1;2") == name + ":1:1: '1;2' is not a number");
  BOOST_CHECK_THROW((void)read_matrix(folder / "absent.csv"), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
