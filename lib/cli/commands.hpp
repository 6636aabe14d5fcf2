// The commands of the program. Each takes its parsed arguments and returns an exit code.
// Data goes to stdout, messages and progress to stderr.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "table/render.hpp"

namespace maxtrick::cli {

enum ExitCode {
  exit_holds = 0,         // everything that was requested ran, and holds
  exit_check_failed = 1,  // a numerical check failed
  exit_usage = 2,         // usage or config error; nothing ran, nothing was written
  exit_slower = 3,        // confirmed slower than claimed
  exit_noisy = 4,         // too noisy to judge
  exit_incomplete = 5,    // nothing was selected, or a requested case could not run
  exit_error = 6,         // input/output or internal error
};

// The request cannot be carried out. The exit code is exit_usage.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The plug-ins of the user: see maxtrick/plugin.h.
struct PluginOptions {
  std::vector<std::filesystem::path> files;
  double limit_s = 10;  // time limit of one call, to which each logit adds a microsecond
};

// The options that run, check and accept share.
struct TableOptions {
  std::vector<std::filesystem::path> configs;
  std::string filter;                  // regular expression, searched in a row's key; empty: all
  std::vector<std::string> overrides;  // --set KEY=VALUE
  unsigned jobs = 1;
  bool quiet = false;
  bool resume = false;         // continue from the results of a run that was killed
  PluginOptions plugins = {};  // for run and check
};

struct RunOptions : TableOptions {
  std::filesystem::path
      folder;  // -o; empty: results/, or stdout if --filter, --set or --plugin is given
  std::filesystem::path exports;  // --export: folder for the models; empty: none are written
  bool times = false;             // --times: replace the times of tables that are there
  bool dry_run = false;
};

struct CheckOptions : TableOptions {
  std::filesystem::path baseline = "results";
  std::filesystem::path junit;  // the file to write; empty: none
};

struct AcceptOptions : TableOptions {
  std::filesystem::path baseline = "results";
};

struct ListOptions {
  std::string what = "variants";  // or experiments, configs
  table::Format format = table::Format::table;
  PluginOptions plugins = {};
};

struct DataOptions : TableOptions {  // for one config
  std::filesystem::path folder;      // -o
};

struct GuideOptions {
  std::filesystem::path tables = "results";
};

// Computes tables, and stores or prints them.
int run(const RunOptions& options);
// Computes tables and compares them with their baselines.
int check(const CheckOptions& options);
// Computes tables, stores them as the new baselines, and prints the changes.
int accept(const AcceptOptions& options);
// Lists the variants, the experiments or the configs.
int list(const ListOptions& options);
// Writes the data sets of a config to files.
int data(const DataOptions& options);
// Prints recommendations of formulas, made from the committed tables.
int guide(const GuideOptions& options);
// The version of the program, its build, its instruction sets and its libraries.
std::string version();

// Flushes stdout. Throws std::system_error if anything that was printed there could not be written.
// A command calls this where its reader should see the output at once; the program calls it at its
// end.
void flush_stdout();

}  // namespace maxtrick::cli
