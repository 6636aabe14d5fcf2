/* Kernels of every op in both types, computed in double, which claim no bound. */
#include <math.h>
#include <maxtrick/plugin.h>

enum task { softmax, log_softmax, log_sum_exp, cross_entropy, gradient };
enum { most_classes = 4096 };

/* Returns log sum e^(x - max), as log1p of the sum over all classes but the largest. */
static double log_of_sum(const double* x, size_t n, double* max) {
  size_t at = 0;
  double rest = 0;
  for (size_t k = 1; k < n; ++k)
    if (x[k] > x[at]) at = k;
  for (size_t k = 0; k < n; ++k)
    if (k != at) rest += exp(x[k] - x[at]);
  *max = x[at];
  return log1p(rest);
}

static double probability(enum task task, double log_p, double scale, int is_target) {
  if (task == log_softmax) return log_p;
  if (task == softmax) return exp(log_p);
  return scale * (is_target ? expm1(log_p) : exp(log_p));
}

#define EVERY_OP(T, CALL)                                                                     \
  static int compute_##T(enum task task, const CALL* call) {                                  \
    double x[most_classes] = {0}, max;                                                        \
    if (call->classes > most_classes) return 7;                                               \
    for (size_t i = 0; i < call->rows; ++i) {                                                 \
      const size_t target = call->targets ? (size_t)call->targets[i] : 0;                     \
      T* y = call->result + i * call->result_stride;                                          \
      for (size_t k = 0; k < call->classes; ++k)                                              \
        x[k] = (double)call->logits[i * call->logits_stride + k];                             \
      const double log_sum = log_of_sum(x, call->classes, &max);                              \
      if (call->losses) call->losses[i] = (T)(log_sum - (x[target] - max));                   \
      if (task == log_sum_exp) y[0] = (T)(max + log_sum);                                     \
      if (task == log_sum_exp || task == cross_entropy) continue;                             \
      for (size_t k = 0; k < call->classes; ++k)                                              \
        y[k] = (T)probability(task, x[k] - max - log_sum, (double)call->scale, k == target);  \
    }                                                                                         \
    return 0;                                                                                 \
  }                                                                                           \
  static int softmax_##T(const CALL* call) { return compute_##T(softmax, call); }             \
  static int log_softmax_##T(const CALL* call) { return compute_##T(log_softmax, call); }     \
  static int log_sum_exp_##T(const CALL* call) { return compute_##T(log_sum_exp, call); }     \
  static int cross_entropy_##T(const CALL* call) { return compute_##T(cross_entropy, call); } \
  static int gradient_##T(const CALL* call) { return compute_##T(gradient, call); }

EVERY_OP(float, maxtrick_call_float32)
EVERY_OP(double, maxtrick_call_float64)

#define KERNEL(name, function)                                         \
  {                                                                    \
    .op = name, .algorithm = "by_double", .float32 = function##_float, \
    .float64 = function##_double                                       \
  }
static const maxtrick_kernel kernels[] = {
    KERNEL("softmax", softmax), KERNEL("log_softmax", log_softmax),
    KERNEL("log_sum_exp", log_sum_exp), KERNEL("cross_entropy", cross_entropy),
    KERNEL("cross_entropy_gradient", gradient)};
static const maxtrick_plugin plugin = {MAXTRICK_PLUGIN_API, "every op", NULL, 5, kernels};
const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
