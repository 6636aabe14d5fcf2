// Runs the program on a config of the test.
#pragma once

#include "program.hpp"
#include "result_rows.hpp"

namespace maxtrick::tests {

// The first lines of every config.
inline std::string head_of(const std::string& experiment) {
  return "experiment = \"" + experiment + "\"\ntitle = \"T\"\ndescription = \"D\"\n";
}

inline const std::string all_types =
    R"(["float32", "float64", "float16", "bfloat16", "float16_in_float32", "bfloat16_in_float32"])";

// Returns the CSV of a run of `config`. The run must end with exit code 0, which also means that no figure
// exceeds its bound.
inline std::string csv_of_run(const std::string& config, const std::string& options = "") {
  const Workdir folder("t.toml", config);
  const Said said = folder.run("$MAXTRICK run t.toml --quiet " + options);
  if (said.code != 0) throw std::runtime_error(said.out + said.err);
  return folder.read("results/t.csv");
}

inline std::vector<Cells> rows_of_run(const std::string& config, const std::string& options = "") {
  return rows_of(csv_of_run(config, options));
}

// Checks that one job and five jobs write the same bytes.
inline void check_jobs(const std::string& config) {
  const Workdir folder("t.toml", config);
  folder.exits(0, "$MAXTRICK run t.toml -o one -j 1 && $MAXTRICK run t.toml -o many -j 5");
  for (const std::string file : {"t.csv", "t.md"})
    BOOST_TEST(folder.read("one/" + file) == folder.read("many/" + file));
}

// Checks that the program rejects `config` with a message that contains all `parts`, and writes nothing. The
// config may refer to `files`, given as names and texts. Returns the whole message.
inline std::string check_rejected(const std::string& config, const std::vector<std::string>& parts,
                                  const std::map<std::string, std::string>& files = {}) {
  const Workdir folder("t.toml", config);
  for (const auto& [name, text] : files) folder.write(name, text);
  const Said said = folder.exits(2, "$MAXTRICK run t.toml");
  for (const std::string& part : parts) said.err_has(part);
  BOOST_TEST(!folder.has("results"));
  return said.err;
}

}  // namespace maxtrick::tests
