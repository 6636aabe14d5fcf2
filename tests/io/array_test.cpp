// Arrays from literals and text files, and the exact text of every error. npy_test.cpp and
// npz_test.cpp test the files of NumPy.
#include "io/array.hpp"

#include <system_error>

#include "folder.hpp"

BOOST_AUTO_TEST_SUITE(array_test)

namespace {

using namespace maxtrick::io;
using maxtrick::tests::error_of, maxtrick::tests::Folder;
using Values = std::vector<double>;

std::string text_error(std::string_view text) {
  return error_of<InputError>([&] { return parse_array(text, "--logits"); });
}

void check_is(const Array& array, const Shape& shape, const Values& values) {
  BOOST_TEST(array.shape == shape, fmt::format("{}", array.shape));
  BOOST_TEST(array.values == values, boost::test_tools::per_element());
  BOOST_TEST(!array.type.has_value());
}

}  // namespace

BOOST_AUTO_TEST_CASE(text_is_read_with_its_special_values) {
  const Array array = parse_array(" 1, -2.5e3 ,nan;\tinf,-inf,-0", "--logits");
  BOOST_TEST(array.shape == (Shape{2, 3}));
  BOOST_TEST(!array.type.has_value());
  BOOST_TEST(array.values[1] == -2500.0);
  BOOST_TEST(std::isnan(array.values[2]));
  BOOST_TEST(array.values[3] == std::numeric_limits<double>::infinity());
  BOOST_TEST(array.values[4] == -std::numeric_limits<double>::infinity());
  BOOST_TEST(std::signbit(array.values[5]));
  BOOST_TEST(parse_array("1,2", "--logits").shape == (Shape{2}));
  BOOST_TEST(parse_array("1;2", "--logits").shape == (Shape{2, 1}));
  check_is(parse_array("true, false;True,False", "--mask"), {2, 2}, {1, 0, 1, 0});
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

BOOST_AUTO_TEST_CASE(brackets_have_any_number_of_dimensions) {
  const auto read = [](std::string_view text) { return parse_array(text, "--logits"); };
  check_is(read("[1]"), {1}, {1});
  check_is(read(" [ [1 , 2],\n[-3,+4.5 ] ] "), {2, 2}, {1, 2, -3, 4.5});
  check_is(read("[[[1,2],[3,4]],[[5,6],[7,8]]]"), {2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  check_is(read("[[[1],[2],[3]]]"), {1, 3, 1}, {1, 2, 3});
  check_is(read("[true,false]"), {2}, {1, 0});
  check_is(read("[-inf,inf]"), {2}, {-maxtrick::tests::inf<double>, maxtrick::tests::inf<double>});
  check_is(read("[]"), {0}, {});
  check_is(read("[[],[]]"), {2, 0}, {});
  check_is(read("[[[]]]"), {1, 1, 0}, {});
  const auto deep = [](std::size_t depth) {
    return std::string(depth, '[') + "1" + std::string(depth, ']');
  };
  check_is(read(deep(max_dimensions)), Shape(max_dimensions, 1), {1});
  BOOST_TEST(text_error(deep(max_dimensions + 1)) == "--logits:1:65: more than 64 dimensions");
  BOOST_TEST(text_error(std::string(1'000'000, '[')) == "--logits:1:65: more than 64 dimensions");
}

BOOST_AUTO_TEST_CASE(bracket_errors_name_the_place) {
  const auto check = [](std::string_view text, const std::string& error) {
    BOOST_TEST(text_error(text) == "--logits:" + error, text);
  };
  check("[", "1:2: the text ends within brackets");
  check("[1", "1:3: the text ends within brackets, but expected ',' or ']'");
  check("[1,", "1:4: the text ends within brackets");
  check("[[1],[2]", "1:9: the text ends within brackets, but expected ',' or ']'");
  check("[1]]", "1:4: ']' after the last bracket");
  check("[1] 2", "1:5: '2' after the last bracket");
  check("[1],[2]", "1:4: ',' after the last bracket");
  check(std::string_view("[1]\0", 4), "1:4: '\uFFFD' after the last bracket");
  check("[1,]", "1:4: a number is missing");
  check("[,1]", "1:2: a number is missing");
  check("[[1],]", "1:6: a number is missing");
  check("[1,,2]", "1:4: a number is missing");
  check("[[1,2],\n [3,abc]]", "2:5: 'abc' is not a number");
  check("[1 2]", "1:2: '1 2' is not a number");
  check("[1;2]", "1:2: '1;2' is not a number");
  check("[[1];[2]]", "1:5: ';', but expected ',' or ']'");
  check("[[1][2]]", "1:5: '[2', but expected ',' or ']'");
  check("[[1,2],[3]]", "1:8: 1 number, but the first row has 2");
  check("[[1,2],[]]", "1:8: 0 numbers, but the first row has 2");
  check("[[],[1]]", "1:5: 1 number, but the first row has 0");
  check("[[[1],[2]],[[3]]]", "1:12: 1 array, but the first one here has 2");
  check("[[1],2]", "1:6: a number where the others are arrays");
  check("[1,[2]]", "1:4: an array where the others are numbers");
  check("[[],1]", "1:5: a number where the others are arrays");
  check("[[],[[]]]", "1:6: an array where the others are numbers");
  check("[[[]],[]]", "1:7: 0 arrays, but the first one here has 1");
  check("1,2;[3]", "1:5: '[3]' is not a number");
}

BOOST_AUTO_TEST_CASE(csv_is_read_by_lines) {
  const Folder folder;
  const auto path = folder / "x.csv";
  const auto read = [&](std::string_view text) {
    write_file(path, text);
    return read_array(path);
  };
  check_is(read("\xEF\xBB\xBF# logits\r\n1,2\r\n\r\n  \n3,4"), {2, 2}, {1, 2, 3, 4});
  check_is(read("1,2\n"), {2}, {1, 2});

  const std::string name = path.string();
  const auto error = [&](std::string_view text) {
    return error_of<InputError>([&] { return read(text); });
  };
  BOOST_TEST(error("1,2,3\n#\n4, 5,abc\n") == name + ":3:6: 'abc' is not a number");
  BOOST_TEST(error("1,2,3\n\n4,5\n") == name + ":3:1: 2 numbers, but the first row has 3");
  BOOST_TEST(error("# nothing\n") == name + ":1:1: no numbers");
  BOOST_TEST(error("") == name + ":1:1: no numbers");
  BOOST_TEST(read("+5").values == (Values{5}), boost::test_tools::per_element());
  BOOST_TEST(error("+-5") == name + ":1:1: '+-5' is not a number");
  BOOST_TEST(error("1;2") == name + ":1:1: '1;2' is not a number");
  BOOST_CHECK_THROW((void)read_array(folder / "absent.csv"), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_text_has_one_separator) {
  const auto read = [](std::string_view text) { return parse_text(text, "x"); };
  const auto error = [&](std::string_view text) {
    return error_of<InputError>([&] { return read(text); });
  };
  check_is(read("1\t2\r\n3\t4\r\n"), {2, 2}, {1, 2, 3, 4});
  check_is(read("  1   2\n 3 4 \n"), {2, 2}, {1, 2, 3, 4});
  check_is(read("# three\n1\n2\n3\n"), {3, 1}, {1, 2, 3});
  check_is(read("5\t\n"), {1}, {5});
  check_is(read("1 \t 2\n"), {2}, {1, 2});
  // A cell may be missing between tabs, but not between blanks.
  BOOST_TEST(error("1\t2\t3\n4\t\t6\n") == "x:2:3: a number is missing");
  BOOST_TEST(error("1\t2\t3\n4\t5\t\n") == "x:2:5: a number is missing");
  // A line with another separator is an error, wherever it is.
  BOOST_TEST(error("1,2\n3 4\n") == "x:2:1: '3 4' is not a number");
  BOOST_TEST(error("1\t2\n3 4\n") == "x:2:1: '3 4' is not a number");
  BOOST_TEST(error("1 2\n3,4\n") == "x:1:1: '1 2' is not a number");
  BOOST_TEST(error("1 2\n3 4 5\n") == "x:2:1: 3 numbers, but the first row has 2");
}

BOOST_AUTO_TEST_CASE(a_first_line_of_column_names_is_skipped) {
  const auto read = [](std::string_view text) { return parse_text(text, "x"); };
  const auto error = [&](std::string_view text) {
    return error_of<InputError>([&] { return read(text); });
  };
  check_is(read("a,b\n1,2\n"), {2}, {1, 2});
  check_is(read("# c\n\nclass 0,\"class_1\"\n1,2\n3,4\n"), {2, 2}, {1, 2, 3, 4});
  check_is(read("class 0\tclass 1\n1\t2\n"), {2}, {1, 2});
  check_is(read("a b\n1 2\n"), {2}, {1, 2});
  check_is(read("label\n1\n0\n"), {2, 1}, {1, 0});
  BOOST_TEST(error("a,b\n1\n") == "x:1:1: 'a' is not a number");
  BOOST_TEST(error("a,b\n") == "x:1:1: 'a' is not a number");
  BOOST_TEST(error("1,2\na,b\n") == "x:2:1: 'a' is not a number");
  BOOST_TEST(error("a,b\nc,d\n1,2\n") == "x:2:1: 'c' is not a number");
  BOOST_TEST(error("a,b\n1,2\n3\n") == "x:3:1: 1 number, but the first row has 2");
  // Misspelt numbers are no names.
  BOOST_TEST(error("a,2\n1,2\n") == "x:1:1: 'a' is not a number");
  BOOST_TEST(error("1.5.0,-\n1,2\n") == "x:1:1: '1.5.0' is not a number");
  BOOST_TEST(error("\u22121\n1\n") == "x:1:1: '\u22121' is not a number");
  BOOST_TEST(error("a,\n1,2\n") == "x:1:1: 'a' is not a number");
  check_is(read("inf,True\n1,2\n"), {2, 2}, {maxtrick::tests::inf<double>, 1, 1, 2});
}

BOOST_AUTO_TEST_CASE(one_reader_of_files_knows_their_formats) {
  const Folder folder;
  const std::string npy = to_npy(Array{{2}, {1, 2}}, NumberType::int32);
  for (const std::string name : {"x.npy", "x", "x.bin"})
    BOOST_CHECK(read_array(folder.write(name, npy)).type == NumberType::int32);
  check_is(read_array(folder.write("x.txt", "1 2\n")), {2}, {1, 2});
  const auto text = folder.write("text.npy", "1 2\n");
  BOOST_TEST(error_of<InputError>([&] { return read_array(text); }) ==
             text.string() + ": not a .npy file: it does not start with \\x93NUMPY");
  BOOST_TEST(file_of_array("a/x.npy") == "a/x.npy");
  BOOST_TEST(file_of_array("a/x.npz:b.npy") == "a/x.npz");
  BOOST_TEST(file_of_array("x.npy:b") == "x.npy:b");
  // A file of that very name is meant.
  const auto odd = folder.write("odd.npz:b", "3\n");
  BOOST_TEST(file_of_array(odd) == odd);
  check_is(read_array(odd), {1}, {3});
}

BOOST_AUTO_TEST_CASE(a_matrix_has_one_or_two_dimensions) {
  const auto error = [](const Array& array) {
    return error_of<InputError>([&] { (void)matrix_size(array, "x.npy"); });
  };
  const MatrixSize vector = matrix_size(Array{{3}, {1, 2, 3}}, "x"),
                   matrix = matrix_size(Array{{3, 1}, {1, 2, 3}}, "x");
  BOOST_TEST((vector.rows == 1 && vector.columns == 3));
  BOOST_TEST((matrix.rows == 3 && matrix.columns == 1));
  BOOST_TEST(error(Array{{}, {1}}) == "x.npy: 0 dimensions; expected 1 or 2");
  BOOST_TEST(error(Array{{1, 1, 1}, {1}}) == "x.npy: 3 dimensions; expected 1 or 2");
  BOOST_TEST(error(Array{{0}, {}}) == "x.npy: shape (0,) contains no numbers");
  BOOST_TEST(error(Array{{3, 0}, {}}) == "x.npy: shape (3, 0) contains no numbers");
}

BOOST_AUTO_TEST_SUITE_END()
