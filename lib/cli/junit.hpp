// Writes the result of a check as JUnit XML, which CI services show row by row.
#pragma once

#include <string>
#include <vector>

#include "run/schedule.hpp"
#include "table/check.hpp"

namespace maxtrick::cli {

// The result of checking one table.
struct Checked {
  std::string name;
  std::vector<std::string> keys = {};      // keys of its rows, including the skipped ones
  std::vector<run::Skipped> skipped = {};  // the skipped rows among them
  // Mismatches of rows of the run, of rows of the baseline, or of no row.
  std::vector<table::Mismatch> mismatches = {};
  std::vector<std::string> complaints = {};  // about the table as a whole
  // The reason why the check ended early; empty if it did not.
  std::string error = {};

  void add(const std::vector<table::Mismatch>& more) {
    mismatches.insert(mismatches.end(), more.begin(), more.end());
  }
};

// One test suite for each table, and one test case for each row, with a failure for each mismatch,
// or "skipped" with the reason. Problems that do not belong to a single row are failures, or the
// error, of a test case called "(table)". The format is that of the JUnit task of Apache Ant 1.10
// (https://ant.apache.org/manual/Tasks/junitreport.html), which the readers of GitHub, GitLab and
// Jenkins accept.
[[nodiscard]] std::string to_junit(const std::vector<Checked>& tables);

}  // namespace maxtrick::cli
