// Running the program as a user does, and looking at what it says.
#pragma once

#include <sys/wait.h>

#include <cstdlib>

#include "folder.hpp"
#include "io/files.hpp"

namespace maxtrick::tests {

// How a command ended. The functions check what it said and return the same, so that checks can be
// chained; a failure names the line that called them.
struct Said {
  int code;
  std::string out, err, command;

  const Said& out_is(const std::string& text, int line = __builtin_LINE()) const {
    return check(out == text, "not", text, out, line);
  }
  const Said& err_is(const std::string& text, int line = __builtin_LINE()) const {
    return check(err == text, "not", text, err, line);
  }
  const Said& out_has(const std::string& part, int line = __builtin_LINE()) const {
    return check(contains(out, part), "without", part, out, line);
  }
  const Said& err_has(const std::string& part, int line = __builtin_LINE()) const {
    return check(contains(err, part), "without", part, err, line);
  }
  const Said& out_lacks(const std::string& part, int line = __builtin_LINE()) const {
    return check(!contains(out, part), "with", part, out, line);
  }
  const Said& err_lacks(const std::string& part, int line = __builtin_LINE()) const {
    return check(!contains(err, part), "with", part, err, line);
  }

 private:
  const Said& check(bool right, const char* how, const std::string& text, const std::string& said,
                    int line) const {
    BOOST_TEST(right, "line " << line << ": " << command << " says, " << how << " \"" << text
                              << "\":\n"
                              << said);
    return *this;
  }
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
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), streams.read("out"),
          streams.read("err"), command};
}

// The same; the command must end with this exit code.
inline Said shell_exits(int code, const std::string& command, const std::filesystem::path& folder,
                        int line = __builtin_LINE()) {
  const Said said = shell(command, folder);
  BOOST_TEST(said.code == code, "line " << line << ": " << command << " ends with " << said.code
                                        << ": " << said.out << said.err);
  return said;
}

// A folder in which a test runs the program, with a file where one is given.
struct Workdir : Folder {
  Workdir() = default;
  Workdir(const std::string& file, std::string_view text) { write(file, text); }

  [[nodiscard]] Said run(const std::string& command) const {
    return shell(setup + command, path());
  }
  Said exits(int code, const std::string& command, int line = __builtin_LINE()) const {
    return shell_exits(code, setup + command, path(), line);
  }

  std::string setup;  // stands before each command
};

}  // namespace maxtrick::tests
