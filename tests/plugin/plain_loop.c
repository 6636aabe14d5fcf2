/* mine.c: softmax as a plain loop, the maximum taken off first. */
#include <math.h>
#include <maxtrick/plugin.h>

static int softmax(const maxtrick_call_v2* call) {
  for (size_t i = 0; i < call->rows; ++i) {
    const float* x = (const float*)call->logits + i * call->logits_row_stride;
    float* y = (float*)call->result + i * call->result_row_stride;
    float max = x[0], sum = 0;
    for (size_t k = 1; k < call->classes; ++k)
      if (x[k] > max) max = x[k];
    for (size_t k = 0; k < call->classes; ++k) sum += y[k] = expf(x[k] - max);
    for (size_t k = 0; k < call->classes; ++k) y[k] /= sum;
  }
  return 0;
}

static const maxtrick_kernel_v2 kernels[] = {{.struct_size = sizeof(maxtrick_kernel_v2),
                                              .op = "softmax",
                                              .algorithm = "mine",
                                              .isa = "scalar",
                                              .summary = "a plain loop",
                                              .types = MAXTRICK_FLOAT32,
                                              .compute = softmax}};
static const maxtrick_description_v2 plugin = {.struct_size = sizeof(maxtrick_description_v2),
                                               .name = "mine",
                                               .version = "1.0",
                                               .kernel_count = 1,
                                               .kernels = kernels};
const maxtrick_description_v2* maxtrick_plugin_v2(void) { return &plugin; }
