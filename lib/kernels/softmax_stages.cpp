#include "kernels/softmax_stages.hpp"

#include "kernels/dispatch.hpp"
#include "kernels/instruction_sets.hpp"

namespace maxtrick::kernels {

void softmax_stage(Isa isa, Stage stage, Logits<float> x, Matrix<float> y,
                   std::span<float> numbers) {
  auto work = work_of<float>(x, y);
  work.losses = numbers.data();
  run<float>(implementation(isa).softmax_stages[static_cast<int>(stage)], 1, work, x, y, false);
}

}  // namespace maxtrick::kernels
