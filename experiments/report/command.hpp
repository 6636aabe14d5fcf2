// The command `maxtrick report`.
#pragma once

#include <filesystem>

namespace maxtrick::report {

struct ReportOptions {
  std::filesystem::path tables = "results";
  std::filesystem::path output = "build/report.html";
  std::filesystem::path assets;          // what scripts/report gathers; see report/page.hpp
  std::filesystem::path specifications;  // of the pictures as JSON, a file each; empty: not written
};

// Writes the page, the pictures' specifications, or both, and returns the exit code.
int write_report(const ReportOptions& options);

}  // namespace maxtrick::report
