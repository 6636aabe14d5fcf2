/* Softmax that deliberately omits the sum: each result is a number, and none is correct. One kernel
 * claims a bound, one claims none. The third is correct, but claims a bound that it exceeds. */
#include <math.h>
#include <maxtrick/plugin.h>

static int without_sum(const maxtrick_call_float32* call) {
  for (size_t i = 0; i < call->rows; ++i) {
    const float* x = call->logits + i * call->logits_stride;
    float* y = call->result + i * call->result_stride;
    float max = x[0];
    for (size_t k = 1; k < call->classes; ++k)
      if (x[k] > max) max = x[k];
    for (size_t k = 0; k < call->classes; ++k) y[k] = expf(x[k] - max) / 16;
  }
  return 0;
}

static int off_by_some_ulp(const maxtrick_call_float32* call) {
  for (size_t i = 0; i < call->rows; ++i) {
    const float* x = call->logits + i * call->logits_stride;
    float* y = call->result + i * call->result_stride;
    double max = x[0], sum = 0;
    for (size_t k = 1; k < call->classes; ++k)
      if ((double)x[k] > max) max = (double)x[k];
    for (size_t k = 0; k < call->classes; ++k) sum += exp((double)x[k] - max);
    for (size_t k = 0; k < call->classes; ++k)
      y[k] = (float)(exp((double)x[k] - max) / sum * (1 + 0x5p-23));
  }
  return 0;
}

static const maxtrick_kernel kernels[] = {
    {.op = "softmax",
     .algorithm = "wrong",
     .isa = "scalar",
     .claimed_ulp = 4,
     .float32 = without_sum},
    {.op = "softmax", .algorithm = "wrong_unclaimed", .isa = "scalar", .float32 = without_sum},
    {.op = "softmax",
     .algorithm = "boastful",
     .isa = "scalar",
     .claimed_ulp = 1,
     .float32 = off_by_some_ulp}};
static const maxtrick_plugin plugin = {MAXTRICK_PLUGIN_API, "wrong", "1", 3, kernels};
const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
