/* The interface of plug-ins, with which maxtrick compares your own kernels with its own. A shared
 * library that implements it can be given to
 *
 *     maxtrick list|eval|run|check ... --plugin mine.so
 *
 * The header is C99 and C++. A plug-in exports one function, maxtrick_plugin_v2, which describes
 * its kernels:
 *
 *     static int softmax(const maxtrick_call_v2* call) { ...; return 0; }
 *     static const maxtrick_kernel_v2 kernels[] = {{.struct_size = sizeof(maxtrick_kernel_v2),
 *                                                   .op = "softmax",
 *                                                   .algorithm = "mine",
 *                                                   .types = MAXTRICK_FLOAT32,
 *                                                   .compute = softmax}};
 *     static const maxtrick_description_v2 plugin = {.struct_size = sizeof plugin,
 *                                                    .name = "mine",
 *                                                    .version = "1.0",
 *                                                    .kernel_count = 1,
 *                                                    .kernels = kernels};
 *     const maxtrick_description_v2* maxtrick_plugin_v2(void) { return &plugin; }
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
 *   aliasing   Logits, targets, coefficients, losses and result never overlap. The rows of one
 *              array may interleave if its classes have a stride.
 *   reading    It reads nothing outside the rows and arrays of the call, not even to fill a vector.
 *   writing    It writes every result and every loss that the op has. It writes nothing between or
 *              beside the numbers of its rows, and nothing in logits, targets and coefficients,
 *              which belong to the caller.
 *   pointers   It uses no pointer of a call after the call has returned.
 *   repeating  The same call gives the same bits again. Another place, alignment or stride of the
 *              arrays may give other bits.
 *   returning  It returns: it does not exit, jump out, or throw. 0 means success. Any other number
 *              means that it could not compute this call, and is reported.
 *   state      It restores the floating-point environment (rounding mode, flush-to-zero, ...), and
 *              does not touch the handlers of SIGSEGV and SIGBUS.
 *   children   Processes that it starts end, at the latest, when the process ends that calls it.
 *
 * A kernel that breaks these rules loses only its own results. It is checked in a process of its
 * own, with inaccessible memory on both sides of its arguments, and a violation is reported with
 * the case. Only a kernel that has passed these checks is called directly, in another process, to
 * be timed.
 *
 * How the interface grows. Every struct of version 2 begins with its size in bytes, and new members
 * are only appended. What one side does not know has the value 0, which changes nothing:
 *
 *   An older plug-in describes itself by smaller structs; their missing members count as 0. It
 *   receives a larger call than it knows. The program sets new members of the call only to what
 *   the kernel says it supports, and provides the rest itself.
 *   A newer plug-in describes itself by larger structs. It is refused if a member that the program
 *   does not know is not 0. A kernel reads a member that was appended to the call only if
 *   call->struct_size includes it. */
#ifndef MAXTRICK_PLUGIN_H
#define MAXTRICK_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MAXTRICK_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define MAXTRICK_PLUGIN_EXPORT
#endif

/* Element types: a set of them for a kernel, one for a call. The 16-bit types are IEEE 754 binary16
 * and the upper half of a float32; an array of them is an array of uint16_t. */
enum { MAXTRICK_FLOAT32 = 1, MAXTRICK_FLOAT64 = 2, MAXTRICK_FLOAT16 = 4, MAXTRICK_BFLOAT16 = 8 };

/* What a kernel supports. A call never asks for what its kernel does not support: the program
 * computes it beforehand, or does not call the kernel. */
enum {
  /* Class strides other than 1. Otherwise the rows are copied. */
  MAXTRICK_CLASS_STRIDES = 1,
  /* A scale other than 1. Otherwise the products are rounded to the element type and copied. */
  MAXTRICK_SCALE = 2,
  /* Coefficients in the place of targets. Otherwise the kernel does not compute such losses. */
  MAXTRICK_COEFFICIENTS = 4,
  /* Factors of an op to which they are optional, and a parameter other than the one in the table
   * below. Otherwise the kernel does not compute such calls. */
  MAXTRICK_FACTORS = 8
};

/* One call: `rows` rows of `classes` logits, both at least 1. Class k of row i has the logit
 * logits[i * logits_row_stride + k * logits_class_stride] of the element type. Strides are in
 * elements. They are the same for the result, the coefficients and the factors, each with strides
 * of its own. All arrays that a call does not have are NULL.
 *
 * x_k = scale * logit k, and y_k = e^x_k / sum_j e^x_j is the softmax. c_k are the coefficients, or
 * c_k = [k = target]. f_k are the factors, and p is the parameter. The result has one number for each
 * class, or for each row.
 *
 *   op                      result, for each class                factors, parameter
 *   softmax                 y_k
 *   log_softmax             x_k - log sum_j e^x_j
 *   hardmax                 1 for the first largest x_k, else 0
 *   softmax_backward        y_k (f_k - sum_j y_j f_j)             factors
 *   log_softmax_backward    f_k - y_k sum_j f_j                   factors
 *   cross_entropy_gradient  gradient_scale (y_k sum_j c_j - c_k)
 *                           result, for each row
 *   log_sum_exp             log sum_j e^x_j                       optional factors, p = 1
 *   merge                   sum_k y_k f_k; 0 if all x_k are -inf  factors
 *
 * With factors, log_sum_exp has two numbers for each row: log |sum_k f_k e^x_k / p| and the sign of
 * the sum, 1, -1 or 0. Without factors, f_k = 1 and there is no sign.
 *
 *   op                      loss of a row; there is no result     factors, parameter
 *   cross_entropy           sum_k c_k (log sum_j e^x_j - x_k)     (cross_entropy_gradient: the same)
 *   focal_loss              the same, each term times (1 - y_k)^p p = 2
 *   z_loss                  p (log sum_j e^x_j)^2                 p = 1
 *   nll                     -sum_k c_k x_k
 *   log_loss                -sum_k c_k log x_k, 0 log 0 = 0
 *   kl_divergence           sum_k c_k (log c_k - x_k)             p = 0; 1: c_k is log c_k
 *   binary_cross_entropy    w c_0 log(1 + e^-x_0) + (1 - c_0) log(1 + e^x_0), with one class, a target
 *                           of 0 or 1 as c_0, and w = f_0         optional factors, f_0 = 1
 *
 * Exactly one of targets and coefficients is not NULL if the op has losses. Targets are from 0 to
 * classes - 1. Coefficients are any numbers, and need not sum to 1. `gradient_scale` is the only
 * factor of the gradient: if `scale` is not 1, the gradient is that with respect to x, not to the
 * logits, and so are those of the two backward ops.
 *
 * Logits may have any value. If a row of x has NaN or +inf, or nothing but -inf, all of its results
 * are NaN, with two exceptions: log_sum_exp of a row with +inf and no NaN is +inf, and of a row of
 * nothing but -inf it is -inf. In other rows, a class with a logit of -inf has the probability 0
 * and adds nothing to the sum. */
typedef struct maxtrick_call_v2 {
  size_t struct_size; /* of this struct as the program knows it */
  size_t type;        /* element type of all arrays but targets; one that the kernel has */
  size_t rows, classes;
  const void* logits;
  size_t logits_row_stride, logits_class_stride;
  void* result;
  size_t result_row_stride, result_class_stride;
  const int32_t* targets;
  const void* coefficients;
  size_t coefficients_row_stride, coefficients_class_stride;
  void* losses;          /* adjacent */
  double scale;          /* of the logits; a number of the element type */
  double gradient_scale; /* a number of the element type */
  const void* factors;
  size_t factors_row_stride, factors_class_stride;
  double parameter; /* a number of the element type */
} maxtrick_call_v2;

/* One implementation of one op. It is listed as "op.algorithm.isa", such as "softmax.mine.avx2".
 * Each part consists of lower-case letters, digits and _. Texts are one line of UTF-8 with at most
 * 1000 bytes. */
typedef struct maxtrick_kernel_v2 {
  size_t struct_size;    /* sizeof(maxtrick_kernel_v2), the same for all kernels of a plug-in */
  const char* op;        /* one of the ops above */
  const char* algorithm; /* a name that you choose */
  const char* isa;       /* "scalar", "avx2" (compared with oneDNN limited to AVX2), ...; or NULL */
  const char* summary;   /* one line; NULL: none */
  const char* source;    /* paper, repository, ...; NULL: the plug-in's name */
  /* The largest error in ULP that the kernel claims for any result in float32, whatever the logits,
   * special values included. maxtrick checks it. 0: nothing is claimed. */
  double claimed_ulp;
  size_t types;    /* MAXTRICK_FLOAT32 | ...; at least one. Bits that the program does not know are
                      ignored, here and in `supports`: it never asks for them. */
  size_t supports; /* MAXTRICK_CLASS_STRIDES | ... */
  int (*compute)(const maxtrick_call_v2* call);
} maxtrick_kernel_v2;

/* The description of a plug-in. It and all that it points to must stay valid as long as the library
 * is loaded. */
typedef struct maxtrick_description_v2 {
  size_t struct_size;  /* sizeof(maxtrick_description_v2) */
  const char* name;    /* of the plug-in, for manifests */
  const char* version; /* NULL: none */
  /* At most 1000. The names and texts of all kernels, plus some 110 bytes for each kernel, may take
   * at most 128 KiB in total, so that 1000 kernels must have short texts. */
  size_t kernel_count;
  const maxtrick_kernel_v2* kernels;
} maxtrick_description_v2;

/* The function that a plug-in exports. It returns the description. */
MAXTRICK_PLUGIN_EXPORT const maxtrick_description_v2* maxtrick_plugin_v2(void);

/* Version 1. A plug-in that exports maxtrick_plugin_v1 is used as before, under the same rules. If
 * it exports both functions, only maxtrick_plugin_v2 is called. */

/* The value of maxtrick_plugin.api_version. The structs of version 1 do not change any more. */
#define MAXTRICK_PLUGIN_API 1

/* One call, as in version 2, with adjacent classes and with targets that are classes. `scale` is
 * the factor of the gradient: the result of cross_entropy_gradient is scale (y_k - [k = target]). */
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

/* One implementation of one op. The members are as in version 2. */
typedef struct maxtrick_kernel {
  const char* op;
  const char* algorithm;
  const char* isa;
  const char* summary;
  const char* source;
  double claimed_ulp;
  int (*float32)(const maxtrick_call_float32* call); /* required */
  int (*float64)(const maxtrick_call_float64* call); /* NULL: float32 only */
} maxtrick_kernel;

typedef struct maxtrick_plugin {
  uint32_t api_version; /* MAXTRICK_PLUGIN_API */
  const char* name;
  const char* version;
  size_t kernel_count;
  const maxtrick_kernel* kernels;
} maxtrick_plugin;

MAXTRICK_PLUGIN_EXPORT const maxtrick_plugin* maxtrick_plugin_v1(void);

#ifdef __cplusplus
}
#endif

#endif
