// A multilayer perceptron: dense layers with relu between them, and no activation after the last.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "learn/blas.hpp"
#include "numerics/random.hpp"
#include "numerics/rows.hpp"

namespace maxtrick::learn {

// The parameters of a layer form a column-major matrix W with inputs + 1 rows and one column for
// each output. Its last row holds the biases: every layer has one more input, which is constantly
// 1.
struct Layer {
  std::size_t inputs, outputs;
  std::size_t start;  // position among all parameters
  [[nodiscard]] std::size_t rows() const { return inputs + 1; }
};

// T is float or double. Batches are column-major: an example is a row, and the values of one
// feature for the whole batch are contiguous.
template <class T>
class Network {
 public:
  // `widths` holds the number of features, the widths of the hidden layers, and the number of
  // outputs; at least two numbers. The constructor allocates all memory, for batches of at most
  // `most_rows`.
  Network(std::span<const std::size_t> widths, std::size_t most_rows);

  // Draws weights uniform on +-sqrt(6 / (inputs + outputs)), layer by layer and input by input, and
  // sets the biases to 0 (X. Glorot and Y. Bengio, AISTATS 2010; as Keras does).
  void initialise(numerics::Random& random);

  // Computes the logits of the examples X, a matrix of rows x (features + 1) whose last column is
  // 1. `rows` is at most most_rows. Returns rows x outputs in C order, valid until the next call.
  numerics::Rows<const T> forward(Columns<const T> X, std::size_t rows);

  // Before calling backward(), the caller writes the derivative of the loss with respect to the
  // logits here. backward() computes gradients() from it and from the values that the last
  // forward() has stored. X must be the same as in that call.
  numerics::Rows<T> logit_gradient() { return {logit_gradient_.data(), rows_, outputs()}; }
  void backward(Columns<const T> X);

  [[nodiscard]] std::span<T> parameters() { return parameters_; }
  [[nodiscard]] std::span<const T> parameters() const { return parameters_; }
  [[nodiscard]] std::span<const T> gradients() const { return gradients_; }
  [[nodiscard]] const std::vector<Layer>& layers() const { return layers_; }
  [[nodiscard]] std::size_t outputs() const { return layers_.back().outputs; }
  [[nodiscard]] std::size_t most_rows() const { return most_rows_; }

 private:
  [[nodiscard]] Columns<const T> weights(const Layer& layer) const {
    return {parameters_.data() + layer.start, layer.rows()};
  }

  std::size_t most_rows_, rows_ = 0;
  std::vector<Layer> layers_;
  std::vector<T> parameters_, gradients_;
  // The outputs of each layer except the last, and a column of 1.
  std::vector<std::vector<T>> hidden_;
  std::vector<T> logits_, logit_gradient_;
  // Derivatives with respect to the outputs of a layer, and of the layer before it.
  std::vector<T> gradient_, gradient_before_;
};

}  // namespace maxtrick::learn
