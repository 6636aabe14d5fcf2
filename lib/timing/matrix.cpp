#include "timing/matrix.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>

#include "numerics/random.hpp"
#include "numerics/small_float.hpp"

namespace maxtrick::timing {
namespace {

constexpr std::size_t page = 4096;
// Random numbers are slow to generate. So a prime number of them is generated and repeated, which
// still gives different rows.
constexpr std::size_t distinct = 1048573;

}  // namespace

template <class T>
Matrix<T>::Matrix(const Shape& shape) : shape_(shape) {
  const std::size_t pages = (shape.elements() * sizeof(T) + page - 1) / page;
  data_.reset(static_cast<T*>(std::aligned_alloc(page, std::max<std::size_t>(pages, 1) * page)));
  if (!data_) throw std::bad_alloc();
  std::uninitialized_fill_n(data_.get(), shape.elements(), T(0));
}

template <class T>
void Matrix<T>::Free::operator()(T* data) const {
  std::free(data);
}

template <class T>
numerics::Rows<T> Matrix<T>::part(std::size_t i) const {
  const auto& [rows, classes, inner, axis] = shape_;
  if (shape_.last_axis()) return {data_.get(), rows, classes, classes};
  return {data_.get() + i * classes * inner, inner, classes, 1, inner};
}

std::vector<std::int32_t> make_targets(const Shape& shape, std::uint64_t seed) {
  numerics::Random random(seed);
  std::vector<std::int32_t> targets(shape.rows);
  for (std::int32_t& target : targets)
    target = static_cast<std::int32_t>(random.below(shape.classes));
  return targets;
}

template <class T>
Matrix<T> make_logits(const Shape& shape, const Logits& logits,
                      const std::vector<std::int32_t>& targets, std::uint64_t seed) {
  numerics::Random random(seed + 1);
  std::vector<T> values(std::min(shape.elements(), distinct));
  for (T& value : values) {
    const double z = random.normal();
    const bool masked = logits.masked > 0 && random.uniform() < logits.masked;
    value = masked ? -std::numeric_limits<T>::infinity() : static_cast<T>(logits.scale * z);
  }
  Matrix<T> matrix(shape);
  std::size_t next = 0;
  for (T& x : matrix.numbers()) {
    x = values[next];
    if (++next == values.size()) next = 0;
  }
  for (std::size_t i = 0; i < shape.rows; ++i)
    if (T& of_target = matrix.at(i, static_cast<std::size_t>(targets[i]));
        std::isinf(static_cast<double>(of_target)))
      of_target = T(0);
  return matrix;
}

#define MAXTRICK_INSTANTIATE(T)                               \
  template class Matrix<T>;                                   \
  template Matrix<T> make_logits(const Shape&, const Logits&, \
                                 const std::vector<std::int32_t>& targets, std::uint64_t seed);
MAXTRICK_INSTANTIATE(float)
MAXTRICK_INSTANTIATE(double)
MAXTRICK_INSTANTIATE(numerics::Float16)
MAXTRICK_INSTANTIATE(numerics::BFloat16)
#undef MAXTRICK_INSTANTIATE

}  // namespace maxtrick::timing
