/* Libraries that are not plug-ins, or not of this version. REFUSED selects one. */
#include <maxtrick/plugin.h>
#include <stdlib.h>
#include <unistd.h>

#define OTHER_VERSION 1
#define NO_SYMBOL 2
#define BAD_NAME 3
#define TWICE 4
#define TAKEN 5
#define UNKNOWN_OP 6
#define NO_FUNCTION 7
#define CRASHES 8
#define BAD_CLAIM 9
#define TAKEN_LOSS 10
#define TAKEN_HELD 11
#define TOO_MANY 12
#define LONG_TEXT 13
#define LONG_DESCRIPTION 14
#define OTHER_WORDS 15

#if REFUSED != NO_FUNCTION
static int softmax(const maxtrick_call_float32* call) { return call->rows > 0; }
#endif
#define KERNEL(op_, algorithm_) \
  { .op = op_, .algorithm = algorithm_, .isa = "scalar", .float32 = softmax }
#define TEXT_OF_100                                                                                \
  "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123" \
  "456789"
#define TEXT_OF_900                                                                               \
  TEXT_OF_100 TEXT_OF_100 TEXT_OF_100 TEXT_OF_100 TEXT_OF_100 TEXT_OF_100 TEXT_OF_100 TEXT_OF_100 \
      TEXT_OF_100
#define LONG(algorithm_) \
  { .op = "softmax", .algorithm = algorithm_, .summary = TEXT_OF_900, .float32 = softmax }
#define TEN(n)                                                                               \
  LONG("a" n), LONG("b" n), LONG("c" n), LONG("d" n), LONG("e" n), LONG("f" n), LONG("g" n), \
      LONG("h" n), LONG("i" n), LONG("j" n)
#define HUNDRED(n)                                                                                \
  TEN(n "0"), TEN(n "1"), TEN(n "2"), TEN(n "3"), TEN(n "4"), TEN(n "5"), TEN(n "6"), TEN(n "7"), \
      TEN(n "8"), TEN(n "9")
static const maxtrick_kernel kernels[] = {
#if REFUSED == LONG_TEXT
    {.op = "softmax",
     .algorithm = "mine",
     .source = TEXT_OF_900 TEXT_OF_100 "and one more",
     .float32 = softmax},
#elif REFUSED == LONG_DESCRIPTION
    HUNDRED("0"),
    HUNDRED("1"),
    HUNDRED("2"),
#elif REFUSED == BAD_NAME
    KERNEL("softmax", "my kernel"),
#elif REFUSED == TWICE
    KERNEL("softmax", "mine"),
    KERNEL("softmax", "mine"),
#elif REFUSED == TAKEN
    KERNEL("softmax", "naive"),
#elif REFUSED == TAKEN_LOSS
    KERNEL("cross_entropy", "accurate"),
#elif REFUSED == TAKEN_HELD
    {.op = "softmax", .algorithm = "onednn", .isa = "avx2", .float32 = softmax},
#elif REFUSED == UNKNOWN_OP
    KERNEL("sparsemax", "mine"),
#elif REFUSED == NO_FUNCTION
    {.op = "softmax", .algorithm = "mine", .summary = "needs a function", .float32 = NULL},
#elif REFUSED == BAD_CLAIM
    {.op = "softmax", .algorithm = "mine", .claimed_ulp = -1, .float32 = softmax},
#else
    KERNEL("softmax", "mine"),
#endif
};
static const maxtrick_plugin plugin = {
    REFUSED == OTHER_VERSION ? MAXTRICK_PLUGIN_API + 1 : MAXTRICK_PLUGIN_API, "refused", "1",
    REFUSED == TOO_MANY ? 1001 : sizeof kernels / sizeof *kernels, kernels};

#if REFUSED == NO_SYMBOL
const maxtrick_plugin* another_name(void);
const maxtrick_plugin* another_name(void) { return &plugin; }
#else
const maxtrick_plugin* maxtrick_plugin_v1(void) {
  if (REFUSED == CRASHES) abort();
  /* The socket through which its process speaks to maxtrick. */
  if (REFUSED == OTHER_WORDS) return write(3, "D{\"name\": 1}", 12) == 12 ? &plugin : NULL;
  return &plugin;
}
#endif
