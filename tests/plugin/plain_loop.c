/* mine.c: softmax as a plain loop, the maximum taken off first. */
#include <math.h>
#include <maxtrick/plugin.h>

static int softmax(const maxtrick_call_float32* call) {
  for (size_t i = 0; i < call->rows; ++i) {
    const float* x = call->logits + i * call->logits_stride;
    float* y = call->result + i * call->result_stride;
    float max = x[0], sum = 0;
    for (size_t k = 1; k < call->classes; ++k)
      if (x[k] > max) max = x[k];
    for (size_t k = 0; k < call->classes; ++k) sum += y[k] = expf(x[k] - max);
    for (size_t k = 0; k < call->classes; ++k) y[k] /= sum;
  }
  return 0;
}

static const maxtrick_kernel kernels[] = {{.op = "softmax",
                                           .algorithm = "mine",
                                           .isa = "scalar",
                                           .summary = "a plain loop",
                                           .float32 = softmax}};
static const maxtrick_plugin plugin = {.api_version = MAXTRICK_PLUGIN_API,
                                       .name = "mine",
                                       .version = "1.0",
                                       .kernel_count = 1,
                                       .kernels = kernels};
const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
