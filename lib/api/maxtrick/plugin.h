/* A kernel of your own beside those of maxtrick: what a shared library must offer for
 *
 *     maxtrick list|eval|run|check ... --plugin mine.so
 *
 * C99, or C++. A plug-in exports one function, maxtrick_plugin_v1, which describes its kernels:
 *
 *     static int softmax(const maxtrick_call_float32* call) { ...; return 0; }
 *     static const maxtrick_kernel kernels[] = {
 *         {.op = "softmax", .algorithm = "mine", .isa = "scalar", .float32 = softmax}};
 *     static const maxtrick_plugin plugin = {
 *         .api_version = MAXTRICK_PLUGIN_API, .name = "mine", .version = "1.0",
 *         .kernel_count = 1, .kernels = kernels};
 *     const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
 *
 * Members that are not named are 0, which is what they mean where they are left out.
 *
 * What a kernel may rely on, and what it must keep to:
 *
 *   threads    It is never called by two threads of one process at once. What it starts itself
 *              is its own affair; its times are compared with one thread's.
 *   processes  It is called in several processes, none of which knows of the others: in some it
 *              is checked, in others timed. Each loads the file anew: one that is built anew
 *              meanwhile ends the run, before a table holds rows of both.
 *   alignment  None beyond that of the element type, of any pointer or row.
 *   aliasing   Logits, targets, losses and result never overlap.
 *   reading    Nothing outside the rows and arrays of the call, not even in a vector's width.
 *   writing    Every result and every loss asked for; nothing between or beside the rows,
 *              nothing in logits and targets, which are the caller's.
 *   keeping    No pointer of a call is used once the call has returned.
 *   ending     It returns: it does not exit, jump out, or throw. 0 is success; any other number
 *              means that it could not compute this call, and is reported.
 *   the rest   It leaves the floating-point environment as it found it, and handlers of SIGSEGV,
 *              SIGBUS and SIGALRM alone.
 *
 * A kernel that breaks these rules costs its own results only: it is checked in a process of its
 * own, with forbidden memory on both sides of what it is given, and reported with the case. Only
 * what passed that is called directly, to be timed, in another process. */
#ifndef MAXTRICK_PLUGIN_H
#define MAXTRICK_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a struct below changes; the name of the function is raised with it. */
#define MAXTRICK_PLUGIN_API 1

#if defined(__GNUC__)
#define MAXTRICK_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define MAXTRICK_PLUGIN_EXPORT
#endif

/* One call: `rows` rows of `classes` logits, x_0 ... x_(classes - 1). Rows are 1 at least, classes
 * too. Row i of the logits begins at logits + i * logits_stride, that of the result at
 * result + i * result_stride; strides are counted in elements.
 *
 *   op                      result                          losses            targets, scale
 *   softmax                 y_k = e^x_k / sum_j e^x_j       NULL              NULL
 *   log_softmax             x_k - log sum_j e^x_j           NULL              NULL
 *   log_sum_exp             one number a row, the log       NULL              NULL
 *   cross_entropy           NULL                            one a row         targets
 *   cross_entropy_gradient  scale (y_k - [k = target])      one a row         targets, scale
 *
 * The loss of a row is log sum_j e^x_j - x_target; targets are from 0 to classes - 1.
 *
 * Logits may be anything. A NaN, +inf, or nothing but -inf in a row makes all of its results NaN
 * (but log_sum_exp of +inf is +inf, and of nothing but -inf it is -inf); else a logit of -inf has
 * the probability 0, and no part in the sum. */
typedef struct maxtrick_call_float32 {
  size_t rows, classes;
  const float* logits;
  size_t logits_stride;
  float* result;
  size_t result_stride;
  const int32_t* targets;
  float* losses;
  float scale;
} maxtrick_call_float32;

typedef struct maxtrick_call_float64 {
  size_t rows, classes;
  const double* logits;
  size_t logits_stride;
  double* result;
  size_t result_stride;
  const int32_t* targets;
  double* losses;
  double scale;
} maxtrick_call_float64;

/* One implementation of one op. It is listed as "op.algorithm.isa", "softmax.mine.avx2": small
 * letters, digits and _ in each part. Texts are UTF-8 of one line, of 1000 bytes at most. */
typedef struct maxtrick_kernel {
  const char* op;        /* one of those above */
  const char* algorithm; /* a name of yours */
  const char* isa;       /* "scalar", "avx2" (timed beside an oneDNN held to that), ...; or NULL */
  const char* summary;   /* one line; NULL: none */
  const char* source;    /* paper, repository, ...; NULL: the plug-in's name */
  /* In float32 no result is further from the exact one than so many ULP, whatever the logits,
   * special values included: maxtrick holds it to that. 0: nothing is claimed. */
  double claimed_ulp;
  int (*float32)(const maxtrick_call_float32* call); /* needed */
  int (*float64)(const maxtrick_call_float64* call); /* NULL: float32 only */
} maxtrick_kernel;

/* All of this lasts as long as the library is loaded. */
typedef struct maxtrick_plugin {
  uint32_t api_version; /* MAXTRICK_PLUGIN_API */
  const char* name;     /* of the whole, for manifests */
  const char* version;  /* NULL: none */
  /* 1000 at most. The names and texts of all, with some 110 bytes of each kernel besides, come to
   * 128 KiB at most: of 1000 kernels they are short. */
  size_t kernel_count;
  const maxtrick_kernel* kernels;
} maxtrick_plugin;

/* What a plug-in exports. */
MAXTRICK_PLUGIN_EXPORT const maxtrick_plugin* maxtrick_plugin_v1(void);

#ifdef __cplusplus
}
#endif

#endif
