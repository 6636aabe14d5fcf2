#include "kernels/instances/halves.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {
extern constinit const Kernel<Float16Bits> float16[tasks] = {
    accurate_rows<Float16Bits, SoftmaxGroup, Softmax>,
    accurate_rows<Float16Bits, LogSoftmaxGroup, LogSoftmax>,
    accurate_rows<Float16Bits, LogSumGroup, LogSums>,
    accurate_rows<Float16Bits, LossGroup, Losses>,
    accurate_rows<Float16Bits, GradientGroup, Gradients>,
    nullptr};
}
