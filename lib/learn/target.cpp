#include "learn/target.hpp"

#include <charconv>
#include <cmath>
#include <iterator>
#include <string>

namespace maxtrick::learn {
namespace {

// The shortest text that reads back as the same number. A message must not show 1.000001 as 1.
std::string shown(double x) {
  char text[32];
  return {text, std::to_chars(std::begin(text), std::end(text), x).ptr};
}

}  // namespace

std::int32_t class_index(std::size_t row, double label, std::size_t classes) {
  if (!(label >= 0 && label < static_cast<double>(classes) && label == std::floor(label)))
    throw LabelError("row " + std::to_string(row) + ": label " + shown(label) +
                     " is not a class; expected 0 to " +
                     std::to_string(classes == 0 ? 0 : classes - 1));
  return static_cast<std::int32_t>(label);
}

std::vector<std::int32_t> class_indices(std::span<const double> labels, std::size_t classes) {
  std::vector<std::int32_t> indices;
  for (std::size_t i = 0; i < labels.size(); ++i)
    indices.push_back(class_index(i, labels[i], classes));
  return indices;
}

}  // namespace maxtrick::learn
