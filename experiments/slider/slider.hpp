// The computations of the slider page: the scalar variants of softmax and log-softmax, behind a C
// interface. It is compiled to WebAssembly for the page and natively for its test.
//
// Logits and results are doubles, which represent every number of the precisions exactly. A row has
// 1 to 64 classes. Variants, precisions and outcomes are numbered from 0; the name for a number
// beyond the last is null. Returned pointers stay valid until the program ends. The functions are
// not thread-safe.
// threads.
#pragma once

extern "C" {

// A buffer for the arguments and results, because a caller of WebAssembly has no other memory; and
// its size in doubles.
double* slider_room(void);
int slider_room_size(void);

// "float32", "float16", "bfloat16".
const char* slider_precision(int precision);
// Rounds each logit to the precision, to nearest even. Every function below does so first.
void slider_round(int precision, const double* logits, int classes, double* rounded);

// Returns the number of variants. softmax precedes log-softmax. Within each op, the order is:
// correct formulas that may overflow, the shortest first; the sound ones, from the loosest claim to
// the tightest; the approximations.
int slider_variants(void);
const char* slider_name(int variant);      // "softmax.naive.scalar"
const char* slider_summary(int variant);   // "exp(x) / sum exp(x)"
int slider_is_softmax(int variant);        // 0 for log-softmax
int slider_is_approximation(int variant);  // computes a different function that approximates the op
// Returns how the variant computes in the precision: the name of the precision if every operation
// is rounded to it, or "float16_in_float32" (or "bfloat16_in_float32") if only the results are.
const char* slider_dtype(int variant, int precision);
// Writes the results of a variant for the row.
void slider_compute(int variant, int precision, const double* logits, int classes, double* results);

// Writes the exact results, in double (exact.hpp states the error; 0 below e^-560), and the same
// rounded to the precision: the nearest numbers that it can represent.
void slider_exact(int is_softmax, int precision, const double* logits, int classes, double* exact,
                  double* nearest);

// Returns the outcome of the results of slider_compute (oracle/outcome.hpp). An output whose
// error exceeds tolerance_ulp is inaccurate. measures[0] is set to the largest error in ULP,
// measures[1] to the sum of the probabilities minus 1.
int slider_judge(int variant, int precision, const double* logits, int classes,
                 const double* results, double tolerance_ulp, double* measures);
// Returns the name of an outcome, such as "ok".
const char* slider_outcome(int outcome);
}
