#include "learn/target.hpp"

#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>

namespace maxtrick::learn {
namespace {

// The shortest text that reads back as the same number. A message must not show 1.000001 as 1.
std::string shown(double x) {
  char text[32];
  return {text, std::to_chars(std::begin(text), std::end(text), x).ptr};
}

template <class... Parts>
[[noreturn]] void fail(std::size_t row, const Parts&... parts) {
  std::ostringstream text;
  text << "row " << row << ": ";
  (text << ... << parts);
  throw LabelError(text.str());
}

}  // namespace

std::vector<std::int32_t> class_indices(std::span<const double> labels, std::size_t classes) {
  std::vector<std::int32_t> indices;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double label = labels[i];
    if (!(label >= 0 && label < static_cast<double>(classes) && label == std::floor(label)))
      fail(i, "label ", shown(label), " is not a class; expected 0 to ", classes - 1);
    indices.push_back(static_cast<std::int32_t>(label));
  }
  return indices;
}

template <class T>
void require_distributions(numerics::Rows<const T> weights) {
  for (std::size_t i = 0; i < weights.rows; ++i) {
    double sum = 0;
    for (const T weight : weights.row(i)) {
      const double w{weight};
      if (!(w >= 0)) fail(i, "a weight of ", shown(w), "; expected at least 0");
      sum += w;
    }
    const double allowed =
        static_cast<double>(weights.columns) * double{std::numeric_limits<T>::epsilon()};
    if (!(std::abs(sum - 1) <= allowed))
      fail(i, "the sum of the weights is ", shown(sum), "; expected 1");
  }
}

template void require_distributions<float>(numerics::Rows<const float>);
template void require_distributions<double>(numerics::Rows<const double>);

}  // namespace maxtrick::learn
