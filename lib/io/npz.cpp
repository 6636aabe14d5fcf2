#include "io/npz.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "text/quoted.hpp"

namespace maxtrick::io {
namespace {

using Zip = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using ZipFile = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

constexpr std::size_t most_named = 10;  // members that an error lists

[[noreturn]] void fail_npz(std::string_view name, std::string_view message) {
  throw InputError(fmt::format("{}: {}", text::shown_path(name), message));
}

// `bytes` must outlive the archive.
Zip open_zip(std::string_view bytes, std::string_view name) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  if (!zip) {
    const std::string why = zip_error_strerror(&error);
    zip_source_free(source);
    zip_error_fini(&error);
    fail_npz(name, fmt::format("not a zip file that can be read: {}", why));
  }
  return {zip, &zip_discard};
}

std::vector<std::string> member_names(zip_t* zip) {
  std::vector<std::string> names;
  const zip_int64_t count = zip_get_num_entries(zip, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* found = zip_get_name(zip, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    names.emplace_back(found ? found : "");
  }
  return names;
}

[[noreturn]] void fail_member(std::string_view name, std::string_view what,
                              const std::vector<std::string>& names) {
  std::vector<std::string> expected;
  for (const std::string& one : names)
    if (expected.size() < most_named)
      expected.push_back(text::shown_path(fmt::format("{}:{}", name, one)));
  fail_npz(name, fmt::format("{}; expected {}{}", what, fmt::join(expected, ", "),
                             names.size() > most_named ? ", ..." : ""));
}

std::size_t find_member(const std::vector<std::string>& names, std::string_view name,
                        const std::optional<std::string>& member) {
  if (names.empty()) fail_npz(name, "no members");
  if (!member) {
    if (names.size() > 1) fail_member(name, fmt::format("{} members", names.size()), names);
    return 0;
  }
  for (const std::string& wanted : {*member, *member + ".npy"}) {
    const auto found = std::find(names.begin(), names.end(), wanted);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  }
  fail_member(name, fmt::format("no member {}", text::quoted(*member)), names);
}

std::string read_member(zip_t* zip, std::size_t index, const std::string& name,
                        std::uint64_t most) {
  const ZipFile file(zip_fopen_index(zip, index, 0), &zip_fclose);
  if (!file) fail_npz(name, zip_error_strerror(zip_get_error(zip)));
  std::string bytes;
  std::array<char, 65536> buffer;
  for (;;) {
    const zip_int64_t n = zip_fread(file.get(), buffer.data(), buffer.size());
    if (n < 0) fail_npz(name, zip_error_strerror(zip_file_get_error(file.get())));
    if (n == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(n));
    if (bytes.size() > most)
      fail_npz(name, fmt::format("more than {} MiB, which is too long", most >> 20));
  }
}

}  // namespace

bool starts_npz(std::string_view bytes) {
  // An empty zip file starts with its end.
  return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06");
}

Array parse_npz(std::string_view bytes, std::string_view name,
                const std::optional<std::string>& member, std::uint64_t most) {
  if (!starts_npz(bytes)) fail_npz(name, "not a .npz file: it does not start with PK");
  const Zip zip = open_zip(bytes, name);
  const std::vector<std::string> names = member_names(zip.get());
  const std::size_t index = find_member(names, name, member);
  const std::string full = fmt::format("{}:{}", name, names[index]);
  return parse_npy(read_member(zip.get(), index, full, most), full);
}

}  // namespace maxtrick::io
