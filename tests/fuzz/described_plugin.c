/* A plug-in that describes itself as the program that loads it says: by version 2 if it was built
 * with DESCRIBED_VERSION 2, else by version 1. */
#include "maxtrick/plugin.h"

#if DESCRIBED_VERSION == 2
const maxtrick_description_v2* described;
const maxtrick_description_v2* maxtrick_plugin_v2(void) { return described; }
#else
const maxtrick_plugin* described;
const maxtrick_plugin* maxtrick_plugin_v1(void) { return described; }
#endif
