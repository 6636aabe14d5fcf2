// A multilayer perceptron: dense layers with relu between them, and none after the last.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "learn/blas.hpp"
#include "numerics/random.hpp"
#include "numerics/rows.hpp"

namespace maxtrick::learn {

// The parameters of a layer: a matrix W of inputs + 1 rows and a column for each output,
// column-major, whose last row are the biases: every layer has a constant 1 as one input more.
struct Layer {
  std::size_t inputs, outputs;
  std::size_t start;  // among all parameters
  [[nodiscard]] std::size_t rows() const { return inputs + 1; }
};

// T is float or double. Batches are column-major, so that an example is a row and a feature of the
// whole batch is contiguous.
template <class T>
class Network {
 public:
  // `widths`: features, hidden layers, outputs; two at least. All memory is allocated here, for
  // batches of at most `most_rows`.
  Network(std::span<const std::size_t> widths, std::size_t most_rows);

  // Weights uniform on +-sqrt(6 / (inputs + outputs)), drawn layer by layer, input by input; biases
  // 0 (X. Glorot and Y. Bengio, AISTATS 2010; as Keras has it).
  void initialise(numerics::Random& random);

  // The logits of examples X, rows x (features + 1), the last column 1; rows x outputs in C order,
  // valid until the next call. At most most_rows.
  numerics::Rows<const T> forward(Columns<const T> X, std::size_t rows);

  // Where the derivative of the loss by those logits is to be put before backward(), which makes
  // gradients() of it and of what the last forward() left. X is the same again.
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
  std::vector<std::vector<T>> hidden_;  // outputs of each layer but the last, and a column of 1
  std::vector<T> logits_, logit_gradient_;
  std::vector<T> gradient_, gradient_before_;  // by the outputs of a layer, and of the one before
};

}  // namespace maxtrick::learn
