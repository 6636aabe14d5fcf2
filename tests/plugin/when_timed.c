/* Kernels that are correct when they are checked, by one or two calls in a process. Some of them
 * fail when they are timed. */
#include <stdlib.h>

#include "softmax.h"

static int crashes_when_timed(const maxtrick_call_float32* call) {
  static int calls = 0;
  if (++calls > 2) abort();
  return softmax(call);
}

static volatile int forever = 1;
static int hangs_when_timed(const maxtrick_call_float32* call) {
  static int calls = 0;
  if (++calls > 2)
    while (forever) continue;
  return softmax(call);
}
static int behaves_when_timed(const maxtrick_call_float32* call) { return softmax(call); }

static const maxtrick_kernel kernels[] = {
    KERNEL(crashes_when_timed), KERNEL(hangs_when_timed), KERNEL(behaves_when_timed)};
static const maxtrick_plugin plugin = {MAXTRICK_PLUGIN_API, "when timed", "1",
                                       sizeof kernels / sizeof *kernels, kernels};
const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
