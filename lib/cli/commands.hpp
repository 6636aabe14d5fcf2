// The commands of the program: each takes its parsed arguments and returns an exit code.
// Data goes to stdout, messages and progress to stderr.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "ops/op.hpp"
#include "table/render.hpp"

namespace maxtrick::cli {

enum ExitCode {
  exit_holds = 0,         // all that was asked ran and holds
  exit_check_failed = 1,  // a numerical check failed
  exit_usage = 2,         // usage or config error; nothing ran, nothing was written
  exit_slower = 3,        // confirmed slower than claimed
  exit_noisy = 4,         // too noisy to say
  exit_incomplete = 5,    // nothing selected, or a case that was asked for could not run
  exit_error = 6,         // input/output or internal error
};

// What was asked cannot be done as asked: exit_usage.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Kernels that the user brings along: maxtrick/plugin.h.
struct PluginOptions {
  std::vector<std::filesystem::path> files;
  double limit_s = 10;  // of one call, and a microsecond more for each logit
};

// What run, check and accept share.
struct TableOptions {
  std::vector<std::filesystem::path> configs;
  std::string filter;                  // regular expression, searched in a row's key; empty: all
  std::vector<std::string> overrides;  // --set KEY=VALUE
  unsigned jobs = 1;
  bool quiet = false;
  bool resume = false;         // go on from what a run that was killed has left
  PluginOptions plugins = {};  // of run and check
};

struct RunOptions : TableOptions {
  std::filesystem::path
      folder;  // -o; empty: results/, or stdout where --filter, --set or --plugin is
  std::filesystem::path exports;  // --export: of the models; empty: none are written
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

struct EvalOptions {
  std::string op;
  std::string logits;           // "1,2,3;4,5,6", or
  std::filesystem::path input;  // a .npy or CSV file
  std::string labels;           // of cross_entropy: "0,2", or such a file
  std::string variant;          // glob; empty: all of the op
  std::string dtype;            // empty: the input's, or float32
  std::filesystem::path output;
  table::Format format = table::Format::table;
  bool quiet = false;
  PluginOptions plugins = {};
};

struct DataOptions : TableOptions {  // of one config
  std::filesystem::path folder;      // -o
};

struct GuideOptions {
  std::filesystem::path tables = "results";
};

int run(const RunOptions& options);
int check(const CheckOptions& options);
int accept(const AcceptOptions& options);
int list(const ListOptions& options);
int eval(const EvalOptions& options);
int eval_loss(const EvalOptions& options, ops::Op op);  // eval of an op that takes targets
int data(const DataOptions& options);
int guide(const GuideOptions& options);
std::string version();  // of the program, what it is made of and what it computes with

}  // namespace maxtrick::cli
