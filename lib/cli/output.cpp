#include <cerrno>
#include <cstdio>
#include <system_error>

#include "cli/commands.hpp"

namespace maxtrick::cli {

void flush_stdout() {
  errno = 0;
  // A failed fflush() discards the text, and the next one succeeds. The error flag of the stream
  // stays.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(),
                            "cannot write to stdout");
}

}  // namespace maxtrick::cli
