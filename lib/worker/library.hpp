// Loads a plug-in into this process, and serves calls of it from another process.
#pragma once

#include <filesystem>
#include <string>

#include "run/experiment.hpp"
#include "worker/plugin.hpp"

namespace maxtrick::worker {

// A kernel broke a rule of maxtrick/plugin.h. what() says how, such as "throws an exception".
struct Violation : run::CaseFailed {
  using CaseFailed::CaseFailed;
};

// Loads the plug-in permanently and reads what it offers. Its functions are called in this process,
// on the caller's thread, so a fault in the plug-in is a fault of this process; remote.hpp avoids
// that. They throw Violation, and run::CaseFailed if a kernel reports that it could not compute the
// result. Throws Refused.
[[nodiscard]] Plugin open(const std::filesystem::path& file);

// Converts the description, without the functions, to one line of text and back. In the result a
// variant has a function for each of its types, which throws. from_json() throws
// std::invalid_argument if the text is no description: the process of a plug-in may send anything.
[[nodiscard]] std::string to_json(const Plugin& plugin);
[[nodiscard]] Plugin from_json(const std::string& text);

// The command of the program that serves a plug-in. Its one argument is the file.
inline constexpr const char* serve_command = "serve-plugin";
// The main loop of that process: loads the plug-in, sends its description, and answers calls until
// the other end is closed. Throws std::system_error if the descriptors of call_memory.hpp are not
// open.
void serve(const std::string& file);

}  // namespace maxtrick::worker
