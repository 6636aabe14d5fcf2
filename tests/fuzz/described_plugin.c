/* A plug-in that describes itself as the program that loads it says. */
#include "maxtrick/plugin.h"

const maxtrick_plugin* described;

const maxtrick_plugin* maxtrick_plugin_v1(void) { return described; }
