#include "suite/store.hpp"
#include "version.hpp"  // made at each build by scripts/version.cmake

namespace maxtrick::suite {

Build build() { return {MAXTRICK_VERSION, MAXTRICK_COMMIT, MAXTRICK_DIRTY}; }

}  // namespace maxtrick::suite
