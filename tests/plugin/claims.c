/* Two kernels of cross-entropy in double, which claim 1 ULP for all logits. One handles infinite
 * logits, the other does not. */
#include <math.h>
#include <maxtrick/plugin.h>

/* Returns the index of the largest logit, or n if the result of the row is NaN. */
static size_t place_of_max(const float* x, size_t n, int careful) {
  size_t at = 0;
  for (size_t k = 0; k < n; ++k) {
    if (careful && (isnan(x[k]) || x[k] == INFINITY)) return n;
    if (x[k] > x[at]) at = k;
  }
  return careful && x[at] == -INFINITY ? n : at;
}

static int compute(const maxtrick_call_float32* call, int careful) {
  for (size_t i = 0; i < call->rows; ++i) {
    const float* x = call->logits + i * call->logits_stride;
    float* g = call->result ? call->result + i * call->result_stride : NULL;
    const size_t target = (size_t)call->targets[i];
    const size_t at = place_of_max(x, call->classes, careful);
    double rest = 0;
    if (at == call->classes) rest = NAN;
    const double max = at < call->classes ? (double)x[at] : 0;
    for (size_t k = 0; k < call->classes; ++k)
      if (k != at) rest += exp((double)x[k] - max);
    call->losses[i] = (float)(max - (double)x[target] + log1p(rest));
    for (size_t k = 0; g && k < call->classes; ++k)
      g[k] = (float)((double)call->scale *
                     (exp((double)x[k] - max) / (1 + rest) - (k == target ? 1 : 0)));
  }
  return 0;
}

static int careful(const maxtrick_call_float32* call) { return compute(call, 1); }
static int careless(const maxtrick_call_float32* call) { return compute(call, 0); }

static const maxtrick_kernel kernels[] = {
    {.op = "cross_entropy", .algorithm = "careful", .claimed_ulp = 1, .float32 = careful},
    {.op = "cross_entropy_gradient", .algorithm = "careful", .claimed_ulp = 1, .float32 = careful},
    {.op = "cross_entropy", .algorithm = "careless", .claimed_ulp = 1, .float32 = careless},
    {.op = "cross_entropy_gradient",
     .algorithm = "careless",
     .claimed_ulp = 1,
     .float32 = careless}};
static const maxtrick_plugin plugin = {MAXTRICK_PLUGIN_API, "claims", "1", 4, kernels};
const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
