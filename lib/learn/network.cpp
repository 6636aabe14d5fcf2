#include "learn/network.hpp"

#include <algorithm>
#include <cmath>

namespace maxtrick::learn {

using numerics::Rows;

namespace {

// Of a NaN, NaN. The comparisons are those of the vector instructions: no branch is taken.
template <class T>
void relu(T* z, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) z[i] = T(0) > z[i] ? T(0) : z[i];
}

// Passes on what relu let through.
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
    outputs_.emplace_back(most_rows * (widths[i + 1] + 1), T(1));
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
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const Columns<T> output{outputs_[l].data(), most_rows_};
    multiply<T>(rows, layer.outputs, layer.rows(), input, weights(layer), output);
    if (l + 1 < layers_.size())
      for (std::size_t j = 0; j < layer.outputs; ++j) relu(output.data + j * most_rows_, rows);
    input = {output.data, output.stride};
  }
  for (std::size_t j = 0; j < outputs(); ++j)
    for (std::size_t i = 0; i < rows; ++i)
      logits_[i * outputs() + j] = outputs_.back()[i + j * most_rows_];
  return {logits_.data(), rows, outputs()};
}

template <class T>
void Network<T>::backward(Columns<const T> X) {
  // By the outputs of the last layer, from C order.
  for (std::size_t j = 0; j < outputs(); ++j)
    for (std::size_t i = 0; i < rows_; ++i)
      gradient_[i + j * most_rows_] = logit_gradient_[i * outputs() + j];
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer& layer = layers_[l];
    const Columns<const T> gradient{gradient_.data(), most_rows_};
    const Columns<const T> input =
        l == 0 ? X : Columns<const T>{outputs_[l - 1].data(), most_rows_};
    multiply<T>(layer.rows(), layer.outputs, rows_, transposed(input), gradient,
                {gradients_.data() + layer.start, layer.rows()});
    if (l == 0) break;
    multiply<T>(rows_, layer.inputs, layer.outputs, gradient, transposed(weights(layer)),
                {gradient_before_.data(), most_rows_});
    for (std::size_t j = 0; j < layer.inputs; ++j)
      relu_backward(input.data + j * most_rows_, gradient_before_.data() + j * most_rows_, rows_);
    std::swap(gradient_, gradient_before_);
  }
}

template class Network<float>;
template class Network<double>;

}  // namespace maxtrick::learn
