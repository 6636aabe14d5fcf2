/* Each kernel is a correct softmax that also does one thing that it must not do. */
#include <fenv.h>
#include <signal.h>
#include <stdlib.h>
#ifdef __x86_64__
#include <xmmintrin.h>
#endif

#include "softmax.h"

/* Volatile, so that the compiler cannot remove the accesses. */
static volatile float sink;

static int crashes(const maxtrick_call_float32* call) {
  (void)call;
  return raise(SIGSEGV);
}
static int aborts(const maxtrick_call_float32* call) {
  (void)call;
  abort();
}
static int exits(const maxtrick_call_float32* call) {
  (void)call;
  _Exit(3);
}
static int hangs(const maxtrick_call_float32* call) {
  for (sink = 0; sink < 1;)
    if (call->rows == 0) return 0;
  return 0;
}
static int returns_an_error(const maxtrick_call_float32* call) {
  softmax(call);
  return call->classes == 3 ? 42 : 0;
}
static int writes_behind(const maxtrick_call_float32* call) {
  call->result[(call->rows - 1) * call->result_stride + call->classes] = 1;
  return softmax(call);
}
static int writes_before(const maxtrick_call_float32* call) {
  call->result[-1] = 1;
  return softmax(call);
}
static int writes_between(const maxtrick_call_float32* call) {
  if (call->rows > 1) call->result[call->classes] = 1;
  return softmax(call);
}
static int writes_far(const maxtrick_call_float32* call) {
  call->result[call->rows * call->result_stride + 5000] = 1;
  return softmax(call);
}
static int changes_its_input(const maxtrick_call_float32* call) {
  ((float*)(uintptr_t)call->logits)[0] += 1;
  return softmax(call);
}
static int reads_behind(const maxtrick_call_float32* call) {
  sink = call->logits[(call->rows - 1) * call->logits_stride + call->classes];
  return softmax(call);
}
static int recurses(const maxtrick_call_float32* call) {
  volatile char room[1 << 16];
  if (call->rows == 0) return 0;
  room[0] = (char)call->rows;
  return recurses(call) + room[0];
}
static int rounds_upwards(const maxtrick_call_float32* call) {
  const int code = softmax(call);
  fesetround(FE_UPWARD);
  return code;
}
/* Other CPUs have other registers for this. */
#ifdef __x86_64__
static int flushes_to_zero(const maxtrick_call_float32* call) {
  const int code = softmax(call);
  _mm_setcsr(_mm_getcsr() | 0x8040);
  return code;
}
static int limits_precision(const maxtrick_call_float32* call) {
  const unsigned short control = 0x007F; /* 24 bits, no exception traps */
  __asm__ volatile("fldcw %0" : : "m"(control));
  return softmax(call);
}
#else
#define flushes_to_zero rounds_upwards
#define limits_precision rounds_upwards
#endif
/* An error of 1 ULP in every other call. */
static int varies(const maxtrick_call_float32* call) {
  static unsigned calls = 0;
  const int code = softmax(call);
  if (++calls % 2 == 0) call->result[0] *= 1 + 0x1p-23F;
  return code;
}
static const maxtrick_kernel kernels[] = {
    {.op = "softmax", .algorithm = "behaves", .isa = "scalar", .float32 = softmax},
    KERNEL(crashes),
    KERNEL(aborts),
    KERNEL(exits),
    KERNEL(hangs),
    KERNEL(returns_an_error),
    KERNEL(writes_behind),
    KERNEL(writes_before),
    KERNEL(writes_between),
    KERNEL(writes_far),
    KERNEL(changes_its_input),
    KERNEL(reads_behind),
    KERNEL(recurses),
    KERNEL(rounds_upwards),
    KERNEL(flushes_to_zero),
    KERNEL(limits_precision),
    KERNEL(varies),
};
static const maxtrick_plugin plugin = {MAXTRICK_PLUGIN_API, "misbehaves", "1",
                                       sizeof kernels / sizeof *kernels, kernels};
const maxtrick_plugin* maxtrick_plugin_v1(void) { return &plugin; }
