#include "learn/loss.hpp"

#include <cmath>
#include <memory>
#include <stdexcept>
#include <type_traits>

#include "ops/dtype.hpp"

namespace maxtrick::learn {
namespace {

using numerics::BFloat16;
using numerics::Float16;
using numerics::Rows;
using ops::Compute;
using ops::DType;

// As it is first written: of a very negative logit, 1 / inf = 0.
template <class T>
void sigmoid(Rows<const T> logits, Rows<T> p) {
  using std::exp;
  for (std::size_t i = 0; i < logits.rows; ++i)
    p.row(i)[0] = T(1) / (T(1) + exp(-logits.row(i)[0]));
}

}  // namespace

template <class T>
const RowLosses<T>& Arm::losses() const {
  if constexpr (std::is_same_v<T, float>)
    return float32;
  else if constexpr (std::is_same_v<T, double>)
    return float64;
  else if constexpr (std::is_same_v<T, Float16>)
    return float16;
  else
    return bfloat16;
}

template <class T>
CrossEntropy<T>::CrossEntropy(const Arm& arm, Compute<T> softmax, Gradient form, double guard)
    : rows_(arm.losses<T>()),
      input_(arm.input),
      softmax_(std::move(softmax)),
      form_(form),
      guard_(static_cast<T>(guard < 0 ? arm.guard : guard)) {
  if (input_ == Input::sigmoid) softmax_ = sigmoid<T>;
  if (input_ == Input::logit) softmax_ = nullptr;
  if (input_ == Input::probabilities && !softmax_)
    throw std::invalid_argument("the loss " + arm.name + " needs a softmax");
}

// What stands in `gradient` is the derivative by the probabilities p.
template <class T>
void CrossEntropy<T>::by_logits(const Targets<T>& targets, Rows<const T> p,
                                Rows<T> gradient) const {
  for (std::size_t i = 0; i < p.rows; ++i) {
    const auto pi = p.row(i);
    const auto g = gradient.row(i);
    if (input_ == Input::sigmoid) {
      g[0] =
          form_ == Gradient::chain ? g[0] * (pi[0] * (T(1) - pi[0])) : pi[0] - targets[i].label();
    } else if (form_ == Gradient::chain && input_ == Input::probabilities) {
      // The Jacobian, p_i (delta_ij - p_j), times g.
      T product = 0;
      for (std::size_t k = 0; k < g.size(); ++k) product += g[k] * pi[k];
      for (std::size_t k = 0; k < g.size(); ++k) g[k] = pi[k] * (g[k] - product);
    } else {
      for (std::size_t k = 0; k < g.size(); ++k) g[k] = pi[k] - targets[i].weight(k);
    }
  }
}

template <class T>
T CrossEntropy<T>::operator()(Rows<const T> logits, const Targets<T>& targets, Reduction reduction,
                              std::span<T> losses, Rows<T> gradient) {
  if (softmax_) {
    probabilities_.resize(std::max(probabilities_.size(), logits.rows * logits.columns));
    const Rows<T> p{probabilities_.data(), logits.rows, logits.columns};
    const Rows<const T> read{p.data, p.rows, p.columns};
    softmax_(logits, p);
    const bool of_probabilities = input_ == Input::probabilities || input_ == Input::sigmoid;
    rows_(of_probabilities ? read : logits, targets, guard_, losses, gradient);
    by_logits(targets, read, gradient);
  } else {
    rows_(logits, targets, guard_, losses, gradient);
  }
  if (reduction == Reduction::none) return T(0);
  T sum = 0;
  for (const T loss : losses.first(logits.rows)) sum += loss;
  if (reduction == Reduction::sum) return sum;
  const T n = static_cast<T>(static_cast<double>(logits.rows));
  for (std::size_t i = 0; i < logits.rows; ++i)
    for (T& g : gradient.row(i)) g /= n;
  return sum / n;
}

template class CrossEntropy<float>;
template class CrossEntropy<double>;
template class CrossEntropy<Float16>;
template class CrossEntropy<BFloat16>;

namespace {

// Logits rounded to S, and what comes of them; computed in A.
template <class S, class A>
class Narrow {
 public:
  explicit Narrow(CrossEntropy<A> loss) : loss_(std::move(loss)) {}

  void operator()(Rows<const float> logits, std::span<const std::int32_t> labels,
                  std::span<float> losses, Rows<float> gradient) {
    const std::size_t n = logits.rows, k = logits.columns;
    z_.resize(n * k), g_.resize(n * k), losses_.resize(n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < k; ++j)
        z_[i * k + j] = static_cast<A>(static_cast<S>(logits.row(i)[j]));
    loss_({z_.data(), n, k}, {labels}, Reduction::mean, losses_, {g_.data(), n, k});
    const auto back = [](A x) { return static_cast<float>(static_cast<S>(x)); };
    for (std::size_t i = 0; i < n; ++i) {
      losses[i] = back(losses_[i]);
      for (std::size_t j = 0; j < k; ++j) gradient.row(i)[j] = back(g_[i * k + j]);
    }
  }

 private:
  CrossEntropy<A> loss_;
  std::vector<A> z_, g_, losses_;
};

}  // namespace

MeanLoss mean_loss(const Arm& arm, const ops::Variant* softmax, DType dtype, Gradient form,
                   double guard) {
  const auto in = [&]<class A>(std::type_identity<A>) {
    return CrossEntropy<A>(arm, softmax ? softmax->compute<A>() : nullptr, form, guard);
  };
  if (dtype == DType::float32)
    return [loss = in(std::type_identity<float>{})](
               Rows<const float> logits, std::span<const std::int32_t> labels,
               std::span<float> losses, Rows<float> gradient) mutable {
      loss(logits, {labels}, Reduction::mean, losses, gradient);
    };
  return ops::with_storage(dtype, [&]<class S>(std::type_identity<S> stored) -> MeanLoss {
    if (ops::computes_in_float32(dtype)) return Narrow<S, float>(in(std::type_identity<float>{}));
    return Narrow<S, S>(in(stored));
  });
}

}  // namespace maxtrick::learn
