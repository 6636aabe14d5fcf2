// Round trips through NumPy's .npy files, and the exact text of every error.
#include <bit>

#include "folder.hpp"
#include "io/array.hpp"

BOOST_AUTO_TEST_SUITE(npy_test)

namespace {

using namespace maxtrick::io;
using maxtrick::tests::contains, maxtrick::tests::inf, maxtrick::tests::Limits;

std::string npy_error(std::string_view bytes) {
  return maxtrick::tests::error_of<InputError>([&] { return parse_npy(bytes, "x.npy"); });
}

// Returns a .npy file of any version with any header, valid or not.
std::string npy(int version, std::string_view header, std::string_view data) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  for (int byte = 0; byte < (version == 1 ? 2 : 4); ++byte)
    bytes += static_cast<char>((header.size() >> (8 * byte)) & 0xFF);
  return bytes.append(header).append(data);
}

std::string header_error(std::string_view header) { return npy_error(npy(1, header, "")); }

std::string shape_error(std::string_view shape, std::string_view data) {
  return npy_error(
      npy(1, fmt::format("{{'descr': '<f8', 'fortran_order': False, 'shape': {}}}", shape), data));
}

template <class T>
std::string raw(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!bytes.empty()) std::memcpy(bytes.data(), std::data(values), bytes.size());
  return bytes;
}

using Values = std::vector<double>;

}  // namespace

BOOST_AUTO_TEST_CASE(float64_comes_back_bit_by_bit) {
  using Limits = std::numeric_limits<double>;
  const Values values = {0.0,
                         -0.0,
                         0.1,
                         Limits::max(),
                         Limits::denorm_min(),
                         -Limits::denorm_min(),
                         Limits::min(),
                         Limits::infinity(),
                         -Limits::infinity(),
                         Limits::quiet_NaN(),
                         std::bit_cast<double>(0xFFF8'0000'0000'0123U),
                         1.0};
  const maxtrick::tests::Folder folder;
  const Array back =
      read_array(folder.write("x.npy", to_npy(Array{{3, 4}, values}, NumberType::float64)));
  BOOST_TEST(back.shape == (Shape{3, 4}));
  BOOST_CHECK(back.type == NumberType::float64);
  for (std::size_t i = 0; i < values.size(); ++i)
    BOOST_TEST(std::bit_cast<std::uint64_t>(back.values[i]) ==
               std::bit_cast<std::uint64_t>(values[i]));
}

BOOST_AUTO_TEST_CASE(float32_comes_back_bit_by_bit_and_rounds_to_nearest) {
  // 0x7FC00123 is a quiet NaN with a payload, 1 and 0x80000001 are subnormal.
  const std::vector<std::uint32_t> bits = {0,           0x8000'0000, 1,
                                           0x8000'0001, 0x7F80'0000, 0xFF80'0000,
                                           0x7FC0'0123, 0x3DCC'CCCD, 0x7F7F'FFFF};
  Values values;
  for (const auto b : bits) values.push_back(std::bit_cast<float>(b));
  const Array back = parse_npy(to_npy(Array{{bits.size()}, values}, NumberType::float32), "x.npy");
  BOOST_TEST(back.shape == (Shape{bits.size()}));
  BOOST_CHECK(back.type == NumberType::float32);
  for (std::size_t i = 0; i < bits.size(); ++i)
    BOOST_TEST(std::bit_cast<std::uint32_t>(static_cast<float>(back.values[i])) == bits[i]);

  // The midpoint between 1 and the next float rounds to even; the next double above it rounds up.
  const Array rounded = parse_npy(
      to_npy(Array{{1, 2}, {0x1.000001p0, 0x1.0000010000001p0}}, NumberType::float32), "x.npy");
  BOOST_TEST(rounded.values == (Values{1.0, 0x1.000002p0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(integers_come_back) {
  const Values whole = {0, -0.0, 1, -1, 2147483647, -2147483648.0};
  for (const NumberType type : {NumberType::int32, NumberType::int64}) {
    const Array back = parse_npy(to_npy(Array{{whole.size()}, whole}, type), "x.npy");
    BOOST_TEST(back.shape == (Shape{whole.size()}));
    BOOST_CHECK(back.type == type);
    BOOST_TEST(back.values == whole, boost::test_tools::per_element());
  }
  const Values wide = {0x1p53, -0x1p53};
  BOOST_TEST(parse_npy(to_npy(Array{{2, 1}, wide}, NumberType::int64), "x.npy").values == wide,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(integers_that_would_not_be_held_are_named) {
  const auto int64_error = [](const std::string& shape, std::initializer_list<std::int64_t> all) {
    return npy_error(
        npy(1, fmt::format("{{'descr': '<i8', 'fortran_order': False, 'shape': {}}}", shape),
            raw(all)));
  };
  constexpr std::int64_t two_to_53 = std::int64_t{1} << 53;
  BOOST_TEST(int64_error("(2,)", {two_to_53, -two_to_53}) == "no error");
  BOOST_TEST(
      int64_error("(2,)", {7, two_to_53 + 1}) ==
      "x.npy: element (1,) (counted from 0) is 9007199254740993; expected integers up to 2^53");
  BOOST_TEST(int64_error("(2, 2)", {7, 7, std::numeric_limits<std::int64_t>::min(), 7}) ==
             "x.npy: element (1, 0) (counted from 0) is -9223372036854775808; expected integers up "
             "to 2^53");
  BOOST_TEST(
      int64_error("(1,)", {-two_to_53 - 1}) ==
      "x.npy: element (0,) (counted from 0) is -9007199254740993; expected integers up to 2^53");
  BOOST_TEST(int64_error("(2,)", {7}) == "x.npy: 8 bytes of data; shape (2,) of '<i8' needs 16");
}

BOOST_AUTO_TEST_CASE(only_integers_are_written_as_integers) {
  const auto writes = [](double value, NumberType type) {
    return maxtrick::tests::error_of<std::invalid_argument>([&] {
      return to_npy(Array{{1, 1}, {value}}, type);
    });
  };
  BOOST_TEST(writes(0.5, NumberType::int64) == "0.5 is not an integer of 64 bits");
  BOOST_TEST(writes(std::nan(""), NumberType::int64) == "nan is not an integer of 64 bits");
  BOOST_TEST(writes(-0x1p63, NumberType::int64) == "no error");
  BOOST_TEST(writes(0x1p63, NumberType::int64) ==
             "9.223372036854776e+18 is not an integer of 64 bits");
  BOOST_TEST(writes(2147483648, NumberType::int32) == "2147483648 is not an integer of 32 bits");
  BOOST_TEST(writes(-2147483649, NumberType::int32) == "-2147483649 is not an integer of 32 bits");
  BOOST_TEST(writes(255, NumberType::uint8) == "no error");
  BOOST_TEST(writes(256, NumberType::uint8) == "256 is not an unsigned integer of 8 bits");
  BOOST_TEST(writes(-1, NumberType::uint64) == "-1 is not an unsigned integer of 64 bits");
  BOOST_TEST(writes(0x1p64, NumberType::uint64) ==
             "1.8446744073709552e+19 is not an unsigned integer of 64 bits");
  BOOST_TEST(writes(1, NumberType::boolean) == "no error");
  BOOST_TEST(writes(2, NumberType::boolean) == "2 is neither 0 nor 1");
  BOOST_TEST(writes(0.5, NumberType::boolean) == "0.5 is neither 0 nor 1");
}

BOOST_AUTO_TEST_CASE(a_file_is_as_numpy_writes_it) {
  // np.save of np.array([1, -2, 0.5], dtype='<f4'), NumPy 1.24.
  std::string expected{"\x93NUMPY\x01\x00\x76\x00", 10};
  expected += "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
  expected += std::string(127 - expected.size(), ' ') + '\n';
  expected += std::string("\0\0\x80\x3f\0\0\0\xc0\0\0\0\x3f", 12);
  const Array vector{{3}, {1, -2, 0.5}};
  BOOST_TEST(to_npy(vector, NumberType::float32) == expected);
  // np.save of np.array([2, 0, -1]), whose dtype is int64.
  expected = {"\x93NUMPY\x01\x00\x76\x00", 10};
  expected += "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }";
  expected += std::string(127 - expected.size(), ' ') + '\n';
  expected += std::string("\2\0\0\0\0\0\0\0", 8) + std::string(8, '\0') + std::string(8, '\xff');
  const Array labels{{3}, {2, 0, -1}};
  BOOST_TEST(to_npy(labels, NumberType::int64) == expected);

  for (const std::size_t columns : {1U, 1000U, 123456U}) {
    const Array zeros{{2, columns}, Values(2 * columns)};
    const std::string bytes = to_npy(zeros, NumberType::float64);
    const std::size_t header = bytes.size() - 16 * columns;
    BOOST_TEST(header % 64 == 0U);
    BOOST_TEST(bytes[header - 1] == '\n');
  }
}

BOOST_AUTO_TEST_CASE(every_version_order_and_spelling_is_read) {
  const std::string header = "{\"shape\": (2,3), 'fortran_order':True ,'descr': '<f4'}";
  for (const int version : {1, 2, 3}) {
    const Array array = parse_npy(npy(version, header, raw<float>({1, 4, 2, 5, 3, 6})), "x.npy");
    BOOST_TEST(array.shape == (Shape{2, 3}));
    BOOST_TEST(array.values == (Values{1, 2, 3, 4, 5, 6}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(every_dtype_is_read_in_either_byte_order) {
  const auto read = [](const std::string& dtype, std::string bytes) {
    const std::string header =
        fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': (2,)}}", dtype);
    return parse_npy(npy(1, header, bytes), "x.npy");
  };
  const auto check = [&](const std::string& code, std::string bytes, NumberType type, double first,
                         double second) {
    for (const std::string& order : bytes.size() == 2
                                        ? std::vector<std::string>{"|", "<", ">", "="}
                                        : std::vector<std::string>{"<", ">", "=", ""}) {
      std::string stored = bytes;
      if (order == ">")
        for (const std::size_t half : {std::size_t{0}, bytes.size() / 2})
          std::reverse(stored.begin() + static_cast<std::ptrdiff_t>(half),
                       stored.begin() + static_cast<std::ptrdiff_t>(half + bytes.size() / 2));
      const Array array = read(order + code, stored);
      BOOST_CHECK(array.type == type);
      BOOST_TEST(array.shape == (Shape{2}));
      BOOST_TEST(array.values == (Values{first, second}), boost::test_tools::per_element());
      BOOST_TEST(is_integer(type) == (code[0] == 'i' || code[0] == 'u'));
      if (order == "=") continue;
      // What this writes is little-endian, and the same when it is read again.
      const std::string written = to_npy(array, type);
      BOOST_TEST(written.ends_with(code == "b1" ? std::string("\1\0", 2) : bytes));
      BOOST_TEST(contains(written, fmt::format("'{}{}'", bytes.size() == 2 ? '|' : '<', code)));
    }
  };
  check("b1", std::string("\2\0", 2), NumberType::boolean, 1, 0);  // any byte but 0 is true
  check("i1", raw<std::int8_t>({-128, 127}), NumberType::int8, -128, 127);
  check("u1", raw<std::uint8_t>({1, 255}), NumberType::uint8, 1, 255);
  check("i2", raw<std::int16_t>({-32768, 2}), NumberType::int16, -32768, 2);
  check("u2", raw<std::uint16_t>({65535, 2}), NumberType::uint16, 65535, 2);
  check("i4", raw<std::int32_t>({-2147483647, 2}), NumberType::int32, -2147483647, 2);
  check("u4", raw<std::uint32_t>({4294967295, 2}), NumberType::uint32, 4294967295, 2);
  check("i8", raw<std::int64_t>({-(std::int64_t{1} << 53), 3}), NumberType::int64, -0x1p53, 3);
  check("u8", raw<std::uint64_t>({std::uint64_t{1} << 53, 3}), NumberType::uint64, 0x1p53, 3);
  check("f2", raw<std::uint16_t>({0x3c00, 0xfbff}), NumberType::float16, 1, -65504);
  check("f4", raw<float>({0x1.000002p0F, -3}), NumberType::float32, 0x1.000002p0, -3);
  check("f8", raw<double>({0.1, -3}), NumberType::float64, 0.1, -3);
  BOOST_TEST(std::isnan(read("<f2", raw<std::uint16_t>({0x7e00, 0})).values[0]));
  BOOST_TEST(
      maxtrick::tests::error_of<InputError>(
          [&] { (void)read(">u8", std::string("\0\0\0\0\0\0\0\0\x80\0\0\0\0\0\0\0", 16)); }) ==
      "x.npy: element (1,) (counted from 0) is 9223372036854775808; expected integers up to 2^53");
}

BOOST_AUTO_TEST_CASE(any_number_of_dimensions_is_read_in_either_order) {
  const auto read = [](const std::string& shape, bool fortran,
                       std::initializer_list<std::int8_t> all) {
    const std::string header = fmt::format("{{'descr': '|i1', 'fortran_order': {}, 'shape': {}}}",
                                           fortran ? "True" : "False", shape);
    return parse_npy(npy(1, header, raw(all)), "x.npy");
  };
  for (const bool fortran : {false, true}) {
    const Array number = read("()", fortran, {7});
    BOOST_TEST(number.shape.empty());
    BOOST_TEST(number.values == (Values{7}), boost::test_tools::per_element());
    const Array empty = read("(2, 0, 3)", fortran, {});
    BOOST_TEST(empty.shape == (Shape{2, 0, 3}));
    BOOST_TEST(empty.values.empty());
    for (const Array& array : {number, empty}) {
      const Array back = parse_npy(to_npy(array, NumberType::float16), "x.npy");
      BOOST_TEST(back.shape == array.shape);
      BOOST_TEST(back.values == array.values);
    }
  }
  // The element i, j, k is 100 i + 10 j + k.
  const Values expected{0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121};
  const Array c = read("(2, 3, 2)", false, {0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121});
  const Array f = read("(2, 3, 2)", true, {0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121});
  BOOST_TEST(c.shape == (Shape{2, 3, 2}));
  BOOST_TEST(c.values == expected, boost::test_tools::per_element());
  BOOST_TEST(f.shape == (Shape{2, 3, 2}));
  BOOST_TEST(f.values == expected, boost::test_tools::per_element());
  // An integer that is not held is named by its own index, whatever the order.
  BOOST_TEST(npy_error(npy(1, "{'descr': '<i8', 'fortran_order': True, 'shape': (1, 2, 2)}",
                           raw<std::int64_t>({0, Limits<std::int64_t>::max(), 0, 0}))) ==
             "x.npy: element (0, 1, 0) (counted from 0) is 9223372036854775807; expected integers "
             "up to 2^53");
}

BOOST_AUTO_TEST_CASE(float16_is_rounded_once_to_nearest) {
  const Array written{{5}, {1 + 0x1p-11, 1 + 0x1p-11 + 0x1p-40, 65519.99, 65520, 0x1p-25}};
  const Array back = parse_npy(to_npy(written, NumberType::float16), "x.npy");
  BOOST_CHECK(back.type == NumberType::float16);
  BOOST_TEST(back.values == (Values{1, 1 + 0x1p-10, 65504, inf<double>, 0}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_npy_file_is_named) {
  BOOST_TEST(npy_error("") == "x.npy: not a .npy file: it does not start with \\x93NUMPY");
  BOOST_TEST(npy_error("PK\x03\x04") == npy_error(""));
  BOOST_TEST(npy_error("\x93NUMPY\x01") == "x.npy: the file ends within the format version");
  BOOST_TEST(npy_error("\x93NUMPY\x04" + std::string(9, '\0')) ==
             "x.npy: format version 4.0 is not supported; expected 1.0, 2.0 or 3.0");
  BOOST_TEST(npy_error("\x93NUMPY\x01\x01{}") ==
             "x.npy: format version 1.1 is not supported; expected 1.0, 2.0 or 3.0");
  BOOST_TEST(npy_error(npy(2, "", "").substr(0, 10)) ==
             "x.npy: the file ends within the length of the header");
  BOOST_TEST(npy_error(npy(1, "{'descr': '<f4'}", "").substr(0, 15)) ==
             "x.npy: the file ends within the header: 5 bytes of 16");
  BOOST_TEST(npy_error(std::string("\x93NUMPY\x02\0\xff\xff\xff\xff{}", 14)) ==
             "x.npy: the file ends within the header: 2 bytes of 4294967295");
}

BOOST_AUTO_TEST_CASE(a_header_is_one_dict_and_no_other_python) {
  BOOST_TEST(header_error("") == "x.npy: header: expected '{' at character 1");
  BOOST_TEST(header_error("{}") == "x.npy: header: no key 'descr'");
  BOOST_TEST(header_error("{'descr': '<f4'}") == "x.npy: header: no key 'fortran_order'");
  BOOST_TEST(header_error("{'descr': '<f4', 'fortran_order': False,}") ==
             "x.npy: header: no key 'shape'");
  BOOST_TEST(header_error("{'descr': '<f4', 'descr': '<f4'}") ==
             "x.npy: header: key 'descr' occurs twice");
  BOOST_TEST(header_error("{'order': 'C'}") == "x.npy: header: unknown key 'order'");
  BOOST_TEST(header_error("{1: 2}") == "x.npy: header: expected a string at character 2");
  BOOST_TEST(header_error("{'descr") ==
             "x.npy: header: expected the end of a string at character 8");
  BOOST_TEST(header_error("{'descr' '<f4'}") == "x.npy: header: expected ':' at character 10");
  BOOST_TEST(header_error("{'descr': '<f4' 'shape'") ==
             "x.npy: header: expected ',' or '}' at character 17");
  BOOST_TEST(header_error("{'fortran_order': 1}") ==
             "x.npy: header: expected True or False at character 19");
  BOOST_TEST(header_error("{'shape': 3}") == "x.npy: header: expected '(' at character 11");
  BOOST_TEST(header_error("{'shape': (3)}") ==
             "x.npy: header: expected ',' in a tuple of one at character 13");
  BOOST_TEST(header_error("{'shape': (3 4)}") ==
             "x.npy: header: expected ',' or ')' at character 14");
  BOOST_TEST(header_error("{'shape': (-3,)}") == "x.npy: header: expected a size at character 12");
  BOOST_TEST(header_error("{'shape': (18446744073709551616,)}") ==
             "x.npy: header: a dimension is too large");
  BOOST_TEST(header_error("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} 1") ==
             "x.npy: header: expected the end at character 57");
}

BOOST_AUTO_TEST_CASE(what_is_not_read_is_named_before_anything_is_allocated) {
  const auto dtype_error = [](std::string_view dtype) {
    return header_error(
        fmt::format("{{'descr': {}, 'fortran_order': False, 'shape': (1,)}}", dtype));
  };
  const std::string expected =
      "expected 'b1', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4' or 'f8', in "
      "either byte order";
  for (const std::string dtype : {"<c16", "|O", "<f16", "<b1x", "<U3", "|V2", "|f4", "", "<"})
    BOOST_TEST(dtype_error("'" + dtype + "'") ==
               "x.npy: dtype '" + dtype + "' is not supported; " + expected);
  BOOST_TEST(dtype_error("[('a', '<f4')]") ==
             "x.npy: structured dtypes are not supported; " + expected);
  BOOST_TEST(shape_error("()", "") == "x.npy: 0 bytes of data; shape () of '<f8' needs 8");
  BOOST_TEST(shape_error("(0,)", "") == "no error");
  const auto ones = [](int dimensions) {
    std::string text = "(";
    for (int k = 0; k < dimensions; ++k) text += "1,";
    return text + ")";
  };
  BOOST_TEST(shape_error(ones(64), std::string(8, '\0')) == "no error");
  BOOST_TEST(shape_error(ones(65), std::string(8, '\0')) ==
             "x.npy: 65 dimensions; expected at most 64");
  // Users of an empty array compute products of its other dimensions.
  BOOST_TEST(shape_error("(4294967296, 0, 4294967296)", "") ==
             "x.npy: shape (4294967296, 0, 4294967296) is too large");
  // For 2^32 rows of 2^32 numbers the product is 0 in 64 bits. For 2^61 numbers the size in bytes
  // is.
  BOOST_TEST(shape_error("(4294967296, 4294967296)", "") ==
             "x.npy: shape (4294967296, 4294967296) is too large");
  BOOST_TEST(shape_error("(2305843009213693952,)", "") ==
             "x.npy: shape (2305843009213693952,) is too large");
  BOOST_TEST(shape_error("(1000000000000,)", "12345678") ==
             "x.npy: 8 bytes of data; shape (1000000000000,) of '<f8' needs 8000000000000");
  BOOST_TEST(shape_error("(1, 2)", std::string(15, '\0')) ==
             "x.npy: 15 bytes of data; shape (1, 2) of '<f8' needs 16");
  BOOST_TEST(shape_error("(2,)", std::string(17, '\0')) ==
             "x.npy: 17 bytes of data; shape (2,) of '<f8' needs 16");
}

BOOST_AUTO_TEST_CASE(no_prefix_and_no_changed_byte_does_harm) {
  const std::string good = to_npy(Array{{2, 2}, {1, 2, 3, 4}}, NumberType::float64);
  for (std::size_t size = 0; size < good.size(); ++size)
    BOOST_TEST(npy_error(good.substr(0, size)) != "no error");
  // The result must be an array or an InputError; the sanitizers check everything else.
  for (std::size_t at = 0; at < 128; ++at)
    for (int byte = 0; byte < 256; ++byte) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(byte);
      (void)npy_error(bytes);
    }
}

BOOST_AUTO_TEST_SUITE_END()
