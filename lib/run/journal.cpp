#include "run/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "io/files.hpp"

namespace maxtrick::run {

Journal::Journal(std::filesystem::path path, std::string_view identity, std::size_t parts)
    : path_(std::move(path)),
      head_(fmt::format("maxtrick journal 1, {} parts of {}\n", parts, io::sha256(identity))) {
  const auto bytes = io::read_file_if_there(path_);
  if (bytes && read(*bytes, parts)) return;
  // The file is replaced by renaming, so that no later line is appended to a fragment of another.
  std::string good = head_;
  for (const auto& [part, text] : found_) good += line(part, text);
  io::write_file(path_, good);
}

// Reads the results. Returns whether the whole file is valid.
bool Journal::read(std::string_view bytes, std::size_t parts) {
  if (!bytes.starts_with(head_)) return false;
  bytes.remove_prefix(head_.size());
  bool all_good = true;
  while (!bytes.empty()) {
    const std::size_t length = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    const std::string_view one = bytes.substr(0, length);
    bytes.remove_prefix(length);
    const std::size_t text_at = one.find(' '), text_end = one.rfind(' ');
    std::size_t part = parts;
    std::from_chars(one.data(), one.data() + one.size(), part);
    const bool shaped = text_at != one.npos && text_at < text_end && part < parts;
    const std::string_view text =
        shaped ? one.substr(text_at + 1, text_end - text_at - 1) : std::string_view{};
    if (shaped && one == line(part, text))
      found_.insert_or_assign(part, text);
    else
      all_good = false;
  }
  return all_good;
}

std::string Journal::line(std::size_t part, std::string_view text) const {
  const std::string body = fmt::format("{} {}", part, text);
  return fmt::format("{} {}\n", body, io::sha256(head_ + body));
}

void Journal::add(std::size_t part, std::string_view text) {
  if (text.find('\n') != text.npos)
    throw std::logic_error("the result of a part has more than one line");
  const std::string bytes = line(part, text);
  const std::lock_guard lock(adding_);
  if (!failure_.empty()) return;
  try {
    io::append_to_file(path_, bytes);
  } catch (const std::system_error& error) {
    failure_ = error.what();
  }
}

void Journal::remove() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace maxtrick::run
