#include <fmt/format.h>

#include <set>

#include "cli/exports.hpp"
#include "cli/session.hpp"

namespace maxtrick::cli {

int data(const DataOptions& options) {
  const std::vector<Prepared> all = prepare(options);
  const Prepared& one = all.front();
  const std::vector<run::Export>& sets = one.plan.data;
  if (sets.empty())
    throw UsageError(fmt::format("data: {} does not describe a data set", one.path.string()));
  std::vector<Destination> destinations;
  std::set<std::string> names;
  for (const run::Export& set : sets) {
    if (!names.insert(set.name).second)
      throw std::logic_error("two data sets have the name " + set.name);
    destinations.push_back({set, sets.size() == 1 ? options.folder : options.folder / set.name});
  }
  require_writable(destinations);
  return write_exports(destinations);
}

}  // namespace maxtrick::cli
