// The public functions: they check their arguments, choose the best instruction set, and call the
// kernels.
#include "maxtrick/maxtrick.hpp"

#include "api/arguments.hpp"
#include "kernels/kernels.hpp"

namespace maxtrick {
namespace {

using api::Arguments;
using api::Extent;

// The instruction set is chosen once. Reading the environment takes as long as a small row, and
// other threads may change the environment.
kernels::Isa isa() {
  static const kernels::Isa best = kernels::best_isa();
  return best;
}

kernels::Algorithm algorithm(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::fast: return kernels::Algorithm::fast;
    case Algorithm::accurate: break;
    case Algorithm::correct: return kernels::Algorithm::correct;
  }
  return kernels::Algorithm::accurate;
}

kernels::Method method(const Options& options) {
  return {algorithm(options.algorithm), isa(), options.threads};
}

kernels::Rows<const float> rows(const ConstMatrix& m) {
  return {m.values.data(), m.rows, m.classes, m.rows == 1 ? m.classes : m.stride};
}
kernels::Rows<float> rows(const Matrix& m) {
  return {m.values.data(), m.rows, m.classes, m.rows == 1 ? m.classes : m.stride};
}

}  // namespace

void softmax(ConstMatrix logits, Matrix probabilities, Options options) {
  const Arguments arguments("softmax", logits, options);
  arguments.apart_or_in_place(arguments.matrix("probabilities", probabilities));
  kernels::softmax(method(options), rows(logits), rows(probabilities));
}

void log_softmax(ConstMatrix logits, Matrix log_probabilities, Options options) {
  const Arguments arguments("log_softmax", logits, options);
  arguments.apart_or_in_place(arguments.matrix("log_probabilities", log_probabilities));
  kernels::log_softmax(method(options), rows(logits), rows(log_probabilities));
}

void log_sum_exp(ConstMatrix logits, std::span<float> sums, Options options) {
  const Arguments arguments("log_sum_exp", logits, options);
  arguments.apart(arguments.one_a_row("sums", sums), arguments.logits());
  kernels::log_sum_exp(method(options), rows(logits), sums);
}

void cross_entropy(ConstMatrix logits, std::span<const std::int32_t> targets,
                   std::span<float> losses, Options options) {
  const Arguments arguments("cross_entropy", logits, options);
  const Extent t = arguments.targets(targets), written = arguments.one_a_row("losses", losses);
  arguments.apart(written, arguments.logits());
  arguments.apart(written, t);
  kernels::cross_entropy(method(options), rows(logits), targets, losses);
}

void cross_entropy_gradient(ConstMatrix logits, std::span<const std::int32_t> targets,
                            std::span<float> losses, Matrix gradient, float scale,
                            Options options) {
  const Arguments arguments("cross_entropy_gradient", logits, options);
  const Extent t = arguments.targets(targets), l = arguments.one_a_row("losses", losses),
               g = arguments.matrix("gradient", gradient);
  arguments.scale(scale);
  arguments.apart(l, arguments.logits());
  arguments.apart(l, t);
  arguments.apart_or_in_place(g);
  arguments.apart(g, t);
  arguments.apart(g, l);
  kernels::cross_entropy_gradient(method(options), rows(logits), targets, scale, losses,
                                  rows(gradient));
}

std::string_view instruction_set() { return kernels::name(isa()); }

}  // namespace maxtrick
