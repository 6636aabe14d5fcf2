#include "learn/network.hpp"

#include <algorithm>
#include <cmath>

namespace maxtrick::learn {

using numerics::Rows;

namespace {

// relu(NaN) is NaN. The comparison has the form of the vector instruction, so that the compiler
// emits no branch.
template <class T>
void relu(T* z, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) z[i] = T(0) > z[i] ? T(0) : z[i];
}

// Keeps the gradient where relu had a positive output, and sets it to 0 elsewhere.
template <class T>
void relu_backward(const T* output, T* gradient, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) gradient[i] = output[i] > T(0) ? gradient[i] : T(0);
}

}  // namespace

template <class T>
Network<T>::Network(std::span<const std::size_t> widths, std::size_t most_rows)
    : most_rows_(most_rows) {
  std::size_t start = 0, widest = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    layers_.push_back({widths[i], widths[i + 1], start});
    start += layers_.back().rows() * widths[i + 1];
    if (i + 2 == widths.size()) break;
    hidden_.emplace_back(most_rows * (widths[i + 1] + 1), T(1));
    widest = std::max(widest, widths[i + 1]);
  }
  parameters_.resize(start);
  gradients_.resize(start);
  logits_.resize(most_rows * outputs());
  logit_gradient_.resize(most_rows * outputs());
  gradient_.resize(most_rows * widest);
  gradient_before_.resize(most_rows * widest);
}

template <class T>
void Network<T>::initialise(numerics::Random& random) {
  for (const Layer& layer : layers_) {
    const double limit = std::sqrt(6 / static_cast<double>(layer.inputs + layer.outputs));
    T* const W = parameters_.data() + layer.start;
    for (std::size_t i = 0; i < layer.rows(); ++i)
      for (std::size_t j = 0; j < layer.outputs; ++j)
        W[i + j * layer.rows()] =
            i < layer.inputs ? static_cast<T>(random.uniform(-limit, limit)) : T(0);
  }
}

template <class T>
Rows<const T> Network<T>::forward(Columns<const T> X, std::size_t rows) {
  rows_ = rows;
  Columns<const T> input = X;
  for (std::size_t l = 0; l < hidden_.size(); ++l) {
    const Layer& layer = layers_[l];
    multiply<T>(rows, layer.outputs, layer.rows(), input, weights(layer),
                {hidden_[l].data(), most_rows_});
    // This also processes rows that an earlier, larger batch has left, which nothing reads. The
    // result is one long loop instead of one loop for each column.
    relu(hidden_[l].data(), layer.outputs * most_rows_);
    input = {hidden_[l].data(), most_rows_};
  }
  // The logits are needed in C order, which is the transpose in column-major order. So this
  // computes (A W)' = W' A'.
  const Layer& last = layers_.back();
  multiply<T>(last.outputs, rows, last.rows(), transposed(weights(last)), transposed(input),
              {logits_.data(), last.outputs});
  return {logits_.data(), rows, last.outputs};
}

template <class T>
void Network<T>::backward(Columns<const T> X) {
  Columns<const T> gradient{logit_gradient_.data(), outputs(), true};
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer& layer = layers_[l];
    const Columns<const T> input = l == 0 ? X : Columns<const T>{hidden_[l - 1].data(), most_rows_};
    multiply<T>(layer.rows(), layer.outputs, rows_, transposed(input), gradient,
                {gradients_.data() + layer.start, layer.rows()});
    if (l == 0) break;
    multiply<T>(rows_, layer.inputs, layer.outputs, gradient, transposed(weights(layer)),
                {gradient_before_.data(), most_rows_});
    relu_backward(input.data, gradient_before_.data(), layer.inputs * most_rows_);
    std::swap(gradient_, gradient_before_);
    gradient = {gradient_.data(), most_rows_};
  }
}

template class Network<float>;
template class Network<double>;

}  // namespace maxtrick::learn
