// What is timed: every way to compute an op that the program knows, under one kind of call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "numerics/rows.hpp"

namespace maxtrick::timing {

using numerics::Rows;

// copy:                   the matrix moved by memcpy, for what memory allows
// cross_entropy:          the loss of each row
// cross_entropy_gradient: the losses and the gradient of their mean in the logits
enum class Op { copy, softmax, log_softmax, cross_entropy, cross_entropy_gradient };
inline constexpr Op all_ops[] = {Op::copy, Op::softmax, Op::log_softmax, Op::cross_entropy,
                                 Op::cross_entropy_gradient};
[[nodiscard]] std::string_view name(Op op);

struct Shape {
  std::size_t rows = 0, classes = 0;
  bool operator==(const Shape&) const = default;
  friend bool operator<(const Shape& a, const Shape& b) {
    return std::tie(a.rows, a.classes) < std::tie(b.rows, b.classes);
  }

  [[nodiscard]] std::size_t elements() const { return rows * classes; }
};
[[nodiscard]] std::string name(Shape shape);  // "4096x1000"

// Bytes that an op must move: what it reads and what it writes, each once.
[[nodiscard]] double bytes(Op op, Shape shape);

// The arguments of one call; each op takes those that it needs.
struct Call {
  Rows<const float> x;
  std::span<const std::int32_t> targets;
  float scale = 1;  // of the gradient
  std::span<float> losses;
  Rows<float> y;  // probabilities, their logarithms, or the gradient
  unsigned threads = 1;
};

struct Kernel {
  std::string name;  // "softmax.fast.avx512"
  Op op = Op::copy;
  std::function<void(const Call&)> run;
  std::string unavailable = {};  // why it cannot run here
  bool optional = false;         // as a variant is: chosen by its own name only
  // What it claims, in ULP, for every row; infinite where it claims nothing.
  double claimed_ulp = std::numeric_limits<double>::infinity();
  bool own_special_values = false;
  bool takes_threads = false;  // else it runs on the calling thread
  std::string plugin = {};     // the file that it comes from, as a variant has it
  // As a variant has it.
  std::function<std::string(std::size_t rows, std::size_t classes)> implementation = {};
};

// All of them, by name. Those of this project are called through kernels/kernels.hpp, which takes a
// number of threads; the others as the registry has them. A name that ends in ".onednn.avx2" is
// oneDNN in a process that holds it to AVX2: see held_to_avx2.
[[nodiscard]] const std::vector<Kernel>& kernels();
[[nodiscard]] const Kernel* find_kernel(std::string_view name);

// Whether it is timed in a process in which libraries are held to AVX2.
[[nodiscard]] bool held_to_avx2(std::string_view kernel);

// A plain loop for each cross-entropy, and the library's softmax with one to complete it.
[[nodiscard]] std::vector<Kernel> loss_loops();

}  // namespace maxtrick::timing
