#include "io/array.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/npz.hpp"
#include "text/quoted.hpp"

namespace maxtrick::io {
namespace {

constexpr std::string_view npz_with_member = ".npz:";

// Where the extension ends in "x.npz:logits", or no value if no member is named.
std::optional<std::size_t> end_of_npz(const std::filesystem::path& path) {
  const std::string& text = path.native();
  const std::size_t at = text.rfind(npz_with_member);
  if (at == text.npos || is_there(path)) return std::nullopt;
  return at + npz_with_member.size() - 1;
}

Array parse(std::string_view bytes, const std::filesystem::path& extension, std::string_view name,
            const std::optional<std::string>& member) {
  const bool named = extension == ".npy" || extension == ".npz";
  if (member || extension == ".npz" || (!named && starts_npz(bytes)))
    return parse_npz(bytes, name, member);
  if (extension == ".npy" || bytes.starts_with("\x93NUMPY")) return parse_npy(bytes, name);
  return parse_text(bytes, name);
}

}  // namespace

std::string shape_text(const Shape& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

std::filesystem::path file_of_array(const std::filesystem::path& path) {
  const auto end = end_of_npz(path);
  return end ? std::filesystem::path(path.native().substr(0, *end)) : path;
}

Array read_array(const std::filesystem::path& path) {
  if (path == "-") return parse(read_standard_input(), {}, "the standard input", std::nullopt);
  if (const auto end = end_of_npz(path)) {
    const std::string file = path.native().substr(0, *end);
    return parse(read_file(file), ".npz", file, path.native().substr(*end + 1));
  }
  return parse(read_file(path), path.extension(), path.native(), std::nullopt);
}

MatrixSize matrix_size(const Array& array, std::string_view name) {
  const Shape& shape = array.shape;
  const auto refuse = [&](const std::string& what) {
    throw InputError(fmt::format("{}: {}", text::shown_path(name), what));
  };
  if (shape.empty() || shape.size() > 2)
    refuse(fmt::format("{} dimensions; expected 1 or 2", shape.size()));
  if (array.values.empty()) refuse(fmt::format("shape {} contains no numbers", shape_text(shape)));
  return {shape.size() == 1 ? 1 : shape[0], shape.back()};
}

}  // namespace maxtrick::io
