// The guarantees of lib/kernels for every instruction set: bits, placement of the results, memory
// limits, special values.
#include "kernels/kernels.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cfenv>

#include "available.hpp"
#include "kernels/correct/third_step.hpp"
#include "kernels/instruction_sets.hpp"
#include "numerics/error.hpp"
#include "numerics/random.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(kernels_test)

namespace {

using namespace maxtrick;
using kernels::Algorithm;
using kernels::Isa;
using kernels::Method;
using kernels::Rows;
using numerics::Random;
using tests::available;
using tests::same_bits;

// The algorithms whose bits are promised.
constexpr Algorithm promised[] = {Algorithm::accurate, Algorithm::correct};

// All results of the kernels for one matrix.
struct Results {
  std::vector<float> softmax, log_softmax, losses, fused_losses, gradient, largest;
  std::vector<double> above;
};

struct Matrix {
  std::size_t rows, classes;
  std::vector<float> logits;
  std::vector<std::int32_t> targets;

  [[nodiscard]] Rows<const float> view() const { return {logits.data(), rows, classes, classes}; }
};

Results compute(Method method, Rows<const float> x, const std::vector<std::int32_t>& targets,
                float scale = 0.25F) {
  const std::size_t n = x.rows * x.columns;
  Results r{std::vector<float>(n),      std::vector<float>(n), std::vector<float>(x.rows),
            std::vector<float>(x.rows), std::vector<float>(n), std::vector<float>(x.rows),
            std::vector<double>(x.rows)};
  const auto rows = [&](std::vector<float>& y) {
    return Rows<float>{y.data(), x.rows, x.columns, x.columns};
  };
  kernels::softmax(method, x, rows(r.softmax));
  kernels::log_softmax(method, x, rows(r.log_softmax));
  kernels::cross_entropy(method, x, targets, r.losses);
  kernels::cross_entropy_gradient(method, x, targets, scale, r.fused_losses, rows(r.gradient));
  kernels::log_sum(method, x, r.largest, r.above);
  return r;
}

void require_same(const Results& a, const Results& b, const std::string& what) {
  BOOST_TEST_REQUIRE(same_bits(a.softmax, b.softmax), "softmax: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.log_softmax, b.log_softmax), "log-softmax: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.losses, b.losses), "loss: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.fused_losses, b.fused_losses), "loss with gradient: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.gradient, b.gradient), "gradient: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.largest, b.largest), "largest logit: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.above, b.above), "log-sum-exp above it: " << what);
}

// Returns a matrix of one kind. There is one kind of rows for each property that may select a
// different path in a kernel.
Matrix matrix(Random& random, std::size_t rows, std::size_t classes, unsigned kind) {
  Matrix m{rows, classes, std::vector<float>(rows * classes), std::vector<std::int32_t>(rows)};
  for (std::size_t r = 0; r < rows; ++r) {
    const double offset = 1000 * random.normal(), spread = std::exp(random.uniform(-2, 4));
    for (std::size_t i = 0; i < classes; ++i) {
      double x = random.normal();
      switch (kind) {
        case 0: break;                                                         // plain
        case 1: x *= 30; break;                                                // subnormal results
        case 2: x = random.below(3) == 0 ? -INFINITY : x; break;               // masked
        case 3: x = offset + spread * x; break;                                // beyond 256
        case 4: x = i == r % classes ? x : x - random.uniform(0, 300); break;  // one leads
        case 5:
          x = i % 2 == 0 ? std::round(x) : -std::abs(std::round(x));
          break;                                     // ties, including those of -0 and +0
        case 6: x = r % 3 == 0 ? 40 * x : x; break;  // ordinary rows and wide ones
        default: x = spread * x;
      }
      if (kind == 7 && random.below(4 * classes) == 0) x = random.below(2) == 0 ? NAN : INFINITY;
      m.logits[r * classes + i] = static_cast<float>(x);
    }
    m.targets[r] = static_cast<std::int32_t>(random.below(classes));
  }
  return m;
}
constexpr unsigned kinds = 8;

const std::vector<std::size_t> sizes{
    1,  2,  3,  4,   5,   7,   8,   9,   10,  15,  16,  17,   31,   32,   33,   47,   48,  63,
    64, 65, 80, 100, 127, 128, 129, 255, 300, 511, 777, 1000, 2047, 2048, 2049, 4100, 9001};

// Returns the sizes 1 to `last`, followed by `others`.
std::vector<std::size_t> sizes_to(std::size_t last, const std::vector<std::size_t>& others) {
  std::vector<std::size_t> all;
  for (std::size_t n = 1; n <= last; ++n) all.push_back(n);
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(instruction_sets_have_the_same_bits) {
  for (const Algorithm algorithm : promised) {
    Random random(1);
    const auto isas = available();
    for (const std::size_t classes : sizes)
      for (unsigned kind = 0; kind < kinds; ++kind) {
        // Up to five groups or batches of rows; the kernels process three at a time. With up to four
        // classes, up to three groups of 64 rows.
        const std::size_t rows = 1 + random.below(classes > 2100  ? 2
                                                  : classes > 300 ? 8
                                                  : classes > 4   ? 85
                                                                  : 210);
        const Matrix m = matrix(random, rows, classes, kind);
        const Results first = compute({algorithm, Isa::scalar}, m.view(), m.targets);
        const std::string what = std::to_string(rows) + " x " + std::to_string(classes) +
                                 ", kind " + std::to_string(kind);
        require_same({first.softmax, first.log_softmax, first.losses, first.losses, first.gradient,
                      first.largest, first.above},
                     first, what + ": loss alone and with gradient");
        for (const Isa isa : isas)
          require_same(first, compute({algorithm, isa}, m.view(), m.targets),
                       what + ", " + std::string(name(isa)));
      }
  }
}

BOOST_AUTO_TEST_CASE(a_row_has_the_same_bits_wherever_it_stands) {
  for (const Algorithm algorithm : promised) {
    Random random(2);
    for (const Isa isa : available())
      for (const std::size_t classes :
           {1UL, 2UL, 3UL, 4UL, 6UL, 17UL, 32UL, 33UL, 100UL, 300UL, 2100UL})
        for (unsigned kind = 0; kind < kinds; ++kind) {
          const Method method{algorithm, isa};
          const Matrix m = matrix(random, classes > 100 ? 21 : 69, classes, kind);
          const Results whole = compute(method, m.view(), m.targets);
          for (std::size_t r = 0; r < m.rows; ++r) {
            // The row alone, and at a different alignment.
            std::vector<float> moved(classes + 16);
            float* at = moved.data() + 1 + r % 15;
            std::copy_n(m.logits.data() + r * classes, classes, at);
            const Results alone = compute(method, {at, 1, classes, classes}, {m.targets[r]});
            const auto row = [&](const std::vector<float>& y) {
              const auto begin = y.begin() + static_cast<std::ptrdiff_t>(r * classes);
              return std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(classes));
            };
            require_same({row(whole.softmax),
                          row(whole.log_softmax),
                          {whole.losses[r]},
                          {whole.fused_losses[r]},
                          row(whole.gradient),
                          {whole.largest[r]},
                          {whole.above[r]}},
                         alone, std::to_string(classes) + " classes, row " + std::to_string(r));
          }
        }
  }
}

BOOST_AUTO_TEST_CASE(strides_places_and_threads_change_no_bit) {
  for (const Algorithm algorithm : promised) {
    Random random(3);
    for (const Isa isa : available())
      for (const auto& shape : std::vector<std::pair<std::size_t, std::size_t>>{{150, 1},
                                                                                {150, 2},
                                                                                {150, 3},
                                                                                {150, 4},
                                                                                {50000, 4},
                                                                                {9, 40},
                                                                                {1700, 100},
                                                                                {170, 1000},
                                                                                {9, 40000}}) {
        const std::size_t rows = shape.first, classes = shape.second;
        if (isa == Isa::scalar && rows * classes > 40000)
          continue;  // takes 16 times as long as the others
        const Matrix m = matrix(random, rows, classes, rows == 150 ? 0 : 6);
        const Method method{algorithm, isa};
        const Results dense = compute(method, m.view(), m.targets);
        require_same(dense, compute({algorithm, isa, 2}, m.view(), m.targets), "2 threads");
        require_same(dense, compute({algorithm, isa, 5}, m.view(), m.targets), "5 threads");
        const std::size_t stride = classes + 3;
        std::vector<float> wide(rows * stride, NAN);
        for (std::size_t r = 0; r < rows; ++r)
          std::copy_n(m.logits.data() + r * classes, classes, wide.data() + r * stride);
        require_same(dense, compute(method, {wide.data(), rows, classes, stride}, m.targets),
                     "stride");

        // In place, with and without gaps between the rows, and from rows without gaps to rows with
        // gaps. The contents of the gaps must not change.
        std::vector<float> losses(rows);
        using Run = std::function<void(Rows<const float>, Rows<float>)>;
        const auto into = [&](std::size_t between, bool in_place,
                              const std::vector<float>& expected, const Run& run) {
          std::vector<float> y(rows * between, 7);
          if (in_place)
            for (std::size_t r = 0; r < rows; ++r)
              std::copy_n(m.logits.data() + r * classes, classes, y.data() + r * between);
          run(in_place ? Rows<const float>{y.data(), rows, classes, between} : m.view(),
              {y.data(), rows, classes, between});
          for (std::size_t r = 0; r < rows; ++r) {
            BOOST_TEST_REQUIRE(std::memcmp(y.data() + r * between, expected.data() + r * classes,
                                           classes * sizeof(float)) == 0);
            for (std::size_t i = classes; i < between; ++i)
              BOOST_TEST_REQUIRE(y[r * between + i] == 7);
          }
        };
        for (const auto& [between, in_place] : std::vector<std::pair<std::size_t, bool>>{
                 {stride, true}, {classes, true}, {stride, false}}) {
          into(between, in_place, dense.softmax,
               [&](auto x, auto y) { kernels::softmax(method, x, y); });
          into(between, in_place, dense.log_softmax,
               [&](auto x, auto y) { kernels::log_softmax(method, x, y); });
          into(between, in_place, dense.gradient, [&](auto x, auto y) {
            kernels::cross_entropy_gradient(method, x, m.targets, 0.25F, losses, y);
          });
        }
        BOOST_TEST(same_bits(losses, dense.losses));
      }
  }
}

// The bits of `fast` are not guaranteed. They must be within 6 ULP of the results of `accurate`,
// which are within 1 ULP.
BOOST_AUTO_TEST_CASE(fast_is_near_accurate_on_every_way) {
  Random random(7);
  const auto near = [](const std::vector<float>& fast, const std::vector<float>& accurate) {
    for (std::size_t i = 0; i < fast.size(); ++i) {
      const double y = accurate[i];
      const bool same = std::isnan(y) ? std::isnan(fast[i]) : fast[i] == accurate[i];
      if (!same && !(std::abs(fast[i] - y) <= 7 * numerics::ulp<float>(y))) return false;
    }
    return true;
  };
  for (const Isa isa : available())
    for (const std::size_t classes : {1UL, 2UL, 3UL, 4UL, 5UL, 17UL, 300UL})
      for (unsigned kind = 0; kind < kinds; ++kind) {
        const Matrix m = matrix(random, classes > 100 ? 9 : 149, classes, kind);
        const Results fast = compute({Algorithm::fast, isa}, m.view(), m.targets);
        const Results accurate = compute({Algorithm::accurate, isa}, m.view(), m.targets);
        const std::string what = std::string(name(isa)) + ", " + std::to_string(classes) +
                                 ", kind " + std::to_string(kind);
        BOOST_TEST(near(fast.softmax, accurate.softmax), "softmax: " << what);
        BOOST_TEST(near(fast.log_softmax, accurate.log_softmax), "log-softmax: " << what);
        BOOST_TEST(near(fast.losses, accurate.losses), "loss: " << what);
        BOOST_TEST(near(fast.fused_losses, accurate.fused_losses), "loss with gradient: " << what);
        BOOST_TEST(near(fast.gradient, accurate.gradient), "gradient: " << what);
      }
}

// Subnormal intermediate results make some CPUs a hundred times slower. Subnormal results are
// therefore made by integer operations. The test reads the processor's underflow flag. The second
// step of `correct`, which one result in a million takes, may underflow.
BOOST_AUTO_TEST_CASE(nothing_underflows_on_the_way) {
  Random random(6);
  for (const Isa isa : available()) {
#ifdef __clang__
    // Clang computes two floats as four of which two hold anything, and these may underflow.
    if (isa == Isa::scalar) {
      BOOST_TEST_MESSAGE(
          "skipped: the scalar kernels that Clang compiles, whose flag says nothing");
      continue;
    }
#endif
    for (const Algorithm algorithm : kernels::all_algorithms)
      for (const std::size_t classes : {2UL, 3UL, 4UL, 10UL, 100UL, 300UL, 1000UL, 3000UL})
        for (const unsigned kind : {0U, 1U, 2U, 3U, 6U}) {
          const Matrix m = matrix(random, classes > 4 ? 40 : 70, classes, kind);
          const Method method{algorithm, isa};
          std::vector<float> y(m.logits.size()), losses(m.rows);
          const Rows<float> results{y.data(), m.rows, classes, classes};
          const auto before = kernels::correct::counts();
          std::feclearexcept(FE_ALL_EXCEPT);
          kernels::softmax(method, m.view(), results);
          // Where one class leads by far, the loss and its intermediate results may be subnormal
          // themselves.
          if (kind == 0 || (classes >= 100 && kind == 2))
            kernels::cross_entropy_gradient(method, m.view(), m.targets, 0x1p-12F, losses, results);
          const bool underflow = std::fetestexcept(FE_UNDERFLOW) != 0;
          if (kernels::correct::counts().sums_in_second_step > before.sums_in_second_step) continue;
          BOOST_TEST_REQUIRE(!underflow, name(algorithm) << ' ' << name(isa) << ", " << classes
                                                         << " classes, kind " << kind);
        }
  }
}

// A matrix in memory is computed in another order, and its results may be written by streaming stores, at
// every alignment.
BOOST_AUTO_TEST_CASE(results_in_memory_have_the_same_bits) {
  for (const Algorithm algorithm : promised) {
    Random random(4);
    alignas(64) static float scratch[kernels::scratch_floats];
    for (const Isa isa : available())
      for (const std::size_t classes :
           {161UL, 1003UL, 2047UL, 2049UL, 2070UL, 4100UL, 8193UL, 32768UL, 33000UL})
        for (unsigned kind = 0; kind < kinds; ++kind) {
          const std::size_t rows = 1 + random.below(isa == Isa::scalar ? 4 : 9);
          const Matrix m = matrix(random, rows, classes, kind);
          const Results plain = compute({algorithm, isa}, m.view(), m.targets);
          for (const bool in_place : {false, true}) {
            std::vector<float> y(rows * classes + 16), losses(rows);
            float* const at = y.data() + random.below(16);
            kernels::StoredWork<float> work{};
            work.x = in_place ? at : m.logits.data();
            work.y = at;
            work.x_stride = work.y_stride = work.classes = classes;
            work.x_class_stride = work.y_class_stride = 1;
            work.rows = rows;
            work.targets = m.targets.data();
            work.losses = losses.data();
            work.scale = 0.25F;
            work.scratch = scratch;
            std::vector<float> copy(classes);
            if (in_place) work.copy = copy.data();
            const auto check = [&](kernels::Task task, const std::vector<float>& expected) {
              std::copy(m.logits.begin(), m.logits.end(), at);
              implementation(isa).of_task[task][static_cast<int>(algorithm)](work);
              BOOST_TEST_REQUIRE(std::memcmp(at, expected.data(), rows * classes * sizeof *at) == 0,
                                 name(isa) << ", task " << task << ", " << rows << " x " << classes
                                           << ", kind " << kind << ", stream " << work.stream);
            };
            for (const bool stream : {false, true}) {
              work.far = true;
              work.stream = stream;
              check(kernels::task_softmax, plain.softmax);
              check(kernels::task_log_softmax, plain.log_softmax);
              check(kernels::task_gradient, plain.gradient);
            }
          }
        }
  }
}

// The scalar kernels are compiled twice. This runs those for CPUs without FMA on every CPU.
BOOST_AUTO_TEST_CASE(scalar_kernels_need_no_fma) {
  Random random(8);
  alignas(64) static float scratch[kernels::scratch_floats];
  const kernels::Implementation &plain = kernels::scalar::implementation,
                                &here = implementation(Isa::scalar);
  if (&plain == &here) BOOST_TEST_MESSAGE("skipped: this CPU or this build has no FMA");
  for (const std::size_t classes : {1UL, 3UL, 4UL, 17UL, 160UL, 161UL, 1000UL, 2049UL})
    for (unsigned kind = 0; kind < kinds; ++kind) {
      const Matrix m = matrix(random, classes > 160 ? 3 : 37, classes, kind);
      for (const auto task : {kernels::task_softmax, kernels::task_log_softmax, kernels::task_loss,
                              kernels::task_gradient})
        for (const Algorithm algorithm : kernels::all_algorithms) {
          const auto results = [&](const kernels::Implementation& by) {
            std::vector<float> y(m.logits.size()), losses(m.rows);
            kernels::StoredWork<float> work{};
            work.x = m.logits.data();
            work.x_stride = work.y_stride = work.classes = classes;
            work.x_class_stride = work.y_class_stride = 1;
            work.rows = m.rows;
            work.targets = m.targets.data();
            // A kernel copies to whatever is not null, also what it has not computed.
            if (task != kernels::task_loss) work.y = y.data();
            if (task == kernels::task_loss || task == kernels::task_gradient)
              work.losses = losses.data();
            work.scale = 0.25F;
            work.scratch = scratch;
            by.of_task[task][static_cast<int>(kernels::algorithm_for(algorithm, task, classes))](
                work);
            y.insert(y.end(), losses.begin(), losses.end());
            return y;
          };
          BOOST_TEST_REQUIRE(same_bits(results(plain), results(here)),
                             name(algorithm) << ", task " << task << ", " << m.rows << " x "
                                             << classes << ", kind " << kind);
        }
    }
}

// Rows that start at the start of a memory mapping or end at its end, for logits and results. An
// access outside the mapping would crash.
BOOST_AUTO_TEST_CASE(nothing_outside_the_rows_is_touched) {
  Random random(5);
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t bytes = 16 * page;
  const auto guarded = [&] {
    char* memory = static_cast<char*>(mmap(nullptr, bytes + 2 * page, PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    BOOST_TEST_REQUIRE(static_cast<void*>(memory) != MAP_FAILED);
    BOOST_TEST_REQUIRE(mprotect(memory, page, PROT_NONE) == 0);
    BOOST_TEST_REQUIRE(mprotect(memory + page + bytes, page, PROT_NONE) == 0);
    return reinterpret_cast<float*>(memory + page);
  };
  float *x = guarded(), *y = guarded();
  for (const Isa isa : available())
    for (const Algorithm algorithm : kernels::all_algorithms)
      for (const std::size_t classes : sizes_to(200, {300, 1003, 2047, 2049, 2070, 4095}))
        for (const int place : {0, 1, 2, 3}) {
          // For few classes, 64 rows are processed together; the last ones too, if there are no
          // other rows.
          const bool at_end = place % 2 == 1, together = place < 2 && classes <= 4;
          const std::size_t rows =
              together ? 64 * (1 + random.below(3))
                       : 1 + random.below(std::min<std::size_t>(70, 16000 / classes));
          const Matrix m = matrix(random, rows, classes, static_cast<unsigned>(classes % 3));
          const std::size_t shift = at_end ? bytes / sizeof(float) - rows * classes : 0;
          std::copy(m.logits.begin(), m.logits.end(), x + shift);
          const Rows<const float> logits{x + shift, rows, classes, classes};
          const Rows<float> result{y + shift, rows, classes, classes};
          std::vector<float> losses(rows);
          const Method method{algorithm, isa};
          kernels::softmax(method, logits, result);
          kernels::log_softmax(method, logits, result);
          kernels::cross_entropy(method, logits, m.targets, losses);
          kernels::cross_entropy_gradient(method, logits, m.targets, 1, losses, result);
          std::vector<double> above(rows);
          kernels::log_sum(method, logits, losses, above);
          BOOST_TEST_REQUIRE(
              std::memcmp(m.logits.data(), x + shift, m.logits.size() * sizeof(float)) == 0);
        }
  munmap(reinterpret_cast<char*>(x) - page, bytes + 2 * page);
  munmap(reinterpret_cast<char*>(y) - page, bytes + 2 * page);
}

// Softmax along any axis: strides between classes, between rows, or both, and strides of only the
// logits or only the results. The numbers in between must not change.
BOOST_AUTO_TEST_CASE(classes_apart_change_no_bit) {
  using Strides = std::pair<std::size_t, std::size_t>;  // of rows, of classes
  Random random(6);
  for (const Isa isa : available())
    for (const auto& shape : std::vector<std::pair<std::size_t, std::size_t>>{
             {1, 1}, {37, 1}, {1, 300}, {70, 4}, {300, 17}, {9, 2049}, {700, 1000}, {3, 140000}}) {
      const std::size_t rows = shape.first, classes = shape.second;  // lambdas can capture these
      if (isa == Isa::scalar && rows * classes > 40000)
        continue;  // takes 16 times as long as the others
      const Matrix m = matrix(random, rows, classes, classes % 2 == 0 ? 4 : 7);
      const std::size_t n = rows * classes;
      for (const unsigned threads : {1U, 3U})
        for (const Algorithm algorithm : kernels::all_algorithms) {
          if (algorithm == Algorithm::fast && threads > 1) continue;
          const Method method{algorithm, isa, threads};
          const Results dense = compute(method, m.view(), m.targets);
          std::vector<float> sums(rows);
          kernels::log_sum_exp(method, m.view(), sums);
          // Layouts of x: column-major, column-major with a gap, no stride of 1, row-major.
          for (const Strides& of_x :
               {Strides{1, rows}, {1, rows + 5}, {2 * classes + 3, 2}, {classes, 1}})
            for (const Strides& of_y : {of_x, Strides{1, rows}, {classes, 1}}) {
              if (n > 100000 && of_x != of_y) continue;
              const auto memory = [&](const Strides& s) {
                return std::vector<float>((rows - 1) * s.first + (classes - 1) * s.second + 1, 7);
              };
              const auto each = [&](auto visit) {
                for (std::size_t r = 0; r < rows; ++r)
                  for (std::size_t i = 0; i < classes; ++i) visit(r, i);
              };
              std::vector<float> x = memory(of_x), losses(rows), largest(rows);
              std::vector<double> above(rows);
              each([&](std::size_t r, std::size_t i) {
                x[r * of_x.first + i * of_x.second] = m.logits[r * classes + i];
              });
              const auto view = [&](auto& at, const Strides& s) {
                return kernels::Strided<std::remove_reference_t<decltype(at[0])>>(
                    at.data(), rows, classes, s.first, s.second);
              };
              const std::vector<float>& logits = x;
              const auto check = [&](const std::vector<float>& expected, bool in_place, auto run) {
                std::vector<float> y = in_place ? x : memory(of_y), whole = y;
                run(in_place ? view(std::as_const(y), of_x) : view(logits, of_x), view(y, of_y));
                each([&](std::size_t r, std::size_t i) {
                  whole[r * of_y.first + i * of_y.second] = expected[r * classes + i];
                });
                BOOST_TEST_REQUIRE(same_bits(y, whole),
                                   name(isa) << ", " << rows << " x " << classes << ", strides "
                                             << of_x.first << ", " << of_x.second << " to "
                                             << of_y.first << ", " << of_y.second);
              };
              for (const bool in_place : {false, true}) {
                if (in_place && of_x != of_y) continue;
                check(dense.softmax, in_place,
                      [&](auto from, auto to) { softmax(method, from, to); });
                check(dense.log_softmax, in_place,
                      [&](auto from, auto to) { log_softmax(method, from, to); });
                check(dense.gradient, in_place, [&](auto from, auto to) {
                  cross_entropy_gradient(method, from, m.targets, 0.25F, losses, to);
                });
              }
              BOOST_TEST_REQUIRE(same_bits(losses, dense.fused_losses));
              kernels::cross_entropy(method, view(logits, of_x), m.targets, losses);
              BOOST_TEST_REQUIRE(same_bits(losses, dense.losses));
              kernels::log_sum(method, view(logits, of_x), largest, above);
              BOOST_TEST_REQUIRE(same_bits(largest, dense.largest));
              BOOST_TEST_REQUIRE(same_bits(above, dense.above));
              kernels::log_sum_exp(method, view(logits, of_x), losses);
              BOOST_TEST_REQUIRE(same_bits(losses, sums));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_scale_that_loses_digits_is_rejected) {
  const std::vector<float> x{0, -INFINITY, 0};
  const std::vector<std::int32_t> target{0};
  std::vector<float> y(3), loss(1);
  const auto gradient = [&](Isa isa, float scale) {
    kernels::cross_entropy_gradient({Algorithm::accurate, isa}, {x.data(), 1, 3, 3}, target, scale,
                                    loss, {y.data(), 1, 3, 3});
  };
  for (const Isa isa : available()) {
    for (const float scale : {-1.0F, 0.0F, 0x1p-31F, 0x1p31F, INFINITY, NAN})
      BOOST_CHECK_THROW(gradient(isa, scale), std::invalid_argument);
    for (const float scale : {0x1p-30F, 0.5F, 1024.0F, 0x1p30F}) {
      gradient(isa, scale);
      BOOST_TEST(y == (std::vector<float>{-scale / 2, 0, scale / 2}),
                 boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(no_rows_are_no_work) {
  for (const Isa isa : available())
    for (const Algorithm algorithm : kernels::all_algorithms)
      for (const std::size_t classes : {3UL, 300UL}) {
        const Results none = compute({algorithm, isa, 2}, {nullptr, 0, classes, classes}, {});
        BOOST_TEST(none.softmax.empty());
      }
}

// Every kind of invalid row gives the same NaN in all its results; the rows beside it are not
// affected.
BOOST_AUTO_TEST_CASE(invalid_rows_are_nan_throughout) {
  for (const Isa isa : available())
    for (const Algorithm algorithm : kernels::all_algorithms)
      for (const std::size_t classes : {1UL, 2UL, 3UL, 4UL, 30UL, 33UL, 100UL, 3000UL})
        for (const float bad : {NAN, -NAN, INFINITY, -INFINITY})
          for (const std::size_t where : {std::size_t{0}, classes / 2, classes - 1}) {
            const std::size_t rows = classes > 4 ? 3 : 67, apart = 49;
            const auto is_bad = [&](std::size_t r) { return r % apart == 1; };
            Matrix m{rows, classes, std::vector<float>(rows * classes, 0.5F),
                     std::vector<std::int32_t>(rows)};
            for (std::size_t bad_row = 1; bad_row < rows; bad_row += apart) {
              float* row = m.logits.data() + bad_row * classes;
              if (std::isinf(bad) && bad < 0)
                std::fill_n(row, classes, bad);
              else
                row[where] = bad;
              m.targets[bad_row] = static_cast<std::int32_t>(where);
            }
            const Results r = compute({algorithm, isa}, m.view(), m.targets);
            const float canonical = std::numeric_limits<float>::quiet_NaN();
            for (const auto* y : {&r.softmax, &r.log_softmax, &r.gradient}) {
              // One check for each result instead of one for each number, because a check takes
              // longer than a kernel.
              bool right = true;
              for (std::size_t i = 0; i < rows * classes; ++i)
                right = right && (is_bad(i / classes)
                                      ? std::memcmp(&(*y)[i], &canonical, sizeof canonical) == 0
                                      : std::isfinite((*y)[i]));
              BOOST_TEST_REQUIRE(
                  right, name(isa) << ", " << classes << " classes, " << bad << " at " << where);
            }
            for (const auto* losses : {&r.losses, &r.fused_losses}) {
              bool right = true;
              for (std::size_t i = 0; i < rows; ++i)
                right = right && std::isnan((*losses)[i]) == is_bad(i);
              BOOST_TEST_REQUIRE(right, name(isa) << ", " << classes << " classes, loss");
            }
          }
}

BOOST_AUTO_TEST_SUITE_END()
