#include "exhaustive/tally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <sstream>
#include <vector>

#include "exhaustive/reference.hpp"

namespace maxtrick::exhaustive {
namespace {

std::uint32_t bits_of(float x) { return std::bit_cast<std::uint32_t>(x); }

// Applies the finaliser of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014) to the bits of input and result. The finaliser is a
// bijection, so that the sum over all inputs stays the same when a result changes only with a
// probability of 2^-64. All NaNs count as equal.
std::uint64_t mixed(float x, float y) {
  std::uint64_t z = std::uint64_t{bits_of(x)} << 32 | (std::isnan(y) ? 0x7fc00000U : bits_of(y));
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

// The inputs of a block, and the known error of each result.
class Block {
 public:
  static constexpr std::size_t size = std::size_t{1} << 14;

  Block() : x_(size), y_(size), error_(size), margin_(size) {}

  void operator()(const FloatFunction& function, const FloatRange& range, std::uint64_t begin,
                  std::size_t n, Tally& tally) {
    for (std::size_t i = 0; i < n; ++i) x_[i] = range[begin + i];
    function.evaluate({x_.data(), n}, {y_.data(), n});
    for (std::size_t i = 0; i < n; ++i) judge(function.curve, i, tally);
    find_worst(function.curve, n, tally);
  }

 private:
  void judge(Curve curve, std::size_t i, Tally& tally) {
    const Reference exact = reference(curve, x_[i]);
    const float got = y_[i], rounded = exact.value.rounded;
    error_[i] = error_of(exact.value, got);
    // A result that is not a number is either correct or infinitely wrong, so its error has no
    // margin.
    margin_[i] = std::isfinite(got) ? exact.margin : 0;
    ++tally.inputs;
    tally.misrounded += !(got == rounded || (std::isnan(got) && std::isnan(rounded)));
    tally.special_wrong += wrong_special(rounded, got, error_[i]);
    tally.digest += mixed(x_[i], got);
  }

  // MPFR decides among the inputs that might have the largest error. The most likely input of the
  // block comes first; otherwise, where errors grow from input to input, each input would be the
  // largest so far and would need MPFR.
  void find_worst(Curve curve, std::size_t n, Tally& tally) {
    std::size_t most = 0;
    for (std::size_t i = 1; i < n; ++i)
      if (error_[i] + margin_[i] > error_[most] + margin_[most]) most = i;
    compare(curve, most, tally);
    for (std::size_t i = 0; i < n; ++i)
      if (i != most) compare(curve, i, tally);
  }

  void compare(Curve curve, std::size_t i, Tally& tally) {
    if (error_[i] + margin_[i] < tally.error_ulp) return;
    // Of two equal errors, the one with the smaller bits of the input wins.
    if (margin_[i] == 0 && error_[i] == tally.error_ulp && bits_of(x_[i]) > tally.worst_input)
      return;
    const double error = margin_[i] == 0 ? error_[i] : error_of(exact(curve, x_[i]), y_[i]);
    Tally one;
    one.error_ulp = error;
    one.worst_input = bits_of(x_[i]);
    one.worst_result = bits_of(y_[i]);
    tally.add(one);
  }

  std::vector<float> x_, y_;
  std::vector<double> error_, margin_;
};

}  // namespace

void Tally::add(const Tally& other) {
  inputs += other.inputs;
  misrounded += other.misrounded;
  special_wrong += other.special_wrong;
  digest += other.digest;
  if (other.error_ulp > error_ulp ||
      (other.error_ulp == error_ulp && other.worst_input < worst_input)) {
    error_ulp = other.error_ulp;
    worst_input = other.worst_input;
    worst_result = other.worst_result;
  }
}

std::string to_text(const Tally& t) {
  return fmt::format("{} {} {} {} {} {} {}", t.inputs, t.misrounded, t.special_wrong, t.digest,
                     std::bit_cast<std::uint64_t>(t.error_ulp), t.worst_input, t.worst_result);
}

std::optional<Tally> parse_tally(std::string_view text) {
  std::istringstream in{std::string(text)};
  Tally t;
  std::uint64_t error = 0;
  in >> t.inputs >> t.misrounded >> t.special_wrong >> t.digest >> error >> t.worst_input >>
      t.worst_result;
  t.error_ulp = std::bit_cast<double>(error);
  if (!in || to_text(t) != text) return std::nullopt;
  return t;
}

bool wrong_special(float rounded, float got, double error_ulp) {
  if (std::isnan(got) || std::isnan(rounded)) return std::isnan(got) != std::isnan(rounded);
  if (std::isinf(got) || std::isinf(rounded)) return got != rounded;
  return got == 0 && (std::signbit(got) || error_ulp >= 1);
}

Tally scan(const FloatFunction& function, const FloatRange& range, std::uint64_t begin,
           std::uint64_t end) {
  Block block;
  Tally tally;
  for (std::uint64_t i = begin; i < end; i += Block::size)
    block(function, range, i, std::min<std::uint64_t>(Block::size, end - i), tally);
  return tally;
}

}  // namespace maxtrick::exhaustive
