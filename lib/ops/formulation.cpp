#include "ops/formulation.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "ops/cross_entropy.hpp"
#include "ops/softmax.hpp"

namespace maxtrick::ops {
namespace {

using numerics::BFloat16;
using numerics::Float16;
using numerics::Rows;

// The list is local to a function, so that it exists before the first registering object (as in
// registry.cpp).
std::vector<Formulation>& list() {
  static std::vector<Formulation> instance;
  return instance;
}

// The formula as it is usually written. For a very negative logit, exp overflows, and the result is
// 1 / inf = 0.
template <class T>
void sigmoid(Rows<const T> logits, Rows<T> p) {
  using std::exp;
  for (std::size_t i = 0; i < logits.rows; ++i)
    p.row(i)[0] = T(1) / (T(1) + exp(-logits.row(i)[0]));
}

// A matrix in memory that the thread keeps, so that a training step does not allocate.
template <class T>
Rows<T> scratch(std::vector<T>& memory, Rows<const T> shape) {
  memory.resize(std::max(memory.size(), shape.rows * shape.columns));
  return {memory.data(), shape.rows, shape.columns};
}

// `gradient` holds the derivative with respect to the probabilities p. It is replaced by the one
// with respect to the logits.
template <class T>
void by_logits(LossInput input, GradientForm form, const Targets<T>& targets, Rows<const T> p,
               Rows<T> gradient) {
  for (std::size_t i = 0; i < p.rows; ++i) {
    const auto pi = p.row(i);
    const auto g = gradient.row(i);
    if (input == LossInput::sigmoid) {
      g[0] = form == GradientForm::chain ? g[0] * (pi[0] * (T(1) - pi[0]))
                                         : pi[0] - targets.row(i, 1).label();
    } else if (form == GradientForm::chain && input == LossInput::probabilities) {
      // The product of the Jacobian, p_i (delta_ij - p_j), and g.
      T product = 0;
      for (std::size_t k = 0; k < g.size(); ++k) product += g[k] * pi[k];
      for (std::size_t k = 0; k < g.size(); ++k) g[k] = pi[k] * (g[k] - product);
    } else {
      for (std::size_t k = 0; k < g.size(); ++k) g[k] = pi[k] - targets.row(i, g.size()).weight(k);
    }
  }
}

template <class T>
Compute<T> compute(const Formulation& formulation, const Variant* before, GradientForm form,
                   double given_guard) {
  // A formulation rounds every operation to T.
  const bool rounds_all = before && !(numerics::Small<T> && before->small_in_float32);
  Compute<T> probabilities = rounds_all ? before->compute<T>() : Compute<T>{};
  if (before && !probabilities) return {};
  if (formulation.input == LossInput::sigmoid)
    probabilities = [](const Call<T>& call) { sigmoid<T>(call.logits, call.result); };
  if (formulation.input == LossInput::logit) probabilities = nullptr;
  return [rows = formulation.losses<T>(), input = formulation.input,
          of_probabilities = formulation.takes_probabilities(),
          probabilities = std::move(probabilities), form,
          guard = static_cast<T>(given_guard)](const Call<T>& call) {
    thread_local std::vector<T> kept_probabilities, kept_gradient;
    const Rows<T> gradient =
        call.result.data != nullptr ? call.result : scratch(kept_gradient, call.logits);
    if (!probabilities) {
      rows(call.logits, call.targets, guard, call.losses, gradient);
    } else {
      const Rows<T> p = scratch(kept_probabilities, call.logits);
      const Rows<const T> read{p.data, p.rows, p.columns};
      probabilities({.logits = call.logits, .result = p});
      rows(of_probabilities ? read : call.logits, call.targets, guard, call.losses, gradient);
      by_logits(input, form, call.targets, read, gradient);
    }
    if (call.gradient_scale == T(1)) return;
    for (std::size_t i = 0; i < gradient.rows; ++i)
      for (T& g : gradient.row(i)) g *= call.gradient_scale;
  };
}

}  // namespace

RegisterFormulation::RegisterFormulation(Formulation formulation) {
  list().push_back(std::move(formulation));
}

const std::vector<Formulation>& formulations() {
  static const std::vector<Formulation>& sorted = [&]() -> const std::vector<Formulation>& {
    std::sort(list().begin(), list().end(),
              [](const Formulation& a, const Formulation& b) { return a.place < b.place; });
    return list();
  }();
  return sorted;
}

const Formulation* find_formulation(std::string_view name) {
  for (const Formulation& formulation : formulations())
    if (formulation.name == name) return &formulation;
  return nullptr;
}

Variant with_softmax(const Formulation& formulation, const Variant* before, GradientForm form,
                     double guard) {
  if (formulation.input == LossInput::probabilities && before == nullptr)
    throw std::invalid_argument("the loss " + formulation.name + " needs a softmax");
  if (guard < 0) guard = formulation.guard;
  Variant loss{.op = cross_entropy,
               .algorithm = formulation.name,
               .summary = formulation.summary,
               .source = formulation.source,
               .nature = Nature::unstated,
               .uses = before ? std::max(before->uses, Uses::libm) : Uses::libm,
               .float32 = compute<float>(formulation, before, form, guard),
               .float64 = compute<double>(formulation, before, form, guard),
               .float16 = compute<Float16>(formulation, before, form, guard),
               .bfloat16 = compute<BFloat16>(formulation, before, form, guard),
               .takes_coefficients = true,
               .one_column = formulation.binary(),
               .formulation = formulation.name};
  if (before == nullptr) return loss;
  loss.softmax = before->name();
  loss.unavailable = before->unavailable;
  loss.optional = before->optional;
  loss.plugin = before->plugin;
  loss.library = before->library;
  return loss;
}

std::vector<Variant> losses_of_all_formulations(const std::vector<Variant>& variants) {
  std::vector<Variant> losses;
  for (const Formulation& formulation : formulations()) {
    if (formulation.input != LossInput::probabilities) {
      losses.push_back(with_softmax(formulation, nullptr));
      continue;
    }
    for (const Variant& variant : variants)
      // Those that take a transform are for calls that have one.
      if (variant.op == softmax && variant.formulation.empty() && !variant.takes_transform)
        losses.push_back(with_softmax(formulation, &variant));
  }
  return losses;
}

}  // namespace maxtrick::ops
