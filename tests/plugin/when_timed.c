/* Kernels that are correct when they are checked, by up to four calls in a process. Some of them
 * fail when they are timed. */
#include <fenv.h>
#include <stdlib.h>

#include "softmax.h"

static int crashes_when_timed(const maxtrick_call_float32* call) {
  static int calls = 0;
  if (++calls > 4) abort();
  return softmax(call);
}

static volatile int forever = 1;
static int hangs_when_timed(const maxtrick_call_float32* call) {
  static int calls = 0;
  if (++calls > 4)
    while (forever) continue;
  return softmax(call);
}
static int fails_when_timed(const maxtrick_call_float32* call) {
  static int calls = 0;
  return ++calls > 4 ? 7 : softmax(call);
}
static int rounds_upwards_when_timed(const maxtrick_call_float32* call) {
  static int calls = 0;
  const int code = softmax(call);
  if (++calls > 4) fesetround(FE_UPWARD);
  return code;
}
static int behaves_when_timed(const maxtrick_call_float32* call) { return softmax(call); }

static const maxtrick_kernel kernels[] = {
    KERNEL(crashes_when_timed), KERNEL(hangs_when_timed), KERNEL(fails_when_timed),
    KERNEL(rounds_upwards_when_timed), KERNEL(behaves_when_timed)};
static const maxtrick_plugin plugin = {MAXTRICK_PLUGIN_API, "when timed", "1",
                                       sizeof kernels / sizeof *kernels, kernels};
const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
