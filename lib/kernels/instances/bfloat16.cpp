#include "kernels/instances/halves.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<BFloat16Bits> bfloat16[tasks] = {
    accurate_rows<BFloat16Bits, SoftmaxGroup, Softmax>,
    accurate_rows<BFloat16Bits, LogSoftmaxGroup, LogSoftmax>,
    accurate_rows<BFloat16Bits, LogSumGroup, LogSums>,
    accurate_rows<BFloat16Bits, LossGroup, Losses>,
    accurate_rows<BFloat16Bits, GradientGroup, Gradients>,
    nullptr};
}
