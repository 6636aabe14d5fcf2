// A plug-in as the program sees it, whether its functions are called in this process or in another.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "numerics/rows.hpp"

namespace maxtrick::worker {

using numerics::Rows;

// As maxtrick/plugin.h has them.
enum class Op { softmax, log_softmax, log_sum_exp, cross_entropy, cross_entropy_gradient };
inline constexpr Op all_ops[] = {Op::softmax, Op::log_softmax, Op::log_sum_exp, Op::cross_entropy,
                                 Op::cross_entropy_gradient};
[[nodiscard]] std::string_view name(Op op);
[[nodiscard]] std::optional<Op> parse_op(std::string_view text);

// The arguments of one call; an op that has none of something leaves it empty. No rows: nothing is
// called.
template <class T>
struct Arguments {
  Rows<const T> x;
  Rows<T> y = {};
  std::span<const std::int32_t> targets = {};
  std::span<T> losses = {};
  T scale = 1;
};

// Throws run::CaseFailed where the kernel fails.
template <class T>
using Function = std::function<void(const Arguments<T>&)>;

struct Kernel {
  Op op = Op::softmax;
  std::string algorithm, isa = {}, summary = {}, source = {};
  double claimed_ulp = std::numeric_limits<double>::infinity();  // infinite: nothing is claimed
  Function<float> float32 = {};
  Function<double> float64 = {};  // empty where it has none

  [[nodiscard]] std::string name() const;
  template <class T>
  Function<T>& function() {
    if constexpr (std::is_same_v<T, float>)
      return float32;
    else
      return float64;
  }
};

struct Plugin {
  std::filesystem::path file;  // absolute
  std::string name, version, digest;
  std::vector<Kernel> kernels;

  // "mine 1.0 (plug-in, SHA-256 ...)"
  [[nodiscard]] std::string library() const;
  // Throws Changed where the file is not the one that was read. To be asked after it was loaded
  // anew: whoever rebuilds it does not wait for a run, and rows of two builds are of none.
  void require_unchanged() const;
};

// The file is no plug-in that can be used: what() names it and says why.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// It was one, and is another by now. No failure of a case: none is right any more.
struct Changed : Refused {
  using Refused::Refused;
};

}  // namespace maxtrick::worker
