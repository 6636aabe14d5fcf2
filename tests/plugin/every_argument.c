/* Kernels of version 2: every op in every type, with every argument that a call has, computed in
 * double. `plain` are the same kernels without the optional arguments, and `broken` some kernels
 * that break a rule of strided arrays. */
#include <math.h>
#include <maxtrick/plugin.h>
#include <stdlib.h>
#include <string.h>

/* A 16-bit number with `digits` binary digits (the first is not stored) as a double, and back,
 * rounded to nearest even. `bias` is that of the exponent. */
static double widened(uint16_t bits, int digits, int bias) {
  const int field = (bits & 0x7fff) >> (digits - 1);
  const int fraction = bits & ((1 << (digits - 1)) - 1);
  const double sign = bits >> 15 ? -1 : 1;
  if (field == 2 * bias + 1) return fraction ? NAN : sign * INFINITY;
  if (field == 0) return sign * ldexp(fraction, 2 - bias - digits);
  return sign * ldexp(fraction + (1 << (digits - 1)), field - bias - digits + 1);
}
static uint16_t narrowed(double value, int digits, int bias) {
  const int sign = signbit(value) ? 0x8000 : 0, infinity = (2 * bias + 1) << (digits - 1);
  double units;
  int exponent = 1 - bias;
  if (isnan(value)) return (uint16_t)(infinity + 1);
  value = fabs(value);
  if (value >= ldexp(1, bias + 1)) return (uint16_t)(sign | infinity);
  if (value >= ldexp(1, exponent)) exponent = ilogb(value);
  /* A subnormal number has the field 0, and its leading bit is 0. */
  units = nearbyint(ldexp(value, digits - 1 - exponent));
  return (uint16_t)(sign | (((exponent + bias - 1) << (digits - 1)) + (int)units));
}

static double load(size_t type, const void* from, size_t at) {
  switch (type) {
    case MAXTRICK_FLOAT64: return ((const double*)from)[at];
    case MAXTRICK_FLOAT16: return widened(((const uint16_t*)from)[at], 11, 15);
    case MAXTRICK_BFLOAT16: return widened(((const uint16_t*)from)[at], 8, 127);
    default: return (double)((const float*)from)[at];
  }
}
static void store(size_t type, void* to, size_t at, double value) {
  switch (type) {
    case MAXTRICK_FLOAT64: ((double*)to)[at] = value; break;
    case MAXTRICK_FLOAT16: ((uint16_t*)to)[at] = narrowed(value, 11, 15); break;
    case MAXTRICK_BFLOAT16: ((uint16_t*)to)[at] = narrowed(value, 8, 127); break;
    default: ((float*)to)[at] = (float)value;
  }
}

enum task {
  softmax,
  log_softmax,
  log_sum_exp,
  cross_entropy,
  gradient,
  softmax_backward,
  merge,
  focal_loss
};

static double coefficient(const maxtrick_call_v2* call, size_t row, size_t k) {
  if (call->targets) return k == (size_t)call->targets[row];
  return load(call->type, call->coefficients,
              row * call->coefficients_row_stride + k * call->coefficients_class_stride);
}
static double factor(const maxtrick_call_v2* call, size_t row, size_t k) {
  if (!call->factors) return 1;
  return load(call->type, call->factors,
              row * call->factors_row_stride + k * call->factors_class_stride);
}
static void put(const maxtrick_call_v2* call, size_t row, size_t k, double value) {
  store(call->type, call->result, row * call->result_row_stride + k * call->result_class_stride,
        value);
}

static void compute_row(enum task task, const maxtrick_call_v2* call, size_t row, double* x) {
  double max = -INFINITY, sum = 0, loss = 0, coefficients = 0, factors = 0;
  for (size_t k = 0; k < call->classes; ++k) {
    x[k] = call->scale * load(call->type, call->logits,
                              row * call->logits_row_stride + k * call->logits_class_stride);
    max = fmax(max, x[k]);
  }
  for (size_t k = 0; k < call->classes; ++k) {
    sum += exp(x[k] - max);
    factors += factor(call, row, k) * exp(x[k] - max);
  }
  const double log_sum = max + log(sum);
  for (size_t k = 0; k < call->classes && call->losses; ++k) {
    const double c = coefficient(call, row, k);
    const double y = exp(x[k] - max) / sum;
    coefficients += c;
    if (c != 0)
      loss += c * (log_sum - x[k]) * (task == focal_loss ? pow(1 - y, call->parameter) : 1);
  }
  if (call->losses) store(call->type, call->losses, row, loss);
  if (task == merge) put(call, row, 0, factors / sum);
  if (task == log_sum_exp)
    put(call, row, 0,
        call->factors ? max + log(fabs(factors) / call->parameter)
                      : log_sum - log(call->parameter));
  if (task == log_sum_exp && call->factors) put(call, row, 1, (factors > 0) - (factors < 0));
  if (!call->result || task == log_sum_exp || task == merge) return;
  for (size_t k = 0; k < call->classes; ++k) {
    const double y = exp(x[k] - max) / sum;
    put(call, row, k,
        task == softmax       ? y
        : task == log_softmax ? x[k] - log_sum
        : task == softmax_backward
            ? y * (factor(call, row, k) - factors / sum)
            : call->gradient_scale * (coefficients * y - coefficient(call, row, k)));
  }
}

static int compute(enum task task, const maxtrick_call_v2* call) {
  double* const x = malloc(call->classes * sizeof *x);
  if (!x || call->struct_size != sizeof *call) return 7;
  for (size_t row = 0; row < call->rows; ++row) compute_row(task, call, row, x);
  free(x);
  return 0;
}
#define TASK(name) \
  static int compute_##name(const maxtrick_call_v2* call) { return compute(name, call); }
TASK(softmax)
TASK(log_softmax)
TASK(log_sum_exp)
TASK(cross_entropy)
TASK(gradient)
TASK(softmax_backward)
TASK(merge)
TASK(focal_loss)

/* Returns an error if the call has what the kernel does not support. */
static int plain(enum task task, const maxtrick_call_v2* call) {
  if (call->logits_class_stride != 1 || call->scale != 1 || call->coefficients ||
      (call->result && call->result_class_stride != 1) || call->factors)
    return 8;
  return compute(task, call);
}
static int plain_softmax(const maxtrick_call_v2* call) { return plain(softmax, call); }
static int plain_log_sum_exp(const maxtrick_call_v2* call) { return plain(log_sum_exp, call); }
static int plain_gradient(const maxtrick_call_v2* call) { return plain(gradient, call); }

/* Each of these breaks a rule only if the classes have a stride, or if there are coefficients. */
static int writes_between_classes(const maxtrick_call_v2* call) {
  if (call->result_class_stride > 1) store(call->type, call->result, 1, 0);
  return compute(softmax, call);
}
static int writes_before_classes(const maxtrick_call_v2* call) {
  if (call->result_class_stride > 1) store(call->type, (char*)call->result - 8, 0, 0);
  return compute(softmax, call);
}
static int ignores_class_stride(const maxtrick_call_v2* call) {
  maxtrick_call_v2 dense = *call;
  dense.result_class_stride = 1;
  return compute(softmax, &dense);
}
static int writes_coefficients(const maxtrick_call_v2* call) {
  if (call->coefficients) store(call->type, (void*)(uintptr_t)call->coefficients, 0, 0);
  return compute(cross_entropy, call);
}
static int reads_behind_factors(const maxtrick_call_v2* call) {
  static volatile double sink;
  (void)sink;
  sink = load(call->type, call->factors,
              (call->rows - 1) * call->factors_row_stride +
                  (call->classes - 1) * call->factors_class_stride + 1);
  return compute(merge, call);
}
static int reads_behind_coefficients(const maxtrick_call_v2* call) {
  /* Volatile, so that the compiler cannot remove the access. */
  static volatile double sink;
  (void)sink;
  if (call->coefficients)
    sink = load(call->type, call->coefficients,
                (call->rows - 1) * call->coefficients_row_stride +
                    (call->classes - 1) * call->coefficients_class_stride + 1);
  return compute(cross_entropy, call);
}
static int writes_before_losses(const maxtrick_call_v2* call) {
  memset((char*)call->losses - 2, 0, 2);
  return compute(cross_entropy, call);
}

#define ALL_TYPES (MAXTRICK_FLOAT32 | MAXTRICK_FLOAT64 | MAXTRICK_FLOAT16 | MAXTRICK_BFLOAT16)
#define ALL (MAXTRICK_CLASS_STRIDES | MAXTRICK_SCALE | MAXTRICK_COEFFICIENTS | MAXTRICK_FACTORS)
#define KERNEL(op_, algorithm_, types_, supports_, function)                       \
  {                                                                                \
    .struct_size = sizeof(maxtrick_kernel_v2), .op = op_, .algorithm = algorithm_, \
    .types = types_, .supports = supports_, .compute = function                    \
  }
#define BROKEN(op, name) KERNEL(op, #name, ALL_TYPES, ALL, name)
static const maxtrick_kernel_v2 kernels[] = {
    KERNEL("softmax", "complete", ALL_TYPES, ALL, compute_softmax),
    KERNEL("log_softmax", "complete", ALL_TYPES, ALL, compute_log_softmax),
    KERNEL("log_sum_exp", "complete", ALL_TYPES, ALL, compute_log_sum_exp),
    KERNEL("cross_entropy", "complete", ALL_TYPES, ALL, compute_cross_entropy),
    KERNEL("cross_entropy_gradient", "complete", ALL_TYPES, ALL, compute_gradient),
    KERNEL("softmax_backward", "complete", ALL_TYPES, ALL, compute_softmax_backward),
    KERNEL("merge", "complete", ALL_TYPES, ALL, compute_merge),
    KERNEL("focal_loss", "complete", ALL_TYPES, ALL, compute_focal_loss),
    KERNEL("softmax", "plain", ALL_TYPES, 0, plain_softmax),
    KERNEL("log_sum_exp", "plain", ALL_TYPES, 0, plain_log_sum_exp),
    KERNEL("cross_entropy_gradient", "plain", ALL_TYPES, 0, plain_gradient),
    KERNEL("softmax", "brief", MAXTRICK_BFLOAT16, 0, compute_softmax),
    BROKEN("softmax", writes_between_classes),
    BROKEN("softmax", writes_before_classes),
    BROKEN("softmax", ignores_class_stride),
    BROKEN("cross_entropy", writes_coefficients),
    BROKEN("cross_entropy", reads_behind_coefficients),
    BROKEN("merge", reads_behind_factors),
    BROKEN("cross_entropy", writes_before_losses)};
static const maxtrick_description_v2 plugin = {.struct_size = sizeof(maxtrick_description_v2),
                                               .name = "every argument",
                                               .version = "2",
                                               .kernel_count = sizeof kernels / sizeof *kernels,
                                               .kernels = kernels};
const maxtrick_description_v2* maxtrick_plugin_v2(void) { return &plugin; }
