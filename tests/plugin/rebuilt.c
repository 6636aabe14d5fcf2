/* A correct kernel, each call of which replaces the file FILE by REPLACEMENT; environment variables
 * name both. This simulates a user who rebuilds a plug-in while it is in use. */
#include <stdio.h>
#include <stdlib.h>

#include "softmax.h"

static int replaces(const maxtrick_call_float32* call) {
  const char *from = getenv("REPLACEMENT"), *to = getenv("FILE");
  if (from && to) (void)rename(from, to); /* fails at the second call */
  return softmax(call);
}

static const maxtrick_kernel kernels[] = {KERNEL(replaces)};
static const maxtrick_plugin plugin = {MAXTRICK_PLUGIN_API, "rebuilt", "1", 1, kernels};
const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
