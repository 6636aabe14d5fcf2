#include "suite/files.hpp"
#include "suite/store.hpp"
#include "version.hpp"  // made at each build by scripts/version.cmake

namespace maxtrick::suite {

Build build() { return {MAXTRICK_VERSION, MAXTRICK_COMMIT, MAXTRICK_DIRTY}; }

std::string program_digest() {
  static const std::string digest = sha256(read_file("/proc/self/exe"));
  return digest;
}

}  // namespace maxtrick::suite
