#include "timing/matrix.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

#include "numerics/random.hpp"

namespace maxtrick::timing {
namespace {

constexpr std::size_t page = 4096;
// Random numbers are slow to generate. So a prime number of them is generated and repeated, which
// still gives different rows.
constexpr std::size_t distinct = 1048573;

}  // namespace

Matrix::Matrix(Shape shape) : shape_(shape) {
  const std::size_t pages = (shape.elements() * sizeof(float) + page - 1) / page;
  data_.reset(
      static_cast<float*>(std::aligned_alloc(page, std::max<std::size_t>(pages, 1) * page)));
  if (!data_) throw std::bad_alloc();
  std::fill_n(data_.get(), shape.elements(), 0.0F);
}

void Matrix::Free::operator()(float* data) const { std::free(data); }

std::vector<std::int32_t> make_targets(Shape shape, std::uint64_t seed) {
  numerics::Random random(seed);
  std::vector<std::int32_t> targets(shape.rows);
  for (std::int32_t& target : targets)
    target = static_cast<std::int32_t>(random.below(shape.classes));
  return targets;
}

Matrix make_logits(Shape shape, const Logits& logits, const std::vector<std::int32_t>& targets,
                   std::uint64_t seed) {
  numerics::Random random(seed + 1);
  std::vector<float> values(std::min(shape.elements(), distinct));
  for (float& value : values) {
    const double z = random.normal();
    const bool masked = logits.masked > 0 && random.uniform() < logits.masked;
    value = masked ? -std::numeric_limits<float>::infinity() : static_cast<float>(logits.scale * z);
  }
  Matrix matrix(shape);
  for (std::size_t i = 0, next = 0; i < shape.rows; ++i) {
    const std::span<float> row = matrix.rows().row(i);
    for (float& x : row) {
      x = values[next];
      if (++next == values.size()) next = 0;
    }
    float& of_target = row[static_cast<std::size_t>(targets[i])];
    if (of_target == -std::numeric_limits<float>::infinity()) of_target = 0;
  }
  return matrix;
}

}  // namespace maxtrick::timing
