// Cross-entropy as a program without kernels for it has it.
#include <cmath>
#include <limits>

#include "ops/registry.hpp"
#include "timing/kernel.hpp"

namespace maxtrick::timing {
namespace {

float maximum(std::span<const float> x) {
  float m = -std::numeric_limits<float>::infinity();
  for (const float xi : x) m = xi > m ? xi : m;
  return m;
}

std::size_t target(const Call& call, std::size_t row) {
  return static_cast<std::size_t>(call.targets[row]);
}

void loss_by_loop(const Call& call) {
  for (std::size_t i = 0; i < call.x.rows; ++i) {
    const std::span<const float> x = call.x.row(i);
    const float m = maximum(x);
    float sum = 0;
    for (const float xi : x) sum += std::exp(xi - m);
    call.losses[i] = std::log(sum) - (x[target(call, i)] - m);
  }
}

void gradient_by_loop(const Call& call) {
  for (std::size_t i = 0; i < call.x.rows; ++i) {
    const std::span<const float> x = call.x.row(i);
    const std::span<float> g = call.y.row(i);
    const float m = maximum(x);
    float sum = 0;
    for (std::size_t k = 0; k < x.size(); ++k) sum += g[k] = std::exp(x[k] - m);
    call.losses[i] = std::log(sum) - (x[target(call, i)] - m);
    const float factor = call.scale / sum;
    for (float& gk : g) gk *= factor;
    g[target(call, i)] -= call.scale;
  }
}

// The loss by the library's log-softmax, of which one number a row is used.
void complete_loss(const Call& call) {
  for (std::size_t i = 0; i < call.x.rows; ++i) call.losses[i] = -call.y.row(i)[target(call, i)];
}

// The gradient by its softmax.
void complete_gradient(const Call& call) {
  for (std::size_t i = 0; i < call.x.rows; ++i) {
    const std::span<float> y = call.y.row(i);
    call.losses[i] = -std::log(y[target(call, i)]);
    y[target(call, i)] -= 1;
    for (float& yk : y) yk *= call.scale;
  }
}

Kernel by_onednn(Op op, const ops::Variant& variant, void (*complete)(const Call&)) {
  return {.name = std::string(name(op)) + ".onednn",
          .op = op,
          .run =
              [&variant, complete](const Call& call) {
                variant.float32(call.x, call.y);
                complete(call);
              },
          .unavailable = variant.unavailable,
          .own_special_values = true,
          .implementation = variant.implementation};
}

}  // namespace

std::vector<Kernel> loss_loops() {
  std::vector<Kernel> loops{
      {.name = "cross_entropy.shifted.scalar", .op = Op::cross_entropy, .run = loss_by_loop},
      {.name = "cross_entropy_gradient.shifted.scalar",
       .op = Op::cross_entropy_gradient,
       .run = gradient_by_loop}};
  if (const auto* variant = ops::find_variant("log_softmax.onednn"))
    loops.push_back(by_onednn(Op::cross_entropy, *variant, complete_loss));
  if (const auto* variant = ops::find_variant("softmax.onednn"))
    loops.push_back(by_onednn(Op::cross_entropy_gradient, *variant, complete_gradient));
  return loops;
}

}  // namespace maxtrick::timing
