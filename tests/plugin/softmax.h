/* A correct softmax, for plug-ins that do something else as well. */
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

#define KERNEL(name) \
  { .op = "softmax", .algorithm = #name, .isa = "scalar", .float32 = name }
