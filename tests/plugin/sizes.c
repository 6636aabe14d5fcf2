/* Plug-ins of version 2 whose structs have another size than those of this program, or that export
 * both versions. CASE selects one. */
#include <maxtrick/plugin.h>

#define BOTH_VERSIONS 1
#define NO_SIZE 2
#define SMALL_KERNEL 3
#define NO_TYPE 4
#define NO_COMPUTE 5
#define CLAIM_WITHOUT_FLOAT32 6
#define LATER_HEADER 7
#define LATER_MEMBER 8
#define LATER_DESCRIPTION 9
#define NULL_DESCRIPTION 10

static int softmax(const maxtrick_call_v2* call) { return call->rows > 0; }

/* The structs of a later header. */
typedef struct later_kernel {
  maxtrick_kernel_v2 known;
  size_t appended;
} later_kernel;
typedef struct later_description {
  maxtrick_description_v2 known;
  const char* appended;
} later_description;

#if CASE == SMALL_KERNEL
#define KERNEL_SIZE (sizeof(maxtrick_kernel_v2) - sizeof(size_t))
#elif CASE == LATER_HEADER || CASE == LATER_MEMBER
#define KERNEL_SIZE sizeof(later_kernel)
#else
#define KERNEL_SIZE sizeof(maxtrick_kernel_v2)
#endif

#define KERNEL(algorithm_)                                                                \
  {                                                                                       \
    {.struct_size = KERNEL_SIZE,                                                          \
     .op = "softmax",                                                                     \
     .algorithm = algorithm_,                                                             \
     .claimed_ulp = CASE == CLAIM_WITHOUT_FLOAT32 ? 2 : 0,                                \
     .types = CASE == NO_TYPE                 ? 0                                         \
              : CASE == CLAIM_WITHOUT_FLOAT32 ? MAXTRICK_FLOAT64                          \
                                              : MAXTRICK_FLOAT32 | MAXTRICK_FLOAT64 | 64, \
     .supports = MAXTRICK_SCALE | 1024,                                                   \
     .compute = CASE == NO_COMPUTE ? NULL : softmax},                                     \
        CASE == LATER_MEMBER                                                              \
  }
static const later_kernel kernels[] = {KERNEL("one"), KERNEL("two")};
static const later_description plugin = {
    {.struct_size = CASE == NO_SIZE                                     ? 0
                    : CASE == LATER_HEADER || CASE == LATER_DESCRIPTION ? sizeof plugin
                                                                        : sizeof plugin.known,
     .name = "sizes",
     .version = "2",
     /* The kernels of this header follow each other only if each has the size that it states. */
     .kernel_count = CASE == LATER_HEADER ? 2 : 1,
     .kernels = &kernels[0].known},
    CASE == LATER_DESCRIPTION ? "something new" : NULL};
const maxtrick_description_v2* maxtrick_plugin_v2(void) {
  return CASE == NULL_DESCRIPTION ? NULL : &plugin.known;
}

#if CASE == BOTH_VERSIONS
static int old_softmax(const maxtrick_call_float32* call) { return call->rows > 0; }
static const maxtrick_kernel old_kernels[] = {
    {.op = "softmax", .algorithm = "old", .float32 = old_softmax}};
static const maxtrick_plugin old_plugin = {MAXTRICK_PLUGIN_API, "old", "1", 1, old_kernels};
const maxtrick_plugin* maxtrick_plugin_v1(void) { return &old_plugin; }
#endif
