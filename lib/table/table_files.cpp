#include "table/table_files.hpp"

#include <fmt/format.h>

#include <system_error>

#include "io/matrix.hpp"

namespace maxtrick::table {
namespace {

// Describes what is there in place of a file.
std::string described(const std::filesystem::file_status& status, const std::error_code& error) {
  using Type = std::filesystem::file_type;
  switch (status.type()) {
    case Type::directory: return "a folder";
    case Type::fifo: return "a pipe";
    case Type::socket: return "a socket";
    case Type::block:
    case Type::character: return "a device";
    default: return error.message();
  }
}

}  // namespace

void require_table_files(const std::filesystem::path& folder, const std::string& name) {
  for (const char* ending : {".csv", ".md", ".manifest.json"}) {
    const auto path = folder / (name + ending);
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found ||
        std::filesystem::is_regular_file(status))
      continue;
    throw io::InputError(fmt::format("{} cannot be a file of the table {}: {}", path.string(), name,
                                     described(status, error)));
  }
}

}  // namespace maxtrick::table
