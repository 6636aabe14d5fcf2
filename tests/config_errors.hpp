// What a config test needs: the exact words of the errors in a text.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace maxtrick::tests {

using config::ConfigError;
using config::ConfigFile;
using config::Problem;
using config::Section;

using Words = std::vector<std::string>;

inline const Words ops = {"softmax", "log_softmax", "log_sum_exp", "cross_entropy"};

inline Words thirteen_names() {
  Words names;
  for (const char* algorithm : {"naive", "max_trick", "online", "fdlibm"}) {
    for (const char* isa : {"scalar", "avx2", "avx512"}) {
      names.push_back(std::string("softmax.") + algorithm + "." + isa);
    }
  }
  names.push_back("softmax.onednn");
  return names;
}

// What reading `text` by `read` throws, up to finish(); "" where all is well.
template <class Read>
std::string errors(const std::string& text, Read read, const Words& overrides = {}) {
  try {
    ConfigFile file(text, "x.toml", overrides);
    Section root = file.root();
    read(root);
    file.finish();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

// What the constructor throws.
inline std::string construction_errors(const std::string& text, const Words& overrides = {}) {
  try {
    const ConfigFile file(text, "x.toml", overrides);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace maxtrick::tests
