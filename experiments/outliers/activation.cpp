#include "outliers/activation.hpp"

#include <fmt/format.h>

#include <cmath>

#include "inputs/selection.hpp"
#include "ops/formulation.hpp"
#include "ops/lower.hpp"

namespace maxtrick::outliers {
namespace {

void require_function(config::Section& section, const std::string& key, bool right,
                      const std::string& functions) {
  if (!right)
    section.reject(key, fmt::format("only {} has '{}'", functions, key),
                   fmt::format("no '{}'", key));
}

Activation read_activation(config::Section& section) {
  Activation one{.name = inputs::read_name(section, "name")};
  const std::vector<std::string> functions{"softmax", "sum_v1", "sum_v2"};
  const std::string function = section.choice("function", functions);
  if (function == "sum_v1") one.function = Function::sum_v1;
  if (function == "sum_v2") one.function = Function::sum_v2;
  if (section.has("temperature")) {
    one.temperature = section.number("temperature", {1e-3, 1e3});
    require_function(section, "temperature", !one.is_sum(), "softmax");
  }
  if (section.has("soft_cap")) {
    one.soft_cap = section.number("soft_cap", {1e-3, 1e6});
    require_function(section, "soft_cap", !one.is_sum(), "softmax");
  }
  if (section.has("margin")) {
    one.margin = section.number("margin", {1e-6, 1e6});
    require_function(section, "margin", one.is_sum() || function.empty(), "a sum");
  }
  return one;
}

template <class T>
class SumLoss {
 public:
  explicit SumLoss(const Activation& activation)
      : subtracts_(activation.function == Function::sum_v2),
        margin_(static_cast<T>(activation.margin)) {}

  void operator()(const ops::Call<T>& call) const {
    for (std::size_t i = 0; i < call.logits.rows; ++i)
      call.losses[i] = of_row(call.logits.row(i), static_cast<std::size_t>(call.targets.index[i]),
                              call.result.row(i));
  }

 private:
  T of_row(std::span<const T> x, std::size_t t, std::span<T> gradient) const {
    const std::size_t least = last_smallest(x);
    const T origin = (subtracts_ ? x[least] : T(0)) - margin_;
    T sum = 0;
    for (const T xk : x) sum += xk - origin;
    const T target = x[t] - origin;
    for (T& g : gradient) g = 1 / sum;
    gradient[t] -= 1 / target;
    if (subtracts_) {
      T others = 0;
      for (std::size_t k = 0; k < x.size(); ++k)
        if (k != least) others += gradient[k];
      gradient[least] = -others;
    }
    return std::log(sum) - std::log(target);
  }

  bool subtracts_;
  T margin_;
};

}  // namespace

std::vector<Activation> read_activations(config::Section& config) {
  std::vector<Activation> all;
  inputs::Names names("activation");
  for (config::Section& section : config.tables("activation")) {
    all.push_back(read_activation(section));
    names.add(section, all.back().name);
  }
  return all;
}

template <class T>
std::size_t last_smallest(std::span<const T> x) {
  std::size_t least = 0;
  for (std::size_t k = 1; k < x.size(); ++k)
    if (x[k] <= x[least]) least = k;
  return least;
}

template std::size_t last_smallest(std::span<const float>);
template std::size_t last_smallest(std::span<const double>);

template <class T>
ops::Compute<T> loss_of(const Activation& activation) {
  if (activation.is_sum()) return SumLoss<T>(activation);
  const ops::Variant fused = ops::with_softmax(*ops::find_formulation("fused"), nullptr);
  return [fused, temperature = static_cast<T>(activation.temperature),
          soft_cap = static_cast<T>(activation.soft_cap)](const ops::Call<T>& call) {
    ops::Call<T> with_transform = call;
    with_transform.transform = {.temperature = temperature, .soft_cap = soft_cap};
    ops::run_transformed<T>(fused, with_transform);
  };
}

template ops::Compute<float> loss_of(const Activation&);
template ops::Compute<double> loss_of(const Activation&);

}  // namespace maxtrick::outliers
