#include "cli/exports.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "cli/session.hpp"
#include "io/files.hpp"

namespace maxtrick::cli {

void require_writable(const std::vector<Destination>& all) {
  for (const Destination& one : all)
    if (one.files.missing.empty()) io::require_writable(one.folder);
}

int write_exports(const std::vector<Destination>& all) {
  int code = exit_holds;
  std::vector<std::pair<std::filesystem::path, std::string>> files;
  std::vector<std::string> lines;
  const auto skip = [&](const Destination& one, std::string_view reason) {
    fmt::print(stderr, "{} skipped: {}\n", one.files.name, reason);
    code = exit_incomplete;
  };
  for (const Destination& one : all) {
    if (!one.files.missing.empty()) {
      skip(one, one.files.missing);
      continue;
    }
    std::vector<run::ExportedFile> made;
    try {
      made = one.files.files();
    } catch (const run::CaseFailed& failed) {
      skip(one, failed.what());
      continue;
    }
    for (run::ExportedFile& file : made) {
      files.emplace_back(one.folder / file.name, std::move(file.bytes));
      lines.push_back(fmt::format("{}: {}\n", files.back().first.string(), file.summary));
    }
  }
  // Writes all files or none. A mixture, such as X of one config and y of another, would look
  // valid. The folders are locked in the order of their names, so that no two runs wait for each
  // other.
  std::set<std::filesystem::path> folders;
  for (const auto& file : files)
    folders.insert(std::filesystem::weakly_canonical(file.first.parent_path()));
  std::vector<io::FolderLock> locks;
  for (const auto& folder : folders) locks.push_back(lock_folder(folder));
  io::write_files(files);
  for (const std::string& line : lines) fmt::print("{}", line);
  return code;
}

}  // namespace maxtrick::cli
