// The public functions: they check their arguments, choose the best instruction set, and call the
// kernels.
#include "maxtrick/maxtrick.hpp"

#include "api/arguments.hpp"
#include "api/coefficients.hpp"
#include "api/passes.hpp"
#include "kernels/kernels.hpp"

namespace maxtrick {
namespace {

using api::Arguments;
using api::Extent;
using kernels::Strided;

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

Strided<const float> rows(const ConstMatrix& m) {
  return {m.values.data(), m.rows, m.classes, m.rows == 1 ? m.classes : m.stride, m.class_stride};
}
Strided<float> rows(const Matrix& m) {
  return {m.values.data(), m.rows, m.classes, m.rows == 1 ? m.classes : m.stride, m.class_stride};
}

// Calls compute(x, y, first) for the rows from row `first` on, for all rows one after the other. x
// are the logits times the scale, and y is where their results belong.
template <class Compute>
void for_rows(const ConstMatrix& logits, const Matrix& result, const Options& options,
              Compute compute) {
  if (options.logit_scale == 1) return compute(rows(logits), rows(result), std::size_t{0});
  api::for_scaled_rows(rows(logits), options.logit_scale, options.threads, rows(result), compute);
}

}  // namespace

void softmax(ConstMatrix logits, Matrix probabilities, Options options) {
  const Arguments arguments("softmax", logits, options);
  arguments.apart_or_in_place(arguments.matrix("probabilities", probabilities));
  for_rows(logits, probabilities, options,
           [&](auto x, auto y, std::size_t) { kernels::softmax(method(options), x, y); });
}

void log_softmax(ConstMatrix logits, Matrix log_probabilities, Options options) {
  const Arguments arguments("log_softmax", logits, options);
  arguments.apart_or_in_place(arguments.matrix("log_probabilities", log_probabilities));
  for_rows(logits, log_probabilities, options,
           [&](auto x, auto y, std::size_t) { kernels::log_softmax(method(options), x, y); });
}

void log_sum_exp(ConstMatrix logits, std::span<float> sums, Options options) {
  const Arguments arguments("log_sum_exp", logits, options);
  arguments.apart(arguments.one_a_row("sums", sums), arguments.logits());
  for_rows(logits, {}, options, [&](auto x, auto, std::size_t first) {
    kernels::log_sum_exp(method(options), x, sums.subspan(first, x.rows));
  });
}

void cross_entropy(ConstMatrix logits, std::span<const std::int32_t> targets,
                   std::span<float> losses, Options options) {
  const Arguments arguments("cross_entropy", logits, options);
  const Extent t = arguments.targets(targets), written = arguments.one_a_row("losses", losses);
  arguments.apart(written, arguments.logits());
  arguments.apart(written, t);
  for_rows(logits, {}, options, [&](auto x, auto, std::size_t first) {
    kernels::cross_entropy(method(options), x, targets.subspan(first, x.rows),
                           losses.subspan(first, x.rows));
  });
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
  for_rows(logits, gradient, options, [&](auto x, auto y, std::size_t first) {
    kernels::cross_entropy_gradient(method(options), x, targets.subspan(first, x.rows), scale,
                                    losses.subspan(first, x.rows), y);
  });
}

void cross_entropy(ConstMatrix logits, ConstMatrix coefficients, std::span<float> losses,
                   Options options) {
  const Arguments arguments("cross_entropy", logits, options);
  const Extent c = arguments.matrix("coefficients", coefficients),
               written = arguments.one_a_row("losses", losses);
  arguments.apart(written, arguments.logits());
  arguments.apart(written, c);
  for_rows(logits, {}, options, [&](auto x, auto, std::size_t first) {
    api::losses_of_coefficients(method(options), x, rows(coefficients).some(first, x.rows),
                                losses.subspan(first, x.rows));
  });
}

void cross_entropy_gradient(ConstMatrix logits, ConstMatrix coefficients, std::span<float> losses,
                            Matrix gradient, float scale, Options options) {
  const Arguments arguments("cross_entropy_gradient", logits, options);
  const Extent c = arguments.matrix("coefficients", coefficients),
               l = arguments.one_a_row("losses", losses),
               g = arguments.matrix("gradient", gradient);
  arguments.scale(scale);
  arguments.apart(l, arguments.logits());
  arguments.apart(l, c);
  arguments.apart_or_in_place(g);
  arguments.apart(g, c);
  arguments.apart(g, l);
  for_rows(logits, gradient, options, [&](auto x, auto y, std::size_t first) {
    const auto part = rows(coefficients).some(first, x.rows);
    api::losses_of_coefficients(method(options), x, part, losses.subspan(first, x.rows));
    api::gradient_of_coefficients(method(options), x, part, scale, y);
  });
}

std::string_view instruction_set() { return kernels::name(isa()); }

}  // namespace maxtrick
