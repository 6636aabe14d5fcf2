// What the slider page computes with: the scalar variants of softmax and log-softmax, over an
// interface of C, compiled to WebAssembly for the page and natively for its test.
//
// Logits and results are doubles, which hold every number of the precisions without loss; a row has
// 1 to 64 classes. Variants, precisions and outcomes are numbered from 0 on; a name of one beyond
// the last is null. Pointers that are returned are good for ever. Not safe to call from several
// threads.
#pragma once

extern "C" {

// Room for so many doubles, to hold what is passed: the caller of a WebAssembly has no other.
double* slider_room(void);
int slider_room_size(void);

// "float32", "float16", "bfloat16".
const char* slider_precision(int precision);
// The row as the precision holds it: each logit rounded to nearest even. Every function below does
// so first.
void slider_round(int precision, const double* logits, int classes, double* rounded);

// The variants, softmax before log-softmax; of each, right formulas that may overflow, the shortest
// first, then the sound ones from the loosest claim to the tightest, then the approximations.
int slider_variants(void);
const char* slider_name(int variant);      // "softmax.naive.scalar"
const char* slider_summary(int variant);   // "exp(x) / sum exp(x)"
int slider_is_softmax(int variant);        // 0 for log-softmax
int slider_is_approximation(int variant);  // another function, meant to be near
// How it works in the precision: its name where every operation is rounded to it, or
// "float16_in_float32" where only the results are.
const char* slider_dtype(int variant, int precision);
void slider_compute(int variant, int precision, const double* logits, int classes, double* results);

// The exact results, in double (exact.hpp has the error; 0 below e^-560), and those rounded to the
// precision: the best that it can hold.
void slider_exact(int is_softmax, int precision, const double* logits, int classes, double* exact,
                  double* nearest);

// The outcome of the results of slider_compute (numerics/outcome.hpp), an output off by more than
// tolerance_ulp being inaccurate. measures[0] is the largest error in ULP, measures[1] the sum of
// the probabilities minus 1.
int slider_judge(int variant, int precision, const double* logits, int classes,
                 const double* results, double tolerance_ulp, double* measures);
const char* slider_outcome(int outcome);
}
