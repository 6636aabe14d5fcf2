// What an experiment plans to do for a config.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "config_errors.hpp"
#include "replaced.hpp"
#include "run/experiment.hpp"

namespace maxtrick::tests {

inline run::Plan plan_of(std::string_view experiment, Section& root) {
  for (const char* key : {"experiment", "title", "description"}) (void)root.has(key);
  for (const auto& one : run::experiments())
    if (one.name == experiment) return one.plan(root);
  throw std::logic_error("no such experiment");
}

// The first line of what is said of `config` with `to` for `from`; "" where all is well.
inline std::string first_error(std::string_view experiment, const std::string& config,
                               const std::string& from, const std::string& to) {
  const std::string all =
      errors(replaced(config, from, to), [&](Section& root) { (void)plan_of(experiment, root); });
  return all.substr(0, all.find('\n'));
}

}  // namespace maxtrick::tests
