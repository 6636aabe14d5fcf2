// Rows that are neighbours while their classes are apart (kernels/column_rows.hpp): the results have
// the bits of contiguous rows, with `accurate` and with `fast`.
#include <sys/mman.h>
#include <unistd.h>

#include "available.hpp"
#include "kernels/implementation.hpp"
#include "kernels/instruction_sets.hpp"
#include "kernels/kernels.hpp"
#include "kinds.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(columns_test)

namespace {

using namespace maxtrick;
using kernels::Algorithm;
using kernels::Isa;
using kernels::Method;
using kernels::Strided;
using numerics::Random;
using tests::available;
using tests::same_bits;

// `correct` copies such rows; kernels_test has it.
constexpr Algorithm algorithms[] = {Algorithm::accurate, Algorithm::fast};

constexpr float untouched = 7;

struct Logits {
  std::size_t rows, classes;
  std::vector<float> dense;
  std::vector<std::int32_t> targets;
};

// Rows of one kind, each with its own parameters, so that neighbouring rows take different paths. In
// some rows classes share the maximum, and some rows have no valid result.
Logits logits(Random& random, std::size_t rows, std::size_t classes, const tests::Kind& kind) {
  Logits all{rows, classes, std::vector<float>(rows * classes), std::vector<std::int32_t>(rows)};
  for (std::size_t r = 0; r < rows; ++r) {
    const double base = random.uniform(-120, 120), gap = random.uniform(0, 110);
    float* const row = all.dense.data() + r * classes;
    const std::size_t shift = random.below(classes);
    for (std::size_t i = 0; i < classes; ++i)
      row[(i + shift) % classes] = kind.logit(random, i, base, gap);
    if (r % 5 == 2)
      for (std::size_t i = 0; i < classes; ++i) row[i] = std::round(row[i] / 8) * 8;
    if (r % 11 == 7) row[random.below(classes)] = r % 2 == 0 ? NAN : INFINITY;
    if (r % 23 == 8) std::fill_n(row, classes, -INFINITY);
    if (r % 7 == 3)
      all.targets[r] = static_cast<std::int32_t>(std::max_element(row, row + classes) - row);
    else
      all.targets[r] = static_cast<std::int32_t>(random.below(classes));
  }
  return all;
}

// A matrix whose rows are neighbours in memory that is `untouched` elsewhere.
struct Columns {
  std::size_t rows, classes, first, stride;
  std::vector<float> memory;

  Columns(const Logits& of, std::size_t first_, std::size_t gap)
      : rows(of.rows),
        classes(of.classes),
        first(first_),
        stride(rows + gap),
        memory(first + (classes - 1) * stride + rows + 3, untouched) {}

  void put(const std::vector<float>& dense) {
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t i = 0; i < classes; ++i)
        memory[first + r + i * stride] = dense[r * classes + i];
  }
  Strided<float> view() { return {memory.data() + first, rows, classes, 1, stride}; }
  Strided<const float> logits_view() const {
    return {memory.data() + first, rows, classes, 1, stride};
  }
};

enum MatrixTask { softmax, log_softmax, gradient };
constexpr MatrixTask matrix_tasks[] = {softmax, log_softmax, gradient};

void compute(MatrixTask task, Method method, Strided<const float> x, const Logits& of,
             Strided<float> y, std::vector<float>& losses) {
  switch (task) {
    case softmax: return kernels::softmax(method, x, y);
    case log_softmax: return kernels::log_softmax(method, x, y);
    case gradient: return kernels::cross_entropy_gradient(method, x, of.targets, 0.25F, losses, y);
  }
}

struct PerRow {
  std::vector<float> losses, sums, largest;
  std::vector<double> above;
};
PerRow per_row(Method method, Strided<const float> x, const Logits& of) {
  const std::size_t n = of.rows;
  PerRow all{std::vector<float>(n), std::vector<float>(n), std::vector<float>(n),
             std::vector<double>(n)};
  kernels::cross_entropy(method, x, of.targets, all.losses);
  kernels::log_sum_exp(method, x, all.sums);
  kernels::log_sum(method, x, all.largest, all.above);
  return all;
}

// Compares all tasks, in place and not, with those of contiguous rows.
void require_same_as_contiguous(Method method, const Logits& all, std::size_t first,
                                std::size_t gap, const std::string& what) {
  const Strided<const float> dense{all.dense.data(), all.rows, all.classes, all.classes};
  const Method one_thread{method.algorithm, method.isa};
  Columns x(all, first, gap);
  x.put(all.dense);
  for (const MatrixTask task : matrix_tasks) {
    std::vector<float> known(all.dense.size()), losses(all.rows), known_losses(all.rows);
    compute(task, one_thread, dense, all, {known.data(), all.rows, all.classes, all.classes},
            known_losses);
    for (const bool in_place : {false, true}) {
      // The results have other strides, and another place in a cache line.
      Columns y = in_place ? x : Columns(all, 16 - first, gap + 1), due = y;
      due.put(known);
      compute(task, method, in_place ? y.logits_view() : x.logits_view(), all, y.view(), losses);
      BOOST_TEST_REQUIRE(same_bits(y.memory, due.memory),
                         what << ", task " << task << (in_place ? ", in place" : ""));
      BOOST_TEST_REQUIRE(same_bits(losses, known_losses), what << ", losses of the gradient");
    }
  }
  const PerRow known = per_row(one_thread, dense, all), got = per_row(method, x.logits_view(), all);
  BOOST_TEST_REQUIRE(same_bits(got.losses, known.losses), what << ", losses");
  BOOST_TEST_REQUIRE(same_bits(got.sums, known.sums), what << ", log-sum-exp");
  BOOST_TEST_REQUIRE(same_bits(got.largest, known.largest), what << ", largest logits");
  BOOST_TEST_REQUIRE(same_bits(got.above, known.above), what << ", log-sum-exp above them");
}

const std::vector<std::size_t> row_counts{2, 15, 16, 17, 63, 64, 65, 130};
const std::vector<std::size_t> class_counts{2,   3,   4,   5,   16,  17,   63,   64,  65,
                                            100, 160, 161, 192, 300, 1000, 2049, 4100};

}  // namespace

BOOST_AUTO_TEST_CASE(columns_have_the_bits_of_contiguous_rows) {
  for (const Isa isa : available()) {
    Random random(1);
    std::size_t kind = 0;
    for (const std::size_t classes : class_counts)
      for (const std::size_t rows : row_counts) {
        const std::size_t n = rows * classes;
        if (isa == Isa::scalar && n > 10000) continue;  // takes 16 times as long as the others
        for (std::size_t i = 0; i < (n < 5000 ? tests::kinds.size() : n < 50000 ? 2 : 1); ++i) {
          const tests::Kind& what = tests::kinds[kind++ % tests::kinds.size()];
          const Logits all = logits(random, rows, classes, what);
          for (const Algorithm algorithm : algorithms)
            require_same_as_contiguous({algorithm, isa}, all, random.below(16), random.below(40),
                                       fmt::format("{} {}, {} x {}, {}", name(algorithm), name(isa),
                                                   rows, classes, what.what));
        }
      }
  }
}

BOOST_AUTO_TEST_CASE(one_row_and_one_class) {
  for (const Isa isa : available()) {
    Random random(2);
    for (const auto& [rows, classes] :
         std::vector<std::pair<std::size_t, std::size_t>>{{1, 1}, {1, 40}, {1, 300}, {40, 1}}) {
      const Logits all = logits(random, rows, classes, tests::kinds[0]);
      for (const Algorithm algorithm : algorithms)
        require_same_as_contiguous({algorithm, isa}, all, 3, 2,
                                   fmt::format("{} x {}", rows, classes));
    }
  }
}

// Strides of the classes that are a multiple of a cache line, for which the first group of rows may
// be shorter, so that the others begin at the begin of a line.
BOOST_AUTO_TEST_CASE(every_alignment_of_whole_lines) {
  for (const Isa isa : available()) {
    Random random(3);
    for (std::size_t first = 0; first < 16; ++first)
      for (const std::size_t classes : {5UL, 170UL}) {
        const Logits all = logits(random, 96, classes, tests::kinds[first % tests::kinds.size()]);
        for (const Algorithm algorithm : algorithms)
          require_same_as_contiguous({algorithm, isa}, all, first, 16,
                                     fmt::format("{}, {} classes", first, classes));
      }
  }
}

BOOST_AUTO_TEST_CASE(threads_change_no_bit) {
  for (const Isa isa : available()) {
    if (isa == Isa::scalar) continue;  // takes 16 times as long as the others
    Random random(4);
    for (const auto& [rows, classes] :
         std::vector<std::pair<std::size_t, std::size_t>>{{50000, 3}, {900, 150}, {140, 1100}}) {
      const Logits all = logits(random, rows, classes, tests::kinds[1]);
      for (const Algorithm algorithm : algorithms)
        for (const unsigned threads : {2U, 5U})
          require_same_as_contiguous({algorithm, isa, threads}, all, 5, 3,
                                     fmt::format("{} threads, {} x {}", threads, rows, classes));
    }
  }
}

// Results beyond the caches are written by streaming stores where a whole group of rows is aligned.
template <class S, class Kernels>
void streamed_results_are_the_same(const Logits& all, std::size_t stride, Kernels kernel,
                                   const std::string& what) {
  constexpr std::size_t room = std::size_t{1} << 15;
  alignas(64) static S x[room], y[2][room];
  alignas(64) static float scratch[room];
  const std::size_t numbers = (all.classes - 1) * stride + all.rows;
  BOOST_TEST_REQUIRE(numbers + 64 <= room);
  BOOST_TEST_REQUIRE(kernels::column_scratch_floats(all.classes) <= room);
  for (std::size_t r = 0; r < all.rows; ++r)
    for (std::size_t i = 0; i < all.classes; ++i)
      x[r + i * stride] = S(all.dense[r * all.classes + i]);
  std::vector<S> losses(all.rows);
  kernels::StoredWork<S> work{};
  work.x = x;
  work.x_stride = work.y_stride = 1;
  work.x_class_stride = work.y_class_stride = stride;
  work.rows = all.rows;
  work.classes = all.classes;
  work.targets = all.targets.data();
  work.losses = losses.data();
  work.scale = 0.25F;
  work.scratch = scratch;
  for (const kernels::Task task :
       {kernels::task_softmax, kernels::task_log_softmax, kernels::task_gradient})
    for (std::size_t place = 0; place < 64 / sizeof(S); ++place) {
      for (const bool stream : {false, true}) {
        std::memset(y[stream], 0, sizeof y[stream]);
        work.y = y[stream] + place;
        work.stream = stream;
        kernel(task)(work);
      }
      BOOST_TEST_REQUIRE(std::memcmp(y[0], y[1], sizeof y[0]) == 0,
                         what << ", task " << task << ", place " << place);
    }
}

BOOST_AUTO_TEST_CASE(streamed_results_have_the_same_bits) {
  for (const Isa isa : available()) {
    Random random(6);
    const kernels::Implementation& of = kernels::implementation(isa);
    for (const std::size_t classes : {6UL, 170UL})
      for (const std::size_t stride : {96UL, 100UL}) {
        const Logits all = logits(random, 90, classes, tests::kinds[classes % 3]);
        const std::string what = fmt::format("{}, {} classes", name(isa), classes);
        const int accurate = static_cast<int>(Algorithm::accurate);
        streamed_results_are_the_same<float>(
            all, stride, [&](kernels::Task task) { return of.of_task[task][accurate]; }, what);
        streamed_results_are_the_same<kernels::Float16Bits>(
            all, stride, [&](kernels::Task task) { return of.float16[task]; }, what);
        streamed_results_are_the_same<kernels::BFloat16Bits>(
            all, stride, [&](kernels::Task task) { return of.bfloat16[task]; }, what);
      }
  }
}

// The rows of each class begin at the begin of a page, or end at its end, and the pages between them
// cannot be accessed.
BOOST_AUTO_TEST_CASE(nothing_beside_the_rows_is_touched) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  constexpr std::size_t most_classes = 400;
  const std::size_t bytes = (2 * most_classes + 1) * page;
  const auto guarded = [&] {
    void* const memory =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_REQUIRE(memory != MAP_FAILED);
    for (std::size_t i = 0; i <= most_classes; ++i)
      BOOST_REQUIRE(mprotect(static_cast<char*>(memory) + 2 * i * page, page, PROT_NONE) == 0);
    return static_cast<char*>(memory);
  };
  char *const x = guarded(), *const y = guarded();
  const std::size_t numbers = page / sizeof(float);
  for (const Isa isa : available()) {
    Random random(5);
    for (const std::size_t classes : {2UL, 3UL, 4UL, 5UL, 30UL, 160UL, 161UL, 399UL})
      for (const std::size_t rows : {2UL, 7UL, 16UL, 31UL, 64UL, 75UL, 130UL})
        for (const bool at_end : {false, true}) {
          const Logits all = logits(random, rows, classes, tests::kinds[classes % 3]);
          const std::size_t first = numbers + (at_end ? numbers - rows : 0);
          float *const from = reinterpret_cast<float*>(x) + first, *const to =
                                                                       reinterpret_cast<float*>(y) +
                                                                       first;
          for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t i = 0; i < classes; ++i)
              from[r + i * 2 * numbers] = all.dense[r * classes + i];
          std::vector<float> losses(rows);
          for (const Algorithm algorithm : algorithms) {
            const Strided<const float> columns{from, rows, classes, 1, 2 * numbers};
            for (const MatrixTask task : matrix_tasks)
              compute(task, {algorithm, isa}, columns, all, {to, rows, classes, 1, 2 * numbers},
                      losses);
            BOOST_TEST(per_row({algorithm, isa}, columns, all).losses.size() == rows);
          }
        }
  }
  munmap(x, bytes);
  munmap(y, bytes);
}

BOOST_AUTO_TEST_SUITE_END()
