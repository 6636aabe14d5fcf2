// Variants that call libraries cache expensive objects between calls. No result may depend on this.
#include <sys/mman.h>
#include <unistd.h>

#include <iterator>

#include "ops/registry.hpp"
#include "random_rows.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(library_variants_test)

namespace {

using namespace maxtrick;
using ops::Variant;

struct Matrix {
  std::size_t rows, classes;
  std::vector<float> logits;
};

Matrix random_matrix(std::uint64_t seed, std::size_t rows, std::size_t classes) {
  numerics::Random random(seed);
  Matrix matrix{rows, classes, std::vector<float>(rows * classes)};
  for (float& x : matrix.logits) x = static_cast<float>(random.uniform(-20, 20));
  return matrix;
}

std::vector<float> apply(const Variant& variant, const Matrix& m) {
  std::vector<float> result(m.logits.size());
  variant.float32({.logits = {m.logits.data(), m.rows, m.classes},
                   .result = {result.data(), m.rows, m.classes}});
  return result;
}

// Applies the variant in a new thread, which has computed nothing before.
std::vector<float> apply_afresh(const Variant& variant, const Matrix& m) {
  std::vector<float> result;
  std::thread([&] { result = apply(variant, m); }).join();
  return result;
}

// Returns the library variants that can run here; oneDNN is one of them, except on a CPU without
// AVX2.
std::vector<const Variant*> of_libraries() {
  std::vector<const Variant*> list;
  for (const Variant& variant : ops::variants())
    if (variant.isa.empty() && variant.float32 && !ops::takes_targets(variant.op)) {
      if (variant.unavailable.empty())
        list.push_back(&variant);
      else
        BOOST_TEST_MESSAGE("skipped " << variant.name() << ": " << variant.unavailable);
    }
  return list;
}

// An array that ends at the end of a memory mapping.
class AtTheEnd {
 public:
  explicit AtTheEnd(std::size_t numbers) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t pages = (numbers * sizeof(float) + page - 1) / page;
    size_ = (pages + 1) * page;
    start_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_REQUIRE(start_ != MAP_FAILED);
    char* end = static_cast<char*>(start_) + pages * page;
    BOOST_REQUIRE(mprotect(end, page, PROT_NONE) == 0);
    data_ = reinterpret_cast<float*>(end) - numbers;
  }
  ~AtTheEnd() { munmap(start_, size_); }
  AtTheEnd(const AtTheEnd&) = delete;
  AtTheEnd& operator=(const AtTheEnd&) = delete;
  [[nodiscard]] float* data() { return data_; }

 private:
  void* start_ = nullptr;
  std::size_t size_ = 0;
  float* data_ = nullptr;
};

std::size_t threads_of_this_process() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                    std::filesystem::directory_iterator{}));
}

}  // namespace

BOOST_AUTO_TEST_CASE(shapes_in_turn_on_many_threads_are_as_fresh) {
  // There are more shapes than a thread caches, so that some are made again; the first two
  // alternate.
  std::vector<Matrix> matrices;
  for (std::size_t i = 0; i < 20; ++i) matrices.push_back(random_matrix(i, 1 + i % 3, 2 + 7 * i));
  for (const Variant* variant : of_libraries()) {
    std::vector<std::vector<float>> fresh;
    for (const Matrix& m : matrices) fresh.push_back(apply_afresh(*variant, m));
    std::vector<std::size_t> differences(4);
    std::vector<std::thread> threads;
    for (std::size_t& count : differences)
      threads.emplace_back([&] {
        const auto compare = [&](std::size_t i) {
          count += apply(*variant, matrices[i]) != fresh[i];
        };
        for (std::size_t repeat = 0; repeat < 100; ++repeat) compare(repeat % 2);
        for (int repeat = 0; repeat < 3; ++repeat)
          for (std::size_t i = 0; i < matrices.size(); ++i) compare(i);
      });
    for (std::thread& thread : threads) thread.join();
    for (const std::size_t count : differences) BOOST_TEST(count == 0U, variant->name());
  }
}

// The two ops are called with the same shapes, but must not share cached objects.
BOOST_AUTO_TEST_CASE(ops_in_turn_are_as_fresh) {
  const Matrix m = random_matrix(1, 3, 10);
  const auto all = of_libraries();
  std::vector<std::vector<float>> fresh;
  for (const Variant* variant : all) fresh.push_back(apply_afresh(*variant, m));
  for (int repeat = 0; repeat < 2; ++repeat)
    for (std::size_t i = 0; i < all.size(); ++i)
      BOOST_TEST((apply(*all[i], m) == fresh[i]), all[i]->name());
}

// The suite runs cases in parallel, and times each as the work of one thread.
BOOST_AUTO_TEST_CASE(no_library_starts_threads) {
  const Matrix small = random_matrix(1, 1, 8), large = random_matrix(2, 512, 1024);
  for (const Variant* variant : of_libraries()) {
    std::size_t started = 0;
    const auto count = [&] {
      apply(*variant, small);  // threads that a library starts when it is loaded do not count
      const std::size_t before = threads_of_this_process();
      apply(*variant, large);
      started += threads_of_this_process() - before;
    };
    count();
    std::thread(count).join();
    BOOST_TEST(started == 0U, variant->name());
  }
}

// XNNPACK may read beyond the end of its arrays.
BOOST_AUTO_TEST_CASE(nothing_beyond_the_end_is_touched) {
  for (const std::size_t classes : {1U, 2U, 3U, 7U, 33U, 1000U, 1023U, 1024U}) {
    const Matrix m = random_matrix(classes, 5, classes);
    AtTheEnd logits(m.logits.size()), result(m.logits.size());
    std::copy(m.logits.begin(), m.logits.end(), logits.data());
    for (const Variant* variant : of_libraries()) {
      const std::vector<float> expected = apply(*variant, m);
      variant->float32(
          {.logits = {logits.data(), m.rows, classes}, .result = {result.data(), m.rows, classes}});
      for (std::size_t i = 0; i < expected.size(); ++i)
        BOOST_TEST_REQUIRE(std::abs(result.data()[i] - expected[i]) <= 1e-5F,
                           variant->name() << " of " << classes);
    }
  }
}

// The classes along another axis, without gaps and with them, and rows with gaps.
BOOST_AUTO_TEST_CASE(any_strides_are_taken) {
  const Matrix m = random_matrix(5, 6, 37);
  std::size_t seen = 0;
  for (const Variant* variant : of_libraries()) {
    if (!variant->takes_class_strides) continue;
    ++seen;
    const std::vector<float> expected = apply(*variant, m);
    for (const auto& [stride, column_stride] :
         {std::pair<std::size_t, std::size_t>{1, 6}, {1, 9}, {75, 2}, {40, 1}}) {
      std::vector<float> from(500, 7), to(500, 7);
      const numerics::Rows<float> x{from.data(), m.rows, m.classes, stride, column_stride},
          y{to.data(), m.rows, m.classes, stride, column_stride};
      for (std::size_t i = 0; i < m.rows; ++i)
        for (std::size_t k = 0; k < m.classes; ++k) x.at(i, k) = m.logits[i * m.classes + k];
      variant->float32(
          {.logits = {from.data(), m.rows, m.classes, stride, column_stride}, .result = y});
      for (std::size_t i = 0; i < m.rows; ++i)
        for (std::size_t k = 0; k < m.classes; ++k) {
          const float exact = expected[i * m.classes + k];
          BOOST_TEST_REQUIRE(
              std::abs(y.at(i, k) - exact) <= 1e-5F * std::max(1.0F, std::abs(exact)),
              variant->name() << " with strides " << stride << ", " << column_stride);
        }
      // Nothing between the rows is written.
      BOOST_TEST(std::ranges::count(to, 7.0F) >= static_cast<std::ptrdiff_t>(500 - 6 * 37));
    }
  }
  if (seen == 0) BOOST_TEST_MESSAGE("skipped: no library can run here");
}

// XNNPACK disables subnormal numbers while it computes.
BOOST_AUTO_TEST_CASE(subnormal_numbers_are_on_afterwards) {
  const Matrix m = random_matrix(1, 3, 10);
  for (const Variant* variant : of_libraries()) {
    apply(*variant, m);
    volatile float least = std::numeric_limits<float>::min();
    least = least / 2;
    BOOST_TEST((least > 0), variant->name());
  }
}

BOOST_AUTO_TEST_CASE(implementations_are_named) {
  for (const Variant* variant : of_libraries()) {
    if (!variant->implementation) continue;
    const std::string name = variant->implementation(64, 1000);
    BOOST_TEST_MESSAGE(variant->name() << ": " << name);
    BOOST_TEST(!name.empty(), variant->name());
    BOOST_TEST(variant->implementation(64, 1000) == name);
  }
  const Variant* onednn = ops::find_variant("softmax.onednn");
  BOOST_REQUIRE(onednn != nullptr);
  BOOST_TEST(bool(onednn->implementation));
}

BOOST_AUTO_TEST_SUITE_END()
