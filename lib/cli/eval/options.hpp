// The options of `maxtrick eval` and `maxtrick judge`. Arrays are literals or names of files
// (io/array.hpp), as texts until they are read.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/commands.hpp"

namespace maxtrick::cli {

// What is computed of which numbers: the options that both commands have.
struct ProblemOptions {
  std::string op;
  std::string logits, shape;
  std::filesystem::path input;  // a file with the logits, instead of `logits`
  std::string axis;             // "1", "0,2" or "all"; empty: the last one
  bool keepdims = false;
  std::string dtype;
  // The transform.
  std::optional<double> scale, temperature, soft_cap;
  std::string bias, mask, sink;
  // Targets of losses.
  std::string labels, targets, weights, sample_weights;
  std::optional<double> label_smoothing;
  std::optional<std::int64_t> ignore_index;
  std::string reduction;
  bool gradient = false;
  // Arguments that only one op has (ops::OpDefinition).
  std::string b, dy, values, pos_weight;
  std::optional<double> gamma, factor, divisor;
  bool mean = false, log_target = false;
};

// How numbers are compared with those that are expected.
struct ExpectOptions {
  std::string expect, expect_gradient;
  std::optional<double> ulp, rtol, atol;
};

struct EvalOptions : ProblemOptions, ExpectOptions {
  std::string variant;  // glob, or "exact"; empty: all variants of the op
  std::filesystem::path output, output_gradient;
  table::Format format = table::Format::table;
  bool quiet = false;
  PluginOptions plugins = {};
};

struct JudgeOptions : ProblemOptions {
  std::string result, result_gradient;
  std::optional<double> ulp;
  std::size_t worst = 5;  // the number of elements that are shown
  table::Format format = table::Format::table;
};

// Computes an op of given numbers by several variants, next to the exact answer.
int eval(const EvalOptions& options);
// Judges a result that was computed elsewhere.
int judge(const JudgeOptions& options);

}  // namespace maxtrick::cli
