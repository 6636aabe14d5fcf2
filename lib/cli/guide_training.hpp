// The parts of the guide on trained networks: temperatures, and classes of unequal size.
#pragma once

#include <filesystem>
#include <string>

namespace maxtrick::cli {

// Each appends its part to `page`, from a table in `folder`. Throws InputError if that is missing.
void append_temperatures(std::string& page, const std::filesystem::path& folder);  // calibration
void append_remedies(std::string& page, const std::filesystem::path& folder);      // imbalance

}  // namespace maxtrick::cli
