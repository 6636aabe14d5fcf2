// The guide's part on losses.
#pragma once

#include <filesystem>
#include <string>

namespace maxtrick::cli {

// A line for each form of the loss: of how many gaps it is right, and what becomes of training with
// it, from the tables loss and breaking in `folder`. Throws InputError where one is missing.
void append_losses(std::string& page, const std::filesystem::path& folder);

}  // namespace maxtrick::cli
