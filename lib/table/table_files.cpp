#include "table/table_files.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <system_error>

#include "io/files.hpp"
#include "text/quoted.hpp"

namespace maxtrick::table {
namespace {

using Json = nlohmann::json;

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

// The text at object[first][second]; no value if there is none.
std::optional<std::string> text_at(const Json& object, const char* first,
                                   const std::string& second) {
  const auto outer = object.find(first);
  if (outer == object.end() || !outer->is_object()) return std::nullopt;
  const auto inner = outer->find(second);
  if (inner == outer->end() || !inner->is_string()) return std::nullopt;
  return inner->get<std::string>();
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
    throw io::InputError(fmt::format("{} cannot be a file of the table {}: {}",
                                     text::shown_path(path.string()), name,
                                     described(status, error)));
  }
}

Faults manifest_faults(const std::filesystem::path& folder, const std::string& name) {
  const std::string path = (folder / (name + ".manifest.json")).string();
  const auto text = io::read_file_if_there(path);
  if (!text) return {{path + ": no such file, so nothing says where the table comes from"}, true};
  const Json manifest = Json::parse(*text, nullptr, false);
  if (!manifest.is_object()) return {{path + ": not the manifest of a table"}, true};
  Faults faults;
  constexpr std::string_view csv = ".csv", md = ".md";
  for (const std::string_view ending : {csv, md}) {
    const std::string file = name + std::string(ending);
    const auto bytes = io::read_file_if_there(folder / file);
    if (!bytes || text_at(manifest, "sha256", file) == io::sha256(*bytes)) continue;
    faults.of_csv = faults.of_csv || ending == csv;
    faults.sentences.push_back(fmt::format(
        "{}: not the file that its manifest describes: it was changed by hand, or its run was "
        "killed",
        (folder / file).string()));
  }
  const auto config = text_at(manifest, "config", "text");
  if (!config || text_at(manifest, "config", "sha256") != io::sha256(*config))
    faults.sentences.push_back(path +
                               ": the text of its config does not have the digest beside it");
  return faults;
}

void require_faultless(const std::filesystem::path& folder, const std::string& name) {
  require_table_files(folder, name);
  if (const auto found = manifest_faults(folder, name).sentences; !found.empty())
    throw io::InputError(fmt::format("{}", fmt::join(found, "\n")));
}

}  // namespace maxtrick::table
