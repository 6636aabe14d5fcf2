// The installed library on matrices with any strides of rows and classes, with a scale of the
// logits, and with offsets that need more than 32 bits.
#include <sys/mman.h>

#include "maxtrick/maxtrick.hpp"
#include "numerics/random.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(api_strides_test)

namespace {

using maxtrick::Algorithm;
using maxtrick::ConstMatrix;
using maxtrick::Matrix;
using maxtrick::Options;
using maxtrick::numerics::Random;
using maxtrick::tests::same_bits;

constexpr float untouched = 7;

struct Strides {
  std::size_t row, number;
};

// Rows without gaps, and what the functions return for them.
struct Dense {
  std::size_t rows, classes;
  std::vector<float> logits, coefficients;
  std::vector<std::int32_t> targets;

  Dense(Random& random, std::size_t rows_, std::size_t classes_)
      : rows(rows_), classes(classes_), targets(rows) {
    for (std::size_t i = 0; i < rows * classes; ++i) {
      logits.push_back(static_cast<float>(10 * random.normal()));
      coefficients.push_back(static_cast<float>(random.uniform(-1, 2)));
    }
    for (std::int32_t& t : targets) t = static_cast<std::int32_t>(random.below(classes));
    if (rows > 3) logits[3 * classes] = -INFINITY;
  }
};

enum Function {
  softmax,
  log_softmax,
  log_sum_exp,
  cross_entropy,
  cross_entropy_gradient,
  soft_cross_entropy,
  soft_cross_entropy_gradient
};
constexpr Function all_functions[] = {softmax,
                                      log_softmax,
                                      log_sum_exp,
                                      cross_entropy,
                                      cross_entropy_gradient,
                                      soft_cross_entropy,
                                      soft_cross_entropy_gradient};
bool has_matrix(Function f) {
  return f != log_sum_exp && f != cross_entropy && f != soft_cross_entropy;
}

void call(Function function, ConstMatrix logits, Matrix result, std::span<float> per_row,
          const std::vector<std::int32_t>& targets, ConstMatrix coefficients,
          const Options& options) {
  switch (function) {
    case softmax: return maxtrick::softmax(logits, result, options);
    case log_softmax: return maxtrick::log_softmax(logits, result, options);
    case log_sum_exp: return maxtrick::log_sum_exp(logits, per_row, options);
    case cross_entropy: return maxtrick::cross_entropy(logits, targets, per_row, options);
    case cross_entropy_gradient:
      return maxtrick::cross_entropy_gradient(logits, targets, per_row, result, 0.5F, options);
    case soft_cross_entropy: return maxtrick::cross_entropy(logits, coefficients, per_row, options);
    case soft_cross_entropy_gradient:
      return maxtrick::cross_entropy_gradient(logits, coefficients, per_row, result, 0.5F, options);
  }
}

struct Results {
  std::vector<float> matrix, per_row;
};
Results results_of(Function function, const Dense& d, const Options& options) {
  Results results{std::vector<float>(has_matrix(function) ? d.logits.size() : 0),
                  std::vector<float>(d.rows)};
  call(function, {d.logits, d.rows, d.classes}, {results.matrix, d.rows, d.classes},
       results.per_row, d.targets, {d.coefficients, d.rows, d.classes}, options);
  return results;
}

// A matrix in memory that is `untouched` elsewhere.
struct Room {
  std::size_t rows, classes, first;
  Strides strides;
  std::vector<float> memory;

  Room(const Dense& d, Strides s, std::size_t first_ = 5)
      : rows(d.rows),
        classes(d.classes),
        first(first_),
        strides(s),
        memory(first + rows * s.row + classes * s.number + 9, untouched) {}
  [[nodiscard]] std::size_t at(std::size_t r, std::size_t k) const {
    return first + r * strides.row + k * strides.number;
  }
  // The matrix, or one of the same strides that begins `later` numbers after it.
  Matrix view(std::size_t later = 0) {
    return {std::span(memory).subspan(first + later), rows, classes, strides.row, strides.number};
  }
  void put(const std::vector<float>& dense, std::size_t later = 0) {
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t k = 0; k < classes; ++k) memory[at(r, k) + later] = dense[r * classes + k];
  }
};

// Strides for which rows or classes do not interleave: adjacent classes, classes with gaps, and
// classes further apart than rows.
std::vector<Strides> some_strides(std::size_t rows, std::size_t classes) {
  return {{classes + 3, 1}, {3 * classes, 3}, {1, rows}, {2, 2 * rows + 5}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(strides_change_no_bit_and_nothing_else) {
  Random random(1);
  for (const auto& [rows, classes] : std::vector<std::pair<std::size_t, std::size_t>>{
           {1, 1}, {1, 9}, {5, 1}, {7, 3}, {40, 33}, {3, 700}, {300, 170}}) {
    const Dense d(random, rows, classes);
    for (const Algorithm algorithm : {Algorithm::fast, Algorithm::accurate, Algorithm::correct})
      for (const unsigned threads : {1U, 2U})
        for (const Function function : all_functions) {
          const Options options{algorithm, threads};
          const Results known = results_of(function, d, {algorithm});
          for (const Strides strides : some_strides(rows, classes))
            for (const bool in_place : {false, true}) {
              Room logits(d, strides), result(d, in_place ? strides : Strides{2, 3 * rows + 1}),
                  coefficients(d, {classes + 1, 1}), due = result;
              logits.put(d.logits);
              coefficients.put(d.coefficients);
              std::vector<float> per_row(rows);
              if (in_place) result = logits;
              due = result;
              if (has_matrix(function)) due.put(known.matrix);
              call(function, in_place ? result.view() : logits.view(), result.view(), per_row,
                   d.targets, coefficients.view(), options);
              BOOST_TEST_REQUIRE(same_bits(result.memory, due.memory),
                                 rows << " x " << classes << ", function " << function);
              if (function > log_softmax) BOOST_TEST_REQUIRE(same_bits(per_row, known.per_row));
            }
        }
  }
}

// The result lies between the numbers of the logits, as in an array whose last axis has two entries.
BOOST_AUTO_TEST_CASE(a_result_may_lie_between_the_logits) {
  Random random(2);
  const Dense d(random, 20, 12);
  for (const Function function : all_functions) {
    if (!has_matrix(function)) continue;
    const Results known = results_of(function, d, {});
    for (const Strides strides : {Strides{24, 2}, Strides{2, 40}}) {
      Room room(d, strides), due = room;
      room.put(d.logits);
      due.put(d.logits);
      due.put(known.matrix, 1);
      std::vector<float> per_row(d.rows);
      call(function, room.view(), room.view(1), per_row, d.targets,
           {d.coefficients, d.rows, d.classes}, {});
      BOOST_TEST(same_bits(room.memory, due.memory));
    }
  }
}

// The example of the header: the softmax along the axis in the middle.
BOOST_AUTO_TEST_CASE(softmax_along_any_axis) {
  std::vector<float> array(2 * 3 * 4), row(3);
  for (std::size_t i = 0; i < array.size(); ++i) array[i] = static_cast<float>(i % 7);
  const std::vector<float> before = array;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::span<float> part = std::span(array).subspan(i * 3 * 4);
    maxtrick::softmax({part, 4, 3, 1, 4}, {part, 4, 3, 1, 4});
  }
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t k = 0; k < 4; ++k) {
      for (std::size_t j = 0; j < 3; ++j) row[j] = before[(i * 3 + j) * 4 + k];
      maxtrick::softmax({row, 1, 3}, {row, 1, 3});
      for (std::size_t j = 0; j < 3; ++j) BOOST_TEST(array[(i * 3 + j) * 4 + k] == row[j]);
    }
}

// The results are those of the products, each rounded to float once.
BOOST_AUTO_TEST_CASE(a_scale_multiplies_the_logits) {
  Random random(3);
  for (const auto& [rows, classes] : std::vector<std::pair<std::size_t, std::size_t>>{
           {1, 1}, {9, 4}, {60, 33}, {900, 700}, {2, 300000}}) {
    const Dense d(random, rows, classes);
    for (const double scale : {0.5, 0.3, 1 / 3.0, 17.0}) {
      Dense scaled = d;
      for (float& x : scaled.logits) x = static_cast<float>(scale * static_cast<double>(x));
      for (const Function function : all_functions) {
        const Options options{Algorithm::accurate, 2, scale};
        const Results known = results_of(function, scaled, {}),
                      got = results_of(function, d, options);
        BOOST_TEST(same_bits(got.matrix, known.matrix), function);
        if (function > log_softmax) BOOST_TEST(same_bits(got.per_row, known.per_row), function);
        if (!has_matrix(function) || rows * classes > 10000) continue;
        for (const Strides strides : some_strides(rows, classes)) {
          Room room(d, strides), due = room;
          room.put(d.logits);
          due.put(known.matrix);
          std::vector<float> per_row(rows);
          call(function, room.view(), room.view(), per_row, d.targets,
               {d.coefficients, rows, classes}, options);
          BOOST_TEST(same_bits(room.memory, due.memory), function);
        }
      }
    }
  }
}

// Rows and classes lie on both sides of 2^31 and of 2^32 numbers. The memory is reserved, and only
// the pages of these rows are ever used.
BOOST_AUTO_TEST_CASE(offsets_of_more_than_32_bits) {
  constexpr std::size_t numbers = (std::size_t{1} << 32) + (std::size_t{1} << 30);
  struct Reserved {
    void* base = ::mmap(nullptr, numbers * sizeof(float), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    Reserved() = default;
    Reserved(const Reserved&) = delete;
    Reserved& operator=(const Reserved&) = delete;
    ~Reserved() {
      if (base != MAP_FAILED) ::munmap(base, numbers * sizeof(float));
    }
    [[nodiscard]] std::span<float> all() const { return {static_cast<float*>(base), numbers}; }
  };
  const Reserved from, to;
  if (from.base == MAP_FAILED || to.base == MAP_FAILED) {
    std::printf("skipped: 20 GB of addresses cannot be reserved twice\n");
    return;
  }
  Random random(4);
  const Dense d(random, 5, 21);
  // The third row or class begins just before 2^31, and the fifth one before 2^32.
  constexpr std::size_t far = (std::size_t{1} << 30) - 4;
  struct Layout {
    std::size_t rows, classes;
    Strides strides;
  };
  for (const Layout layout : {Layout{5, 21, {far, 1}}, Layout{5, 21, {far, 3}},
                              Layout{21, 5, {1, far}}, Layout{21, 5, {2, far}}}) {
    const Dense dense(random, layout.rows, layout.classes);
    const auto at = [&](std::size_t r, std::size_t k) {
      return r * layout.strides.row + k * layout.strides.number;
    };
    BOOST_REQUIRE(at(layout.rows - 1, layout.classes - 1) >= (std::size_t{1} << 32));
    const Matrix logits{from.all(), layout.rows, layout.classes, layout.strides.row,
                        layout.strides.number},
        result{to.all(), layout.rows, layout.classes, layout.strides.row, layout.strides.number};
    const auto each = [&](auto f) {
      for (std::size_t r = 0; r < layout.rows; ++r)
        for (std::size_t k = 0; k < layout.classes; ++k) f(at(r, k), r * layout.classes + k);
    };
    each([&](std::size_t there, std::size_t here) { from.all()[there] = dense.logits[here]; });
    for (const Algorithm algorithm : {Algorithm::fast, Algorithm::accurate, Algorithm::correct})
      for (const Function function : all_functions) {
        const Results known = results_of(function, dense, {algorithm});
        std::vector<float> per_row(layout.rows), got(known.matrix.size());
        call(function, logits, result, per_row, dense.targets,
             {dense.coefficients, layout.rows, layout.classes}, {algorithm});
        if (has_matrix(function))
          each([&](std::size_t there, std::size_t here) { got[here] = to.all()[there]; });
        BOOST_TEST(same_bits(got, known.matrix), function);
        if (function > log_softmax) BOOST_TEST(same_bits(per_row, known.per_row), function);
      }
    each([&](std::size_t there, std::size_t here) {
      BOOST_TEST(from.all()[there] == dense.logits[here]);
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()
