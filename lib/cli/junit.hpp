// What a check found as JUnit XML, which CI services show row by row.
#pragma once

#include <string>
#include <vector>

#include "run/schedule.hpp"
#include "table/check.hpp"

namespace maxtrick::cli {

// A table that was checked.
struct Checked {
  std::string name;
  std::vector<std::string> keys = {};            // of its rows, those skipped among them
  std::vector<run::Skipped> skipped = {};        // some of them
  std::vector<table::Mismatch> mismatches = {};  // of a row, of the baseline's rows, or of no row
  std::vector<std::string> complaints = {};      // of the table as a whole
  std::string error = {};                        // what ended the check; empty where nothing did

  void add(const std::vector<table::Mismatch>& more) {
    mismatches.insert(mismatches.end(), more.begin(), more.end());
  }
};

// A test suite a table, a test case a row: a failure for each mismatch, "skipped" with the reason;
// what is true of no one row is a failure of a test case called "(table)", or its error. The form
// is that of the JUnit task of Apache Ant 1.10
// (https://ant.apache.org/manual/Tasks/junitreport.html), as GitHub's, GitLab's and Jenkins'
// readers take it.
[[nodiscard]] std::string to_junit(const std::vector<Checked>& tables);

}  // namespace maxtrick::cli
