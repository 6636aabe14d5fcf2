#include "io/files.hpp"
#include "run/store.hpp"
#include "version.hpp"  // made at each build by scripts/version.cmake

namespace maxtrick::run {

Build build() { return {MAXTRICK_VERSION, MAXTRICK_COMMIT, MAXTRICK_DIRTY}; }

std::string program_digest() {
  static const std::string digest = io::sha256(io::read_file("/proc/self/exe"));
  return digest;
}

}  // namespace maxtrick::run
