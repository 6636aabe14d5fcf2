// The error of a system call on a file.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "text/quoted.hpp"

namespace maxtrick::io {

// Throws "cannot WHAT PATH: " with the system's description of `error`, a value of errno.
[[noreturn]] inline void fail(std::string_view what, const std::filesystem::path& path, int error) {
  throw std::system_error(error, std::generic_category(),
                          fmt::format("cannot {} {}", what, text::shown_path(path.string())));
}

}  // namespace maxtrick::io
