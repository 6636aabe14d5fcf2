/* Right, but each call puts REPLACEMENT in the place of FILE, both named by the environment, as
 * somebody does who builds his plug-in anew while it is in use. */
#include <stdio.h>
#include <stdlib.h>

#include "softmax.h"

static int replaces(const maxtrick_call_float32* call) {
  const char *from = getenv("REPLACEMENT"), *to = getenv("FILE");
  if (from && to) (void)rename(from, to); /* the second time there is nothing more to rename */
  return softmax(call);
}

static const maxtrick_kernel kernels[] = {KERNEL(replaces)};
static const maxtrick_plugin plugin = {MAXTRICK_PLUGIN_API, "rebuilt", "1", 1, kernels};
const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
