// Members of .npz files, stored and compressed, and the exact text of every error.
#include "io/npz.hpp"

#include "folder.hpp"

BOOST_AUTO_TEST_SUITE(npz_test)

namespace {

using namespace maxtrick::io;
using maxtrick::tests::error_of, maxtrick::tests::replaced;
using Values = std::vector<double>;
using Members = std::vector<std::pair<std::string, std::string>>;

// numpy.savez_compressed("two.npz", z=np.array([1, -2, 0.5], 'f4'), y=np.array([2, 0])), as Python's
// zipfile writes it: deflated, with sizes of 64 bits.
const std::string two_members =
    "504b03042d0000000800000021004d356550ffffffffffffffff050014007a2e6e7079010010008c0000000000"
    "00004f000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a2aea3a09e965f54529498"
    "179f5f94920a12774bcc294e058a17672416a402f91ac63a9a3a0ab50a14002e0686067b06068603406c0f0050"
    "4b03042d000000080000002100834ff182ffffffffffffffff05001400792e6e70790100100090000000000000"
    "0048000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9369a1aea3a09e965f5452949817"
    "9f5f94920a12774bcc294e058a17672416a402f91a463a9a3a0ab50a14002e2606540000504b01022d032d0000"
    "000800000021004d3565504f0000008c0000000500000000000000000000008001000000007a2e6e7079504b01"
    "022d032d000000080000002100834ff1824800000090000000050000000000000000000000800186000000792e"
    "6e7079504b0506000000000200020066000000050100000000";

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFF'FFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc % 2 == 1 ? 0xEDB8'8320U : 0U);
  }
  return ~crc;
}

void append_number(std::string& bytes, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
}

// A zip file of stored members. `method` is what their headers say.
std::string zip(const Members& members, unsigned method = 0) {
  std::string bytes, directory;
  for (const auto& [name, content] : members) {
    std::string about;
    append_number(about, 20, 2);  // version
    append_number(about, 0, 2);   // flags
    append_number(about, method, 2);
    append_number(about, 0, 4);  // time and date
    append_number(about, crc32(content), 4);
    append_number(about, content.size(), 4);
    append_number(about, content.size(), 4);
    append_number(about, name.size(), 2);
    append_number(about, 0, 2);  // extra field
    directory += "PK\1\2" + std::string("\24\0", 2) + about + std::string(10, '\0');
    append_number(directory, bytes.size(), 4);
    directory += name;
    bytes += "PK\3\4" + about + name + content;
  }
  std::string end = "PK\5\6" + std::string(4, '\0');
  for (int i = 0; i < 2; ++i) append_number(end, members.size(), 2);
  append_number(end, directory.size(), 4);
  append_number(end, bytes.size(), 4);
  return bytes + directory + end + std::string(2, '\0');
}

const std::string three = to_npy(Array{{3}, {1, 2, 3}}, NumberType::float64);

std::string npz_error(const std::string& bytes, const std::optional<std::string>& member = {}) {
  return error_of<InputError>([&] { return parse_npz(bytes, "x.npz", member); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(members_are_read_from_a_file) {
  const maxtrick::tests::Folder folder;
  const std::string path = folder.write("two.npz", from_hex(two_members)).string();
  for (const std::string member : {"z", "z.npy"}) {
    const Array z = read_array(path + ":" + member);
    BOOST_CHECK(z.type == NumberType::float32);
    BOOST_TEST(z.values == (Values{1, -2, 0.5}), boost::test_tools::per_element());
  }
  const Array y = read_array(path + ":y");
  BOOST_CHECK(y.type == NumberType::int64);
  BOOST_TEST(y.values == (Values{2, 0}), boost::test_tools::per_element());
  const auto error = [&](const std::string& name) {
    return error_of<InputError>([&] { return read_array(name); });
  };
  BOOST_TEST(error(path) == path + ": 2 members; expected " + path + ":z.npy, " + path + ":y.npy");
  BOOST_TEST(error(path + ":Z") ==
             path + ": no member 'Z'; expected " + path + ":z.npy, " + path + ":y.npy");
  BOOST_CHECK_THROW((void)read_array(folder / "absent.npz:z"), std::system_error);
}

BOOST_AUTO_TEST_CASE(the_only_member_needs_no_name) {
  const maxtrick::tests::Folder folder;
  for (const std::string name : {"x.npz", "x"}) {  // known by its name, or by its first bytes
    const Array array = read_array(folder.write(name, zip({{"a.npy", three}})));
    BOOST_TEST(array.shape == (Shape{3}));
    BOOST_TEST(array.values == (Values{1, 2, 3}), boost::test_tools::per_element());
  }
  // The exact name comes first.
  const std::string other = to_npy(Array{{1}, {4}}, NumberType::float64);
  BOOST_TEST(parse_npz(zip({{"a.npy", three}, {"a", other}}), "x.npz", "a").values == (Values{4}));
}

BOOST_AUTO_TEST_CASE(what_is_no_npz_file_is_named) {
  BOOST_TEST(npz_error("") == "x.npz: not a .npz file: it does not start with PK");
  BOOST_TEST(
      npz_error("PK\3\4 and no more").starts_with("x.npz: not a zip file that can be read: "));
  BOOST_TEST(npz_error(zip({})) == "x.npz: no members");
  BOOST_TEST(npz_error(zip({{"a.txt", "1,2"}})) ==
             "x.npz:a.txt: not a .npy file: it does not start with \\x93NUMPY");
  BOOST_TEST(
      npz_error(zip({{"a.npy", three.substr(0, 20)}})).starts_with("x.npz:a.npy: the file ends"));
  BOOST_TEST(npz_error(zip({{"a.npy", three}}, 97)) ==
             "x.npz:a.npy: Compression method not supported");
  std::string changed = zip({{"a.npy", three}});
  ++changed[changed.find("NUMPY") + 100];
  BOOST_TEST(npz_error(changed) == "x.npz:a.npy: CRC error");
  Members many;
  for (int i = 0; i < 12; ++i) many.emplace_back(fmt::format("{}.npy", i), three);
  BOOST_TEST(npz_error(zip(many), "a") ==
             "x.npz: no member 'a'; expected x.npz:0.npy, x.npz:1.npy, x.npz:2.npy, x.npz:3.npy, "
             "x.npz:4.npy, x.npz:5.npy, x.npz:6.npy, x.npz:7.npy, x.npz:8.npy, x.npz:9.npy, ...");
}

BOOST_AUTO_TEST_CASE(a_member_that_inflates_too_far_is_refused) {
  const std::string bytes = from_hex(two_members);
  BOOST_TEST(parse_npz(bytes, "x.npz", "z", 140).values.size() == 3U);  // 128 + 12 bytes
  BOOST_TEST(error_of<InputError>([&] { return parse_npz(bytes, "x.npz", "z", 139); }) ==
             "x.npz:z.npy: more than 0 MiB, which is too long");
}

BOOST_AUTO_TEST_CASE(no_prefix_and_no_changed_byte_does_harm) {
  const std::string good = from_hex(two_members);
  for (std::size_t size = 0; size < good.size(); ++size)
    BOOST_TEST(npz_error(good.substr(0, size), "z") != "no error");
  // The result must be an array or an InputError; the sanitizers check everything else.
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int change : {1, 0x80, 0xFF}) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      (void)npz_error(bytes, "z");
    }
}

BOOST_AUTO_TEST_SUITE_END()
