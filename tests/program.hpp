// Runs the program as a user does, and checks its output.
#pragma once

#include <sys/wait.h>

#include <cstdlib>

#include "folder.hpp"
#include "io/files.hpp"

namespace maxtrick::tests {

// The result of a command. The member functions check its output and return the same object, so
// that checks can be chained. A failure names the line that called them.
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

// Runs a shell command in `folder`. $MAXTRICK stands for the program, and $PROBE for the one that
// also has the tests' own experiment. The variable CI is unset, unless the command sets it. The
// value of the variable MAXTRICK_LAUNCHER precedes both programs, because an emulator does not
// emulate the programs that its program starts. The cache lasts only for this call, unless the
// command names another one; otherwise two tests that run the same config would share it.
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

// Does the same, and checks that the command ends with this exit code.
inline Said shell_exits(int code, const std::string& command, const std::filesystem::path& folder,
                        int line = __builtin_LINE()) {
  const Said said = shell(command, folder);
  BOOST_TEST(said.code == code, "line " << line << ": " << command << " ends with " << said.code
                                        << ": " << said.out << said.err);
  return said;
}

// A folder in which a test runs the program; it contains one file, if one is given.
struct Workdir : Folder {
  Workdir() = default;
  Workdir(const std::string& file, std::string_view text) { write(file, text); }

  [[nodiscard]] Said run(const std::string& command) const {
    return shell(setup + command, path());
  }
  Said exits(int code, const std::string& command, int line = __builtin_LINE()) const {
    return shell_exits(code, setup + command, path(), line);
  }

  std::string setup;  // precedes each command
};

}  // namespace maxtrick::tests
