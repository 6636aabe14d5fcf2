// Running the program as a user does, and looking at what it says.
#pragma once

#include <sys/wait.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "folder.hpp"
#include "io/files.hpp"

namespace maxtrick::tests {

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

struct Said {
  int code;
  std::string out, err;
};

// Runs a shell command in `folder`; $MAXTRICK stands for the program, $PROBE for the one with the
// tests' own experiment. The variable CI is not set, unless the command sets it. What the variable
// MAXTRICK_LAUNCHER holds stands before both: an emulator does not take what its program starts.
// Nothing is kept beyond the call, unless the command says where: two tests may run one config.
inline Said shell(const std::string& command, const std::filesystem::path& folder) {
  const Folder streams;
  const std::string line = "unset CI; export XDG_CACHE_HOME='" + (streams / "cache").string() +
                           "'; MAXTRICK=\"$MAXTRICK_LAUNCHER " MAXTRICK_PROGRAM
                           "\"; PROBE=\"$MAXTRICK_LAUNCHER " MAXTRICK_PROBE "\"; cd '" +
                           folder.string() + "' && { " + command + "\n} >'" +
                           (streams / "out").string() + "' 2>'" + (streams / "err").string() +
                           "' </dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          io::read_file(streams / "out"), io::read_file(streams / "err")};
}

// The same; the command must end with this exit code.
inline Said shell_exits(int code, const std::string& command, const std::filesystem::path& folder) {
  const Said said = shell(command, folder);
  BOOST_TEST(said.code == code,
             command << " ends with " << said.code << ": " << said.out << said.err);
  return said;
}

}  // namespace maxtrick::tests
