// The kernels whose logits and results have 16 bits: conversions, bits, placement, errors.
#include <sys/mman.h>
#include <unistd.h>

#include "available.hpp"
#include "kernels/bits_16.hpp"
#include "kernels/instruction_sets.hpp"
#include "kinds.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "oracle/solver.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(stored_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using kernels::Algorithm;
using kernels::Isa;
using kernels::Method;
using kernels::Strided;
using numerics::BFloat16;
using numerics::Float16;
using numerics::Random;

using SmallTypes = boost::mpl::list<Float16, BFloat16>;

template <class T>
using Bits =
    std::conditional_t<std::is_same_v<T, Float16>, kernels::Float16Bits, kernels::BFloat16Bits>;

// x rounded to T. No result of a kernel is -0.
template <class T>
T rounded(float x) {
  return T(x) + T(0);
}
template <class T>
std::vector<T> rounded(const std::vector<float>& x) {
  std::vector<T> y;
  for (const float xi : x) y.push_back(std::isnan(xi) ? Limits<T>::quiet_NaN() : rounded<T>(xi));
  return y;
}

// Floats of every way of rounding to T: each number of T from `first` to `last` (bits), the midpoint between it
// and the next one, and the floats beside both.
template <class T>
std::vector<float> roundings(unsigned first, unsigned last) {
  std::vector<float> all;
  for (unsigned bits = first; bits <= last; ++bits) {
    const T x = T::from_bits(static_cast<std::uint16_t>(bits));
    const double here = x, infinite = std::ldexp(1, T::max_exponent);
    const T after = T::from_bits(static_cast<std::uint16_t>(bits + 1));
    const double next = std::isinf(double{after}) ? infinite : double{after};
    for (const double y : {here, (here + next) / 2}) {
      const auto at = static_cast<float>(y);
      for (const float f : {at, std::nextafter(at, 0.0F), std::nextafter(at, INFINITY)}) {
        all.push_back(f);
        all.push_back(-f);
      }
    }
  }
  return all;
}

// A matrix of one kind of rows, rounded to T and as floats.
template <class T>
struct Matrix {
  std::size_t rows, classes;
  std::vector<T> logits;
  std::vector<float> wide;
  std::vector<std::int32_t> targets;

  Matrix(Random& random, std::size_t rows_, std::size_t classes_, const Kind& kind)
      : rows(rows_), classes(classes_) {
    for (std::size_t r = 0; r < rows; ++r) {
      const double base = random.uniform(-120, 120), gap = random.uniform(0, 110);
      for (std::size_t k = 0; k < classes; ++k) {
        const T x = rounded<T>(kind.logit(random, k, base, gap));
        logits.push_back(x);
        wide.push_back(static_cast<float>(double{x}));
      }
      if (r % 16 == 7) spoil(random.below(classes));
      targets.push_back(static_cast<std::int32_t>(random.below(classes)));
    }
  }

  // Makes the last row invalid in one of three ways.
  void spoil(std::size_t k) {
    const float values[] = {NAN, INFINITY, -INFINITY};
    const std::size_t first = logits.size() - classes;
    logits[first + k] = T(wide[first + k] = values[k % 3]);
  }
  [[nodiscard]] Strided<const T> view() const { return {logits.data(), rows, classes, classes}; }
  [[nodiscard]] Strided<const float> wide_view() const {
    return {wide.data(), rows, classes, classes};
  }
};

template <class T>
struct Results {
  std::vector<T> softmax, log_softmax, gradient, losses, fused_losses, sums, largest;
  std::vector<double> above;
};

template <class T>
Results<T> compute(Method method, Strided<const T> x, const std::vector<std::int32_t>& targets) {
  const std::size_t n = x.rows * x.classes;
  const std::vector<T> matrix(n), column(x.rows);
  Results<T> r{matrix, matrix, matrix, column, column, column, column, std::vector<double>(x.rows)};
  const auto rows = [&](std::vector<T>& y) {
    return Strided<T>(y.data(), x.rows, x.classes, x.classes);
  };
  kernels::softmax<T>(method, x, rows(r.softmax));
  kernels::log_softmax<T>(method, x, rows(r.log_softmax));
  kernels::cross_entropy_gradient<T>(method, x, targets, 0.25F, r.fused_losses, rows(r.gradient));
  kernels::cross_entropy<T>(method, x, targets, r.losses);
  kernels::log_sum_exp<T>(method, x, r.sums);
  kernels::log_sum<T>(method, x, r.largest, r.above);
  return r;
}

template <class T>
Results<T> rounded(const Results<float>& r) {
  return {rounded<T>(r.softmax),      rounded<T>(r.log_softmax),
          rounded<T>(r.gradient),     rounded<T>(r.losses),
          rounded<T>(r.fused_losses), rounded<T>(r.sums),
          rounded<T>(r.largest),      r.above};
}

template <class T>
void require_same(const Results<T>& a, const Results<T>& b, const std::string& what) {
  BOOST_TEST_REQUIRE(same_bits(a.softmax, b.softmax), "softmax: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.log_softmax, b.log_softmax), "log-softmax: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.gradient, b.gradient), "gradient: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.losses, b.losses), "loss: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.fused_losses, b.fused_losses), "loss with gradient: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.sums, b.sums), "log-sum-exp: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.largest, b.largest), "largest logit: " << what);
  BOOST_TEST_REQUIRE(same_bits(a.above, b.above), "log-sum-exp above it: " << what);
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(conversions_are_those_of_the_number_types, T, SmallTypes) {
  bool right = true;
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto x = static_cast<std::uint16_t>(bits);
    const double due = T::from_bits(x), got = float{__builtin_bit_cast(Bits<T>, x)};
    right = right && (std::isnan(due) ? std::isnan(got) : due == got) &&
            std::signbit(due) == std::signbit(got);
  }
  BOOST_TEST(right, "to float");
  for (const float x : roundings<T>(0, T::infinity_bits - 1))
    right = right && Bits<T>(x).bits == rounded<T>(x).bits();
  BOOST_TEST(right, "to 16 bits");
  for (const float x : {INFINITY, -INFINITY, Limits<float>::max(), 0.0F, -0.0F, 1e-45F, -1e-45F})
    BOOST_TEST(Bits<T>(x).bits == rounded<T>(x).bits(), x);
  // Also NaN whose bits a rounding would carry away stays NaN.
  for (const std::uint32_t nan : {0x7fc00000U, 0x7f800001U, 0x7fffffffU, 0xff800001U, 0xffffffffU})
    BOOST_TEST(std::isnan(float{Bits<T>(__builtin_bit_cast(float, nan))}), nan);
}

// The gradient of the row (0, -inf) is (scale, -scale) if the target is the masked class. In this way every
// rounding from float passes through the vectors of every instruction set; log-sum-exp of one class is that
// class, so every number passes through them in both directions.
BOOST_AUTO_TEST_CASE_TEMPLATE(every_number_passes_through_the_kernels, T, SmallTypes) {
  std::vector<T> numbers;
  for (unsigned bits = 0; bits < 0x10000; ++bits)
    numbers.push_back(T::from_bits(static_cast<std::uint16_t>(bits)));
  const auto one = T(1).bits(), all = static_cast<std::uint16_t>(1 << (T::digits - 1));
  const bool every = std::is_same_v<T, Float16>;
  // float16: all numbers that the scale reaches; bfloat16: a binade and both of its neighbours.
  std::vector<float> scales =
      roundings<T>(every ? 1 : one - all, every ? T::infinity_bits - 1 : one + all);
  std::erase_if(scales, [](float x) { return !(x >= 0x1p-30F && x <= 0x1p30F); });
  BOOST_TEST(scales.size() > 1000U);
  const std::vector<T> row{T(0), T(-INFINITY)};
  const std::vector<std::int32_t> target{1};
  for (const Isa isa : available()) {
    const Method method{Algorithm::accurate, isa};
    std::vector<T> sums(numbers.size()), gradient(2), loss(1);
    kernels::log_sum_exp<T>(method, {numbers.data(), numbers.size(), 1, 1}, sums);
    bool right = true;
    for (std::size_t i = 0; i < numbers.size(); ++i)
      right = right && (std::isnan(double{numbers[i]}) ? std::isnan(double{sums[i]})
                                                       : double{sums[i]} == double{numbers[i]});
    BOOST_TEST(right, name(isa) << ", log-sum-exp of one class");
    for (const float scale : scales) {
      kernels::cross_entropy_gradient<T>(method, {row.data(), 1, 2, 2}, target, scale, loss,
                                         {gradient.data(), 1, 2, 2});
      right = right && gradient[0].bits() == rounded<T>(scale).bits() &&
              gradient[1].bits() == rounded<T>(-scale).bits();
    }
    BOOST_TEST(right, name(isa) << ", gradients");
  }
}

// Results are those of float32, rounded once more, on every instruction set.
BOOST_AUTO_TEST_CASE_TEMPLATE(results_are_rounded_floats, T, SmallTypes) {
  Random random(1);
  for (const std::size_t classes :
       {1UL,  2UL,   3UL,   4UL,   5UL,   7UL,    8UL,    9UL,    15UL,   16UL,   17UL,  31UL,
        64UL, 100UL, 159UL, 160UL, 161UL, 1000UL, 1003UL, 2047UL, 2048UL, 2049UL, 4100UL})
    for (const Kind& kind : kinds) {
      const std::size_t rows = 1 + random.below(classes > 2100  ? 2
                                                : classes > 200 ? 6
                                                : classes > 4   ? 50
                                                                : 210);
      const Matrix<T> m(random, rows, classes, kind);
      const Results<T> due = rounded<T>(
          compute<float>({Algorithm::accurate, kernels::best_isa()}, m.wide_view(), m.targets));
      for (const Isa isa : available())
        require_same(due, compute<T>({Algorithm::accurate, isa}, m.view(), m.targets),
                     std::string(name(isa)) + ", " + std::to_string(rows) + " x " +
                         std::to_string(classes) + ", " + kind.what);
    }
}

// Strides of rows and classes, in place or not, at any alignment and with any number of threads. The numbers
// between those of a row must not change.
BOOST_AUTO_TEST_CASE_TEMPLATE(places_strides_and_threads_change_no_bit, T, SmallTypes) {
  using Strides = std::pair<std::size_t, std::size_t>;  // of rows, of classes
  Random random(2);
  for (const Isa isa : available())
    for (const auto& shape : std::vector<std::pair<std::size_t, std::size_t>>{
             {150, 1}, {150, 2}, {150, 4}, {17000, 4}, {70, 17}, {5, 2049}, {70, 1003}}) {
      const std::size_t rows = shape.first, classes = shape.second;  // lambdas can capture these
      if (isa == Isa::scalar && rows * classes > 20000)
        continue;  // takes much longer than the others
      const Matrix<T> m(random, rows, classes, kinds[classes % 2]);
      const auto& targets = m.targets;
      const Results<T> dense = compute<T>({Algorithm::accurate, isa}, m.view(), m.targets);
      const Method method{Algorithm::accurate, isa, rows * classes > 65536 ? 2U : 1U};
      for (const Strides& s :
           {Strides{classes, 1}, {classes + 3, 1}, {1, rows}, {2 * classes + 3, 2}})
        for (const bool in_place : {false, true}) {
          const std::size_t shift = random.below(33),
                            numbers = (rows - 1) * s.first + (classes - 1) * s.second + 1;
          std::vector<T> x(numbers + shift, T(7)), losses(rows);
          const auto each = [&](std::vector<T>& to, const std::vector<T>& from) {
            for (std::size_t r = 0; r < rows; ++r)
              for (std::size_t k = 0; k < classes; ++k)
                to[shift + r * s.first + k * s.second] = from[r * classes + k];
          };
          each(x, m.logits);
          const auto check = [&](const std::vector<T>& due, auto run) {
            std::vector<T> y = in_place ? x : std::vector<T>(x.size(), T(7)), whole = y;
            const std::vector<T>& from = in_place ? y : x;
            run(Strided<const T>(from.data() + shift, rows, classes, s.first, s.second),
                Strided<T>(y.data() + shift, rows, classes, s.first, s.second));
            each(whole, due);
            BOOST_TEST_REQUIRE(same_bits(y, whole), name(isa) << ", " << rows << " x " << classes
                                                              << ", strides " << s.first << ", "
                                                              << s.second);
          };
          check(dense.softmax, [&](auto from, auto to) { kernels::softmax<T>(method, from, to); });
          check(dense.log_softmax,
                [&](auto from, auto to) { kernels::log_softmax<T>(method, from, to); });
          check(dense.gradient, [&](auto from, auto to) {
            kernels::cross_entropy_gradient<T>(method, from, targets, 0.25F, losses, to);
          });
          BOOST_TEST_REQUIRE(same_bits(losses, dense.losses));
          kernels::log_sum_exp<T>(method, {x.data() + shift, rows, classes, s.first, s.second},
                                  losses);
          BOOST_TEST_REQUIRE(same_bits(losses, dense.sums));
        }
    }
}

// Results beyond the caches are written by streaming stores, at every alignment.
BOOST_AUTO_TEST_CASE_TEMPLATE(streamed_results_have_the_same_bits, T, SmallTypes) {
  Random random(3);
  alignas(64) static float scratch[kernels::scratch_floats];
  for (const Isa isa : available())
    for (const std::size_t classes : {161UL, 1003UL, 2048UL, 2070UL, 4100UL, 33000UL})
      for (std::size_t shift = 0; shift < 33; shift += (classes > 3000 ? 11 : 1)) {
        const std::size_t rows = classes > 3000 ? 1 : 4;
        const Matrix<T> m(random, rows, classes, kinds[shift % 2]);
        const Results<T> plain = compute<T>({Algorithm::accurate, isa}, m.view(), m.targets);
        std::vector<Bits<T>> x(rows * classes), y(rows * classes + shift), losses(rows);
        std::memcpy(x.data(), m.logits.data(), rows * classes * sizeof x[0]);
        kernels::StoredWork<Bits<T>> work{};
        work.x = x.data();
        work.y = y.data() + shift;
        work.x_stride = work.y_stride = work.classes = classes;
        work.x_class_stride = work.y_class_stride = 1;
        work.rows = rows;
        work.targets = m.targets.data();
        work.losses = losses.data();
        work.scale = 0.25F;
        work.scratch = scratch;
        work.stream = true;
        const auto check = [&](kernels::Task task, const std::vector<T>& due) {
          if constexpr (std::is_same_v<T, Float16>)
            implementation(isa).float16[task](work);
          else
            implementation(isa).bfloat16[task](work);
          BOOST_TEST_REQUIRE(std::memcmp(work.y, due.data(), rows * classes * sizeof(T)) == 0,
                             name(isa) << ", task " << task << ", " << rows << " x " << classes);
        };
        check(kernels::task_softmax, plain.softmax);
        check(kernels::task_log_softmax, plain.log_softmax);
        check(kernels::task_gradient, plain.gradient);
      }
}

// Rows that start at the start of a memory mapping or end at its end, for logits and results. An access
// outside the mapping would crash.
BOOST_AUTO_TEST_CASE_TEMPLATE(no_number_outside_the_rows_is_touched, T, SmallTypes) {
  Random random(4);
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t bytes = 8 * page;
  const auto guarded = [&] {
    char* memory = static_cast<char*>(mmap(nullptr, bytes + 2 * page, PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    BOOST_TEST_REQUIRE(static_cast<void*>(memory) != MAP_FAILED);
    BOOST_TEST_REQUIRE(mprotect(memory, page, PROT_NONE) == 0);
    BOOST_TEST_REQUIRE(mprotect(memory + page + bytes, page, PROT_NONE) == 0);
    return reinterpret_cast<T*>(memory + page);
  };
  T *x = guarded(), *y = guarded();
  std::vector<std::size_t> sizes{159, 160, 161, 176, 300, 1003, 2047, 2049, 2070, 4095};
  for (std::size_t n = 1; n <= 68; ++n) sizes.push_back(n);
  for (const Isa isa : available())
    for (const std::size_t classes : sizes)
      for (const bool at_end : {false, true}) {
        // For few classes, 64 rows are processed together.
        const std::size_t rows = classes <= 4
                                     ? 64 + random.below(64)
                                     : 1 + random.below(std::min<std::size_t>(40, 16000 / classes));
        const Matrix<T> m(random, rows, classes, kinds[0]);
        const std::size_t shift = at_end ? bytes / sizeof(T) - rows * classes : 0;
        std::copy(m.logits.begin(), m.logits.end(), x + shift);
        const Strided<const T> logits(x + shift, rows, classes, classes);
        const Strided<T> result(y + shift, rows, classes, classes);
        std::vector<T> losses(rows);
        const Method method{Algorithm::accurate, isa};
        kernels::softmax<T>(method, logits, result);
        kernels::log_softmax<T>(method, logits, result);
        kernels::cross_entropy<T>(method, logits, m.targets, losses);
        kernels::cross_entropy_gradient<T>(method, logits, m.targets, 1, losses, result);
        kernels::log_sum_exp<T>(method, logits, losses);
        BOOST_TEST_REQUIRE(std::memcmp(m.logits.data(), x + shift, rows * classes * sizeof(T)) ==
                           0);
      }
  munmap(reinterpret_cast<char*>(x) - page, bytes + 2 * page);
  munmap(reinterpret_cast<char*>(y) - page, bytes + 2 * page);
}

// The bound of stored.hpp, of the losses and gradients too.
BOOST_AUTO_TEST_CASE_TEMPLATE(errors_are_within_the_bound, T, SmallTypes) {
  Random random(5);
  constexpr double bound = kernels::accurate_max_ulp<T>;
  double worst = 0;
  for (const Kind& kind : kinds)
    for (int i = 0; i < 40; ++i) {
      const Matrix<T> m(random, 1, 1 + random.below(i % 3 == 0 ? 4 : 150), kind);
      const Results<T> r =
          compute<T>({Algorithm::accurate, kernels::best_isa()}, m.view(), m.targets);
      const auto target = static_cast<std::size_t>(m.targets[0]);
      const auto loss =
          oracle::answer<T>(ops::cross_entropy, {.logits = m.logits, .target = target}).loss;
      for (const double error : {worst_ulp<T>(ops::softmax, m.logits, r.softmax),
                                 worst_ulp<T>(ops::log_softmax, m.logits, r.log_softmax),
                                 worst_ulp<T>(ops::log_sum_exp, m.logits, r.sums),
                                 numerics::error_ulp(*loss, r.losses[0]),
                                 worst_ulp_of_gradient<T>(m.logits, target, 0.25F, r.gradient)}) {
        worst = std::max(worst, error);
        BOOST_TEST_REQUIRE(error <= bound, kind.what << ", row " << i);
      }
    }
  BOOST_TEST(worst > 0.49);
}

// The known exception to the bound: -65519.9995 rounds to -65520 in float32, which rounds to -inf. The
// nearest number is -65504.
BOOST_AUTO_TEST_CASE(beside_its_overflow_float16_may_be_infinite) {
  std::vector<Float16> x(12, Float16(65504)), y(12);
  x[11] = Float16(-13.6015625);
  for (const Isa isa : available()) {
    kernels::log_softmax<Float16>({Algorithm::accurate, isa}, {x.data(), 1, 12, 12},
                                  {y.data(), 1, 12, 12});
    BOOST_TEST(double{y[11]} == -INFINITY);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(special_values_are_the_projects, T, SmallTypes) {
  for (const std::vector<float>& row : special_rows()) {
    const std::vector<T> x(row.begin(), row.end());
    const std::size_t n = x.size();
    for (const Isa isa : available()) {
      const Results<T> r = compute<T>({Algorithm::accurate, isa}, {x.data(), 1, n, n}, {0});
      BOOST_TEST(worst_ulp<T>(ops::softmax, x, r.softmax) <= 0.5);
      BOOST_TEST(worst_ulp<T>(ops::log_softmax, x, r.log_softmax) <= 0.5);
      BOOST_TEST(worst_ulp<T>(ops::log_sum_exp, x, r.sums) <= 0.5);
      for (const auto* results : {&r.softmax, &r.log_softmax, &r.gradient, &r.sums, &r.losses})
        for (const T y : *results) {
          BOOST_TEST(y.bits() != 0x8000);
          if (std::isnan(double{y})) BOOST_TEST(y.bits() == T::nan_bits);
        }
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(only_accurate_has_16_bits, T, SmallTypes) {
  const std::vector<T> x{T(1), T(2)};
  std::vector<T> y(2);
  for (const Algorithm algorithm : {Algorithm::fast, Algorithm::correct})
    for (const Isa isa : available())
      BOOST_TEST(error_of<std::invalid_argument>([&] {
                   kernels::softmax<T>({algorithm, isa}, {x.data(), 1, 2, 2}, {y.data(), 1, 2, 2});
                 }) == "the algorithm " + std::string(name(algorithm)) +
                           " exists for float32 only; expected accurate");
}

BOOST_AUTO_TEST_SUITE_END()
