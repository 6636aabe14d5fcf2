#include <fmt/format.h>

#include <set>
#include <utility>

#include "commands/session.hpp"
#include "suite/files.hpp"

namespace maxtrick::commands {

int data(const DataOptions& options) {
  const std::vector<Prepared> all = prepare(options);
  const Prepared& one = all.front();
  const std::vector<suite::Export>& sets = one.plan.data;
  if (sets.empty())
    throw UsageError(fmt::format("data: {} describes no data set", one.path.string()));
  suite::require_writable(options.folder);

  int code = exit_holds;
  std::vector<std::pair<std::filesystem::path, std::string>> files;
  std::vector<std::string> lines;
  std::set<std::string> names;
  for (const suite::Export& set : sets) {
    if (!names.insert(set.name).second)
      throw std::logic_error("two data sets are called " + set.name);
    if (!set.missing.empty()) {
      fmt::print(stderr, "{} skipped: {}\n", set.name, set.missing);
      code = exit_incomplete;
      continue;
    }
    const auto folder = sets.size() == 1 ? options.folder : options.folder / set.name;
    for (suite::ExportedFile& file : set.files()) {
      files.emplace_back(folder / file.name, std::move(file.bytes));
      lines.push_back(fmt::format("{}: {}\n", files.back().first.string(), file.summary));
    }
  }
  // All of them, or none: X of one config beside y of another would be a trap.
  suite::write_files(files);
  for (const std::string& line : lines) fmt::print("{}", line);
  return code;
}

}  // namespace maxtrick::commands
