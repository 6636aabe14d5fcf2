#include "report/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/files.hpp"
#include "io/matrix.hpp"
#include "run/store.hpp"

namespace maxtrick::report {

namespace fs = std::filesystem;

const table::CommittedTable& Tables::get(const std::string& name) const {
  const auto found = read_.find(name);
  if (found != read_.end()) return found->second;
  table::CommittedTable table(folder_, name);
  const fs::path place = folder_ / name;
  if (table.rows().empty())
    throw io::InputError(fmt::format("{} has no rows", table.path().string()));
  if (run::altered(place.parent_path(), place.filename().string()))
    throw io::InputError(fmt::format("{} is not the table that {}.manifest.json speaks of",
                                     table.path().string(), place.string()));
  return read_.emplace(name, std::move(table)).first->second;
}

std::vector<std::string> Tables::cpus() const {
  std::vector<std::string> names;
  const fs::path speeds = folder_ / "speed";
  if (fs::is_directory(speeds))
    for (const auto& entry : fs::directory_iterator(speeds))
      if (fs::exists(entry.path() / "speed.csv")) names.push_back(entry.path().filename().string());
  if (names.empty())
    throw io::InputError(
        fmt::format("no table {}/CPU/speed.csv; make it: maxtrick run "
                    "configs/speed.toml",
                    speeds.string()));
  std::sort(names.begin(), names.end());
  return names;
}

std::string Tables::cpu_name(const std::string& cpu) const {
  const auto path = folder_ / "speed" / cpu / "speed.manifest.json";
  const auto manifest = nlohmann::json::parse(io::read_file(path), nullptr, false);
  return manifest.is_object() ? manifest.value("cpu", cpu) : cpu;
}

}  // namespace maxtrick::report
