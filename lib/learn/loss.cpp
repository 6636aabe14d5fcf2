#include "learn/loss.hpp"

#include <utility>
#include <vector>

#include "ops/dtype.hpp"
#include "ops/lower.hpp"

namespace maxtrick::learn {

using numerics::Rows;
using ops::Compute;
using ops::DType;

template <class T>
T cross_entropy(const Compute<T>& loss, Rows<const T> logits, const Targets<T>& targets,
                Reduction reduction, std::span<T> losses, Rows<T> gradient) {
  loss({.logits = logits, .result = gradient, .targets = targets, .losses = losses});
  if (reduction == Reduction::none) return T(0);
  T sum = 0;
  for (const T one : losses.first(logits.rows)) sum += one;
  if (reduction == Reduction::sum) return sum;
  const T n = static_cast<T>(static_cast<double>(logits.rows));
  for (std::size_t i = 0; i < logits.rows; ++i)
    for (T& g : gradient.row(i)) g /= n;
  return sum / n;
}

template float cross_entropy(const Compute<float>&, Rows<const float>, const Targets<float>&,
                             Reduction, std::span<float>, Rows<float>);
template double cross_entropy(const Compute<double>&, Rows<const double>, const Targets<double>&,
                              Reduction, std::span<double>, Rows<double>);
template numerics::Float16 cross_entropy(const Compute<numerics::Float16>&,
                                         Rows<const numerics::Float16>,
                                         const Targets<numerics::Float16>&, Reduction,
                                         std::span<numerics::Float16>, Rows<numerics::Float16>);
template numerics::BFloat16 cross_entropy(const Compute<numerics::BFloat16>&,
                                          Rows<const numerics::BFloat16>,
                                          const Targets<numerics::BFloat16>&, Reduction,
                                          std::span<numerics::BFloat16>, Rows<numerics::BFloat16>);

namespace {

// A MeanLoss that rounds the logits to S and computes with the rounded logits in A.
template <class S, class A>
class Narrow {
 public:
  explicit Narrow(Compute<A> loss) : loss_(std::move(loss)) {}

  void operator()(Rows<const float> logits, std::span<const std::int32_t> labels,
                  std::span<float> losses, Rows<float> gradient) {
    const std::size_t n = logits.rows, k = logits.columns;
    z_.resize(n * k), g_.resize(n * k), losses_.resize(n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < k; ++j)
        z_[i * k + j] = static_cast<A>(static_cast<S>(logits.row(i)[j]));
    cross_entropy<A>(loss_, {z_.data(), n, k}, {labels}, Reduction::mean, losses_,
                     {g_.data(), n, k});
    const auto back = [](A x) { return static_cast<float>(static_cast<S>(x)); };
    for (std::size_t i = 0; i < n; ++i) {
      losses[i] = back(losses_[i]);
      for (std::size_t j = 0; j < k; ++j) gradient.row(i)[j] = back(g_[i * k + j]);
    }
  }

 private:
  Compute<A> loss_;
  std::vector<A> z_, g_, losses_;
};

// The loss with these arguments in every call.
template <class T>
Compute<T> with_arguments(const ops::Variant& loss, const LossArguments& arguments) {
  if (arguments.class_weights.empty() && arguments.bias.empty() && arguments.parameter == 0)
    return loss.compute<T>();
  const auto in_T = [](const std::vector<double>& numbers) {
    std::vector<T> converted;
    for (const double x : numbers) converted.push_back(static_cast<T>(x));
    return converted;
  };
  return [loss, weights = in_T(arguments.class_weights), bias = in_T(arguments.bias),
          parameter = static_cast<T>(arguments.parameter)](ops::Call<T> call) {
    call.targets.class_weights = weights;
    // A stride of 0: the same bias for every row.
    if (!bias.empty()) call.transform.bias = {bias.data(), call.logits.rows, bias.size(), 0};
    call.parameter = parameter;
    ops::run_transformed<T>(loss, call);
  };
}

}  // namespace

MeanLoss mean_loss(const ops::Variant& loss, DType dtype, const LossArguments& arguments) {
  if (dtype == DType::float32)
    return [compute = with_arguments<float>(loss, arguments)](
               Rows<const float> logits, std::span<const std::int32_t> labels,
               std::span<float> losses, Rows<float> gradient) {
      cross_entropy<float>(compute, logits, {labels}, Reduction::mean, losses, gradient);
    };
  return ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) -> MeanLoss {
    if (ops::computes_in_float32(dtype))
      return Narrow<S, float>(with_arguments<float>(loss, arguments));
    return Narrow<S, S>(with_arguments<S>(loss, arguments));
  });
}

}  // namespace maxtrick::learn
