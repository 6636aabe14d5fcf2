// Cross-entropy as a program without kernels computes it: a plain loop that subtracts the maximum.
#include <cmath>
#include <limits>
#include <span>

#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/registry.hpp"

namespace maxtrick::variants {
namespace {

using ops::Call;
using ops::Register;

float maximum(std::span<const float> x) {
  float m = -std::numeric_limits<float>::infinity();
  for (const float xi : x) m = xi > m ? xi : m;
  return m;
}

std::size_t target(const Call<float>& call, std::size_t row) {
  return static_cast<std::size_t>(call.targets.index[row]);
}

void losses(const Call<float>& call) {
  for (std::size_t i = 0; i < call.logits.rows; ++i) {
    const std::span<const float> x = call.logits.row(i);
    const float m = maximum(x);
    float sum = 0;
    for (const float xi : x) sum += std::exp(xi - m);
    call.losses[i] = std::log(sum) - (x[target(call, i)] - m);
  }
}

void losses_and_gradient(const Call<float>& call) {
  for (std::size_t i = 0; i < call.logits.rows; ++i) {
    const std::span<const float> x = call.logits.row(i);
    const std::span<float> g = call.result.row(i);
    const float m = maximum(x);
    float sum = 0;
    for (std::size_t k = 0; k < x.size(); ++k) sum += g[k] = std::exp(x[k] - m);
    call.losses[i] = std::log(sum) - (x[target(call, i)] - m);
    const float factor = call.gradient_scale / sum;
    for (float& gk : g) gk *= factor;
    g[target(call, i)] -= call.gradient_scale;
  }
}

const Register loss{{.op = ops::cross_entropy,
                     .algorithm = "shifted",
                     .isa = "scalar",
                     .summary = "log sum e^(x - max) - (x_t - max), as a plain loop",
                     .source = "course lab (L6)",
                     .nature = ops::Nature::unguarded,
                     .float32 = losses}};
const Register gradient{{.op = ops::cross_entropy_gradient,
                         .algorithm = "shifted",
                         .isa = "scalar",
                         .summary = "e^(x - max) (scale / sum), minus scale at the target",
                         .source = "course lab (L6)",
                         .nature = ops::Nature::unguarded,
                         .float32 = losses_and_gradient}};

}  // namespace
}  // namespace maxtrick::variants
