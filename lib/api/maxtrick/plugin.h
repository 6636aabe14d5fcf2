/* The interface of plug-ins, with which maxtrick compares your own kernels with its own. A shared
 * library that implements it can be given to
 *
 *     maxtrick list|eval|run|check ... --plugin mine.so
 *
 * The header is C99 and C++. A plug-in exports one function, maxtrick_plugin_v1, which describes
 * its kernels:
 *
 *     static int softmax(const maxtrick_call_float32* call) { ...; return 0; }
 *     static const maxtrick_kernel kernels[] = {
 *         {.op = "softmax", .algorithm = "mine", .isa = "scalar", .float32 = softmax}};
 *     static const maxtrick_plugin plugin = {
 *         .api_version = MAXTRICK_PLUGIN_API, .name = "mine", .version = "1.0",
 *         .kernel_count = 1, .kernels = kernels};
 *     const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
 *
 * Members that an initialiser does not name are 0, which has the meaning of a missing value.
 *
 * What a kernel may rely on, and which rules it must follow:
 *
 *   threads    Two threads of one process never call it at the same time. It may start threads of
 *              its own, but its times are compared with those of one thread.
 *   processes  It is called in several independent processes: some check it, others time it. Each
 *              process loads the file itself. If the file is rebuilt in the meantime, the run ends,
 *              so that no table has rows of two builds.
 *   alignment  Pointers and rows have the alignment of the element type and no more.
 *   aliasing   Logits, targets, losses and result never overlap.
 *   reading    It reads nothing outside the rows and arrays of the call, not even to fill a vector.
 *   writing    It writes every result and every loss that the op has. It writes nothing between or
 *              beside the rows, and nothing in logits and targets, which belong to the caller.
 *   pointers   It uses no pointer of a call after the call has returned.
 *   repeating  The same call gives the same bits again. Another place or alignment of the arrays
 *              may give other bits.
 *   returning  It returns: it does not exit, jump out, or throw. 0 means success. Any other number
 *              means that it could not compute this call, and is reported.
 *   state      It restores the floating-point environment (rounding mode, flush-to-zero, ...), and
 *              does not touch the handlers of SIGSEGV and SIGBUS.
 *   children   Processes that it starts end, at the latest, when the process ends that calls it.
 *
 * A kernel that breaks these rules loses only its own results. It is checked in a process of its
 * own, with inaccessible memory on both sides of its arguments, and a violation is reported with
 * the case. Only a kernel that has passed these checks is called directly, in another process, to
 * be timed. */
#ifndef MAXTRICK_PLUGIN_H
#define MAXTRICK_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. It increases when a struct below changes, and so does the number
 * in the name of the function. */
#define MAXTRICK_PLUGIN_API 1

#if defined(__GNUC__)
#define MAXTRICK_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define MAXTRICK_PLUGIN_EXPORT
#endif

/* One call: `rows` rows of `classes` logits, x_0 ... x_(classes - 1). Both numbers are at least 1.
 * Row i of the logits begins at logits + i * logits_stride, row i of the result at
 * result + i * result_stride. Strides are in elements.
 *
 *   op                      result                          losses            targets, scale
 *   softmax                 y_k = e^x_k / sum_j e^x_j       NULL              NULL
 *   log_softmax             x_k - log sum_j e^x_j           NULL              NULL
 *   log_sum_exp             log sum_j e^x_j, one per row    NULL              NULL
 *   cross_entropy           NULL                            one per row       targets
 *   cross_entropy_gradient  scale (y_k - [k = target])      one per row       targets, scale
 *
 * y is the softmax. The loss of a row is log sum_j e^x_j - x_target. Targets are from 0 to
 * classes - 1.
 *
 * Logits may have any value. If a row has NaN or +inf, or nothing but -inf, all of its results are
 * NaN, with two exceptions: log_sum_exp of a row with +inf and no NaN is +inf, and of a row of
 * nothing but -inf it is -inf. In other rows, a class with a logit of -inf has the probability 0
 * and adds nothing to the sum. */
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

/* One implementation of one op. It is listed as "op.algorithm.isa", such as "softmax.mine.avx2".
 * Each part consists of lower-case letters, digits and _. Texts are one line of UTF-8 with at most
 * 1000 bytes. */
typedef struct maxtrick_kernel {
  const char* op;        /* one of the ops above */
  const char* algorithm; /* a name that you choose */
  const char* isa;       /* "scalar", "avx2" (compared with oneDNN limited to AVX2), ...; or NULL */
  const char* summary;   /* one line; NULL: none */
  const char* source;    /* paper, repository, ...; NULL: the plug-in's name */
  /* The largest error in ULP that the kernel claims for any result in float32, whatever the logits,
   * special values included. maxtrick checks it. 0: nothing is claimed. */
  double claimed_ulp;
  int (*float32)(const maxtrick_call_float32* call); /* required */
  int (*float64)(const maxtrick_call_float64* call); /* NULL: float32 only */
} maxtrick_kernel;

/* The description of a plug-in. It and all that it points to must stay valid as long as the library
 * is loaded. */
typedef struct maxtrick_plugin {
  uint32_t api_version; /* MAXTRICK_PLUGIN_API */
  const char* name;     /* of the plug-in, for manifests */
  const char* version;  /* NULL: none */
  /* At most 1000. The names and texts of all kernels, plus some 110 bytes for each kernel, may take
   * at most 128 KiB in total, so that 1000 kernels must have short texts. */
  size_t kernel_count;
  const maxtrick_kernel* kernels;
} maxtrick_plugin;

/* The function that a plug-in exports. It returns the description. */
MAXTRICK_PLUGIN_EXPORT const maxtrick_plugin* maxtrick_plugin_v1(void);

#ifdef __cplusplus
}
#endif

#endif
