// The installed library does what maxtrick/maxtrick.hpp states, for random shapes, strides,
// alignments and places of the result. Its results are compared with those of the kernels.
#include "kernels/kernels.hpp"
#include "maxtrick/maxtrick.hpp"
#include "numerics/error.hpp"
#include "numerics/random.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(api_test)

namespace {

using maxtrick::Algorithm;
using maxtrick::ConstMatrix;
using maxtrick::Matrix;
using maxtrick::Options;
namespace kernels = maxtrick::kernels;
namespace numerics = maxtrick::numerics;
using numerics::Random;

constexpr Algorithm algorithms[] = {Algorithm::fast, Algorithm::accurate, Algorithm::correct};

// Rows of logits without gaps, with one target for each row. Some rows are ordinary, some have a
// wide range, some contain NaN or infinities.
struct Batch {
  std::size_t rows, classes;
  std::vector<float> logits;
  std::vector<std::int32_t> targets;

  Batch(Random& random, std::size_t rows_, std::size_t classes_)
      : rows(rows_), classes(classes_), logits(rows * classes), targets(rows) {
    const double spread = std::exp(random.uniform(-2, 4)), offset = random.uniform(-90, 90);
    for (float& x : logits) x = static_cast<float>(offset + spread * random.normal());
    for (std::int32_t& t : targets) t = static_cast<std::int32_t>(random.below(classes));
    if (rows == 0 || random.below(2) == 0) return;
    for (const float special : {-INFINITY, INFINITY, NAN})
      logits[random.below(logits.size())] = special;
  }
  [[nodiscard]] ConstMatrix view() const { return {logits, rows, classes}; }
};

// The results of the scalar kernels of `accurate` for the batch: one thread, rows without gaps.
struct Known {
  std::vector<float> softmax, log_softmax, sums, losses, gradient;

  Known(const Batch& b, float scale)
      : softmax(b.logits.size()),
        log_softmax(b.logits.size()),
        sums(b.rows),
        losses(b.rows),
        gradient(b.logits.size()) {
    const kernels::Method method{kernels::Algorithm::accurate, kernels::Isa::scalar, 1};
    const kernels::Rows<const float> x{b.logits.data(), b.rows, b.classes, b.classes};
    const auto rows = [&](std::vector<float>& y) {
      return kernels::Rows<float>{y.data(), b.rows, b.classes, b.classes};
    };
    kernels::softmax(method, x, rows(softmax));
    kernels::log_softmax(method, x, rows(log_softmax));
    kernels::log_sum_exp(method, x, sums);
    kernels::cross_entropy_gradient(method, x, b.targets, scale, losses, rows(gradient));
  }
};

// The bits of `accurate` must be the same. `fast` must be within 6 ULP of the result of `accurate`,
// which is itself within 1 ULP; so is `correct`.
bool agrees(Algorithm algorithm, float got, float accurate) {
  if (algorithm == Algorithm::accurate) return std::memcmp(&got, &accurate, sizeof got) == 0;
  if (std::isnan(accurate)) return std::isnan(got);
  return got == accurate ||
         std::abs(double{got} - double{accurate}) <= 7 * numerics::ulp<float>(double{accurate});
}
bool agrees(Algorithm algorithm, const std::vector<float>& got,
            const std::vector<float>& accurate) {
  return std::equal(got.begin(), got.end(), accurate.begin(), accurate.end(),
                    [=](float a, float b) { return agrees(algorithm, a, b); });
}

constexpr float untouched = 7;

// A matrix in a block of memory of its own: with any alignment, with gaps between the rows, and
// with unused numbers after it.
struct Room {
  std::size_t rows, classes, stride, first;
  std::vector<float> memory;

  Room(Random& random, const Batch& b, std::size_t least_stride)
      : rows(b.rows),
        classes(b.classes),
        stride(least_stride + random.below(5)),
        first(random.below(16)),
        memory(first + b.rows * stride + 16, untouched) {}
  Matrix view(std::size_t column = 0) {
    return {std::span(memory).subspan(first + column), rows, classes, stride};
  }
  void put(const std::vector<float>& dense) {
    for (std::size_t r = 0; r < rows; ++r)
      std::copy_n(dense.data() + r * classes, classes, memory.data() + first + r * stride);
  }
  // Whether the matrix that starts at `column` agrees with `dense`, and all other memory is
  // unchanged: the first columns hold `logits`, if given, and the rest is untouched.
  [[nodiscard]] bool holds(Algorithm algorithm, std::size_t column, const std::vector<float>& dense,
                           const std::vector<float>* logits) const {
    for (std::size_t i = 0; i < memory.size(); ++i) {
      const std::size_t r = (i - first) / stride, c = (i - first) % stride;
      const bool inside = i >= first && r < rows;
      float due = untouched;
      if (inside && logits && c < classes) due = (*logits)[r * classes + c];
      const bool result = inside && c >= column && c < column + classes;
      if (result) due = dense[r * classes + c - column];
      if (!agrees(result ? algorithm : Algorithm::accurate, memory[i], due)) return false;
    }
    return true;
  }
};

using Run = std::function<void(ConstMatrix, Matrix)>;

// Runs with the results in separate memory, in place of the logits, and in the gaps between their
// rows.
void everywhere(Random& random, const Batch& b, Algorithm algorithm,
                const std::vector<float>& known, const Run& run, const std::string& what) {
  Room logits(random, b, b.classes), apart(random, b, b.classes), in_place(random, b, b.classes),
      in_gaps(random, b, 2 * b.classes);
  for (Room* room : {&logits, &in_place, &in_gaps}) room->put(b.logits);
  run(logits.view(), apart.view());
  BOOST_TEST_REQUIRE(apart.holds(algorithm, 0, known, nullptr), what << ", apart");
  BOOST_TEST_REQUIRE(logits.holds(Algorithm::accurate, 0, b.logits, nullptr), what << ", logits");
  run(in_place.view(), in_place.view());
  BOOST_TEST_REQUIRE(in_place.holds(algorithm, 0, known, nullptr), what << ", in place");
  run(in_gaps.view(), in_gaps.view(b.classes));
  BOOST_TEST_REQUIRE(in_gaps.holds(algorithm, b.classes, known, &b.logits), what << ", in gaps");
}

std::size_t some_classes(Random& random, int i) {
  if (i % 10 == 9) return 1 + random.below(3000);
  return 1 + random.below(i % 2 == 0 ? 5 : 180);
}

}  // namespace

BOOST_AUTO_TEST_CASE(any_shape_stride_alignment_and_place) {
  Random random(1);
  for (int i = 0; i < 120; ++i) {
    const std::size_t classes = some_classes(random, i);
    const Batch b(random, random.below(classes > 1000 ? 8 : 90), classes);
    const float scale = std::ldexp(1.0F, static_cast<int>(random.below(20)) - 12);
    const Known known(b, scale);
    for (const Algorithm algorithm : algorithms) {
      const Options options{algorithm, static_cast<unsigned>(1 + random.below(3))};
      const std::string what = std::to_string(b.rows) + " x " + std::to_string(classes);
      std::vector<float> sums(b.rows), losses(b.rows), fused(b.rows);
      everywhere(
          random, b, algorithm, known.softmax,
          [&](auto x, auto y) { maxtrick::softmax(x, y, options); }, "softmax, " + what);
      everywhere(
          random, b, algorithm, known.log_softmax,
          [&](auto x, auto y) { maxtrick::log_softmax(x, y, options); }, "log_softmax, " + what);
      everywhere(
          random, b, algorithm, known.gradient,
          [&](auto x, auto y) {
            maxtrick::cross_entropy_gradient(x, b.targets, fused, y, scale, options);
            BOOST_TEST_REQUIRE(agrees(algorithm, fused, known.losses), "fused losses, " << what);
          },
          "gradient, " + what);
      maxtrick::cross_entropy(b.view(), b.targets, losses, options);
      BOOST_TEST_REQUIRE(agrees(algorithm, losses, known.losses), "losses, " << what);
      maxtrick::log_sum_exp(b.view(), sums, options);
      // Cancellation in log_sum_exp has a test of its own below.
      if (algorithm == Algorithm::accurate)
        BOOST_TEST_REQUIRE(agrees(algorithm, sums, known.sums), "log_sum_exp, " << what);
    }
  }
}

// Matrices that are large enough for several threads, computed by two callers at the same time.
BOOST_AUTO_TEST_CASE(threads_and_callers_change_no_bit) {
  Random random(2);
  for (const auto& [rows, classes] :
       std::vector<std::pair<std::size_t, std::size_t>>{{30000, 4}, {1300, 100}, {40, 4000}}) {
    const Batch b(random, rows, classes);
    const Known known(b, 0.25F);
    const auto call = [&b, &known](unsigned threads, bool& right) {
      const Options options{Algorithm::accurate, threads};
      std::vector<float> y(b.logits.size()), per_row(b.rows);
      const Matrix result{y, b.rows, b.classes};
      for (int i = 0; i < 3; ++i) {
        maxtrick::softmax(b.view(), result, options);
        right = right && agrees(options.algorithm, y, known.softmax);
        maxtrick::log_sum_exp(b.view(), per_row, options);
        right = right && agrees(options.algorithm, per_row, known.sums);
        maxtrick::cross_entropy_gradient(b.view(), b.targets, per_row, result, 0.25F, options);
        right = right && agrees(options.algorithm, y, known.gradient) &&
                agrees(options.algorithm, per_row, known.losses);
      }
    };
    bool first = true, second = true;
    std::thread other([&] { call(2, second); });
    call(3, first);
    other.join();
    BOOST_TEST(first, rows << " x " << classes);
    BOOST_TEST(second, rows << " x " << classes);
  }
}

BOOST_AUTO_TEST_CASE(no_rows_are_no_work_and_one_class_is_certain) {
  std::vector<float> none;
  const std::vector<std::int32_t> no_targets;
  for (const std::size_t classes : {0UL, 1UL, 5UL}) {
    maxtrick::softmax({none, 0, classes}, {none, 0, classes});
    maxtrick::log_softmax({none, 0, classes}, {none, 0, classes});
    maxtrick::log_sum_exp({none, 0, classes}, none);
    maxtrick::cross_entropy({none, 0, classes}, no_targets, none);
    maxtrick::cross_entropy_gradient({none, 0, classes}, no_targets, none, {none, 0, classes});
  }
  const std::vector<float> x{-3e38F, -1e-40F, 0, 3e38F};
  const std::vector<std::int32_t> targets(4);
  std::vector<float> y(4), losses(4, untouched);
  const auto all = [](const std::vector<float>& v, float due) {
    return std::all_of(v.begin(), v.end(), [due](float z) { return z == due && !std::signbit(z); });
  };
  maxtrick::softmax({x, 4, 1}, {y, 4, 1});
  BOOST_TEST(all(y, 1));
  maxtrick::log_sum_exp({x, 4, 1}, y);
  BOOST_TEST(y == x, boost::test_tools::per_element());
  for (const Algorithm algorithm : algorithms) {
    maxtrick::log_softmax({x, 4, 1}, {y, 4, 1}, {algorithm});
    BOOST_TEST(all(y, 0));
    y.assign(4, untouched);
    maxtrick::cross_entropy_gradient({x, 4, 1}, targets, losses, {y, 4, 1}, 1, {algorithm});
    BOOST_TEST(all(y, 0));
    BOOST_TEST(all(losses, 0));
  }
}

BOOST_AUTO_TEST_CASE(the_instruction_set_is_the_kernels_choice) {
  BOOST_TEST(maxtrick::instruction_set() == kernels::name(kernels::best_isa()));
}

BOOST_AUTO_TEST_SUITE_END()
