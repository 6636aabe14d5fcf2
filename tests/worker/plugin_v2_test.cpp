// Plug-ins of version 2 of the interface: every argument of a call reaches the kernel, what a kernel
// does not support is provided, and what is no description of version 2 is refused.
#include <cstring>

#include "maxtrick/plugin.h"
#include "numerics/random.hpp"
#include "ops/registry.hpp"
#include "ops/run.hpp"
#include "run/experiment.hpp"
#include "test_plugins.hpp"
#include "worker/library.hpp"
#include "worker/remote.hpp"

BOOST_AUTO_TEST_SUITE(plugin_v2_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using worker::Plugin;

const Plugin& here() {
  static const Plugin plugin = worker::open(plugin_file("every_argument"));
  return plugin;
}
const Plugin& there() {
  static const Plugin plugin =
      worker::start(plugin_file("every_argument"),
                    {.program = MAXTRICK_PROGRAM, .limit = std::chrono::seconds(60)});
  return plugin;
}
const ops::Variant& kernel(const Plugin& plugin, const std::string& name) {
  const auto found = std::ranges::find(plugin.variants, name, &ops::Variant::name);
  BOOST_REQUIRE(found != plugin.variants.end());
  return *found;
}

// How the numbers of a matrix lie in memory: adjacent in a row, with gaps, or one class after the
// other as along the first axis of an array.
enum class Place { dense, gaps, transposed };
constexpr Place all_places[] = {Place::dense, Place::gaps, Place::transposed};

template <class T>
struct Memory {
  std::vector<T> numbers;
  numerics::Rows<T> view;

  Memory(std::size_t rows, std::size_t columns, Place place) : view{nullptr, rows, columns} {
    if (place == Place::dense) view.stride = columns + 2;
    if (place == Place::gaps) view.stride = 3 * columns + 1;
    if (place == Place::gaps) view.column_stride = 3;
    if (place == Place::transposed) view.stride = 1;
    if (place == Place::transposed) view.column_stride = rows + 1;
    numbers.resize(rows * view.stride + columns * view.column_stride, T(-7));
    view.data = numbers.data();
  }
  [[nodiscard]] numerics::Rows<const T> read() const {
    return {numbers.data(), view.rows, view.columns, view.stride, view.column_stride};
  }
};

// A call of an op with every argument that it has.
template <class T>
struct Prepared {
  Memory<T> logits, result, coefficients, factors;
  std::vector<T> losses;
  std::vector<std::int32_t> targets;
  ops::Call<T> call{};

  // `general`: with coefficients, and with the factors and the parameter that the op may have.
  Prepared(ops::Op op, std::size_t rows, std::size_t classes, Place place, bool general,
           double scale)
      : logits(rows, classes, place),
        result(rows, ops::outputs(op, classes) + (general && op->factors.name == "b" ? 1 : 0),
               place),
        coefficients(rows, classes, place),
        factors(rows, classes, place) {
    numerics::Random random(rows + classes);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t k = 0; k < classes; ++k) {
        logits.view.at(i, k) = static_cast<T>(random.uniform(-9, 9));
        coefficients.view.at(i, k) = static_cast<T>(random.uniform(-1, 2));
        factors.view.at(i, k) = static_cast<T>(random.uniform(-1, 3));
      }
    call.logits = logits.read();
    if (result.view.columns > 0) call.result = result.view;
    call.scale = static_cast<T>(scale);
    if (op->factors.required || (general && !op->factors.name.empty()))
      call.factors = factors.read();
    if (!op->parameter.name.empty())
      call.parameter = static_cast<T>(general ? 3 : op->parameter.preset);
    if (!ops::takes_targets(op)) return;
    for (std::size_t i = 0; i < rows; ++i)
      targets.push_back(static_cast<std::int32_t>(random.below(classes)));
    losses.resize(rows);
    call.losses = losses;
    call.gradient_scale = T(0.25);
    if (general)
      call.targets.weights = coefficients.read();
    else
      call.targets.index = targets;
  }

  [[nodiscard]] double x(std::size_t i, std::size_t k) const {
    return double{call.scale} * double{logits.read().at(i, k)};
  }
  [[nodiscard]] double c(std::size_t i, std::size_t k) const {
    if (call.targets.weights.data) return double{coefficients.read().at(i, k)};
    return k == static_cast<std::size_t>(targets[i]) ? 1 : 0;
  }
  [[nodiscard]] double f(std::size_t i, std::size_t k) const {
    return call.factors.data ? double{call.factors.at(i, k)} : 1;
  }
};

template <class T>
bool same(const Prepared<T>& a, const Prepared<T>& b) {
  return same_bits(a.result.numbers, b.result.numbers) && same_bits(a.losses, b.losses);
}

// The results as the header defines them.
template <class T>
void check_definition(ops::Op op, const Prepared<T>& done) {
  const auto is = [&](T got, double expected) {
    // One rounding to T, and the roundings in double of the kernel and of this function.
    const double rounding = double{std::numeric_limits<T>::epsilon()} * std::fabs(expected) +
                            double{std::numeric_limits<T>::denorm_min()};
    BOOST_TEST(std::fabs(double{got} - expected) <= rounding + 1e-13);
  };
  const std::size_t classes = done.call.logits.columns;
  const double parameter{done.call.parameter};
  for (std::size_t i = 0; i < done.call.logits.rows; ++i) {
    double sum = 0, loss = 0, all = 0, product = 0;
    for (std::size_t k = 0; k < classes; ++k) sum += std::exp(done.x(i, k));
    for (std::size_t k = 0; k < classes; ++k)
      product += done.f(i, k) * std::exp(done.x(i, k)) / sum;
    if (ops::takes_targets(op)) {
      for (std::size_t k = 0; k < classes; ++k) {
        const double y = std::exp(done.x(i, k)) / sum;
        loss += done.c(i, k) * (std::log(sum) - done.x(i, k)) *
                (op->name == "focal_loss" ? std::pow(1 - y, parameter) : 1);
        all += done.c(i, k);
      }
      is(done.losses[i], loss);
    }
    for (std::size_t k = 0; k < done.result.view.columns; ++k) {
      const double y = k < classes ? std::exp(done.x(i, k)) / sum : 0;
      const T got = done.result.read().at(i, k);
      if (op->name == "softmax") is(got, y);
      if (op->name == "log_softmax") is(got, std::log(y));
      if (op->name == "softmax_backward") is(got, y * (done.f(i, k) - product));
      if (op->name == "merge") is(got, product);
      if (op->name == "log_sum_exp")
        is(got,
           k == 1 ? std::copysign(1, product) : std::log(std::fabs(product) * sum / parameter));
      if (op->name == "cross_entropy_gradient") is(got, 0.25 * (all * y - done.c(i, k)));
    }
  }
}

template <class T>
void check_every_argument() {
  for (const ops::Variant& direct : here().variants) {
    if (direct.algorithm != "complete") continue;
    const ops::Variant& remote = kernel(there(), direct.name());
    for (const Place place : all_places)
      for (const bool coefficients : {false, true})
        for (const double scale : {1.0, 0.75})
          for (const std::size_t rows : {1U, 3U, 40U})
            for (const std::size_t classes : {1U, 5U, 130U}) {
              const auto prepared = [&] {
                return Prepared<T>(direct.op, rows, classes, place, coefficients, scale);
              };
              Prepared<T> a = prepared(), b = prepared();
              direct.compute<T>()(a.call);
              remote.compute<T>()(b.call);
              BOOST_TEST(same(a, b), direct.name());
              if (classes == 5) check_definition(direct.op, a);
            }
  }
}

// The failure of one call with class strides and, if the op has targets, with coefficients.
std::string failure(const std::string& name, std::size_t rows = 4) {
  const ops::Variant& variant = kernel(there(), name);
  Prepared<float> prepared(variant.op, rows, 3, Place::gaps, true, 1);
  try {
    variant.float32(prepared.call);
  } catch (const run::CaseFailed& failed) {
    return std::string(failed.what()).substr(variant.name().size() + 2);
  }
  return "";
}

}  // namespace

// A program that was compiled before must find the same structs.
#if defined(__LP64__)
static_assert(sizeof(maxtrick_call_float32) == 72 && offsetof(maxtrick_call_float32, scale) == 64);
static_assert(sizeof(maxtrick_call_float64) == 72 && offsetof(maxtrick_call_float64, scale) == 64);
static_assert(sizeof(maxtrick_kernel) == 64 && offsetof(maxtrick_kernel, float64) == 56);
static_assert(sizeof(maxtrick_plugin) == 40 && offsetof(maxtrick_plugin, kernels) == 32);
static_assert(sizeof(maxtrick_call_v2) >= 136 && offsetof(maxtrick_call_v2, gradient_scale) == 128);
static_assert(sizeof(maxtrick_kernel_v2) >= 80 && offsetof(maxtrick_kernel_v2, compute) == 72);
static_assert(sizeof(maxtrick_description_v2) >= 40 &&
              offsetof(maxtrick_description_v2, kernels) == 32);
#endif

BOOST_AUTO_TEST_CASE(every_argument_reaches_the_kernel) {
  BOOST_TEST(worker::to_json(here()) == worker::to_json(there()));
  check_every_argument<float>();
  check_every_argument<double>();
  check_every_argument<numerics::Float16>();
  check_every_argument<numerics::BFloat16>();
}

BOOST_AUTO_TEST_CASE(types_and_support_are_those_of_the_kernel) {
  for (const Plugin* plugin : {&here(), &there()}) {
    const ops::Variant &complete = kernel(*plugin, "softmax.complete"),
                       &plain = kernel(*plugin, "softmax.plain"),
                       &brief = kernel(*plugin, "softmax.brief");
    for (const ops::DType dtype : ops::all_dtypes) {
      BOOST_TEST(complete.has(dtype));
      BOOST_TEST(brief.has(dtype) == (dtype == ops::DType::bfloat16));
    }
    BOOST_TEST((complete.takes_class_strides && complete.takes_scale &&
                !complete.takes_coefficients && !complete.takes_threads));
    for (const std::string op : {"log_sum_exp", "cross_entropy", "focal_loss"})
      BOOST_TEST(kernel(*plugin, op + ".complete").takes_coefficients, op);
    BOOST_TEST((!plain.takes_class_strides && !plain.takes_scale && !plain.takes_coefficients));
  }
}

// A kernel that supports none of it returns an error if it gets it. A scale of 1/2 is exact, so that
// the results have the same bits.
BOOST_AUTO_TEST_CASE(what_a_kernel_does_not_support_is_provided) {
  for (const std::string op : {"softmax", "log_sum_exp", "cross_entropy_gradient"}) {
    const ops::Variant &plain = kernel(there(), op + ".plain"),
                       &complete = kernel(there(), op + ".complete");
    for (const Place place : all_places)
      for (const double scale : {1.0, 0.5}) {
        Prepared<float> a(plain.op, 40, 30, place, false, scale),
            b(plain.op, 40, 30, place, false, scale);
        ops::run(plain, a.call);
        ops::run(complete, b.call);
        BOOST_TEST(same(a, b), op);
        // Without run(), the classes are adjacent for the kernel, since it takes no other stride.
        if (scale != 1) continue;
        Prepared<float> c(plain.op, 40, 30, place, false, 1);
        plain.float32(c.call);
        BOOST_TEST(same(c, b), op);
      }
  }
  const ops::Variant& gradient = kernel(there(), "cross_entropy_gradient.plain");
  Prepared<float> call(gradient.op, 2, 3, Place::dense, true, 1);
  BOOST_CHECK_THROW(ops::run(gradient, call.call), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(what_breaks_a_rule_of_strided_arrays_is_said) {
  const std::map<std::string, std::string> said{
      {"softmax.complete", ""},
      {"softmax.writes_between_classes", "writes outside its rows"},
      {"softmax.writes_before_classes", "writes outside its rows"},
      {"softmax.ignores_class_stride", "writes outside its rows"},
      {"cross_entropy.writes_coefficients", "changes its input"},
      {"cross_entropy.reads_behind_coefficients", "reads outside its coefficients"},
      {"merge.reads_behind_factors", "reads outside its factors"},
      {"cross_entropy.writes_before_losses", "writes outside its losses"}};
  for (const auto& [name, expected] : said) {
    std::string came = failure(name);
#ifndef __x86_64__
    // Other CPUs do not report whether it was a read or a write.
    if (came.starts_with("reads or writes ") && expected.starts_with("reads ")) came.erase(5, 10);
#endif
    BOOST_TEST(came == expected, name << ": " << came);
    BOOST_TEST(failure(name, 1) == came, name);
  }
}

BOOST_AUTO_TEST_CASE(the_newer_of_two_versions_is_used) {
  const Workdir folder;
  folder.exits(0, "$MAXTRICK list --format csv" + option("both_versions"))
      .out_has("\nsoftmax.one,unstated,-,-,-,-,yes,,sizes\n")
      .out_lacks("softmax.old");
}

// A plug-in may be built with a later header, as long as it uses nothing that this program lacks.
BOOST_AUTO_TEST_CASE(a_later_header_is_accepted) {
  const Plugin plugin = worker::open(plugin_file("later_header"));
  BOOST_REQUIRE_EQUAL(plugin.variants.size(), 2U);
  const ops::Variant& second = plugin.variants[1];
  BOOST_TEST(second.name() == "softmax.two");
  BOOST_TEST((second.float32 && second.float64 && !second.float16 && !second.bfloat16));
  BOOST_TEST((second.takes_scale && !second.takes_class_strides));
}

BOOST_AUTO_TEST_CASE(what_is_no_description_is_refused) {
  const std::string kernel_size = std::to_string(sizeof(maxtrick_kernel_v2)),
                    smaller = std::to_string(sizeof(maxtrick_kernel_v2) - sizeof(std::size_t));
  const std::map<std::string, std::string> said{
      {"no_size",
       "it has a struct_size of 0, expected " + std::to_string(sizeof(maxtrick_description_v2))},
      {"small_kernel", "kernel 1 has a struct_size of " + smaller + ", expected " + kernel_size},
      {"no_type", "softmax.one has none of the types float32, float64, float16 and bfloat16"},
      {"no_compute", "softmax.one has no function"},
      {"claim_without_float32", "softmax.one claims 2 ULP in float32, which it does not have"},
      {"later_member", "kernel 1 uses a member that this version does not know"},
      {"later_description", "it uses a member that this version does not know"},
      {"null_description", "maxtrick_plugin_v2 returns NULL"}};
  for (const auto& one : said)
    BOOST_TEST(
        contains(error_of<worker::Refused>([&] { return worker::open(plugin_file(one.first)); }),
                 one.second),
        one.first);
}

BOOST_AUTO_TEST_CASE(eval_shows_every_type) {
  const Workdir folder;
  for (const ops::DType dtype : ops::all_dtypes)
    folder
        .exits(0, "$MAXTRICK eval softmax --logits '1,2;3,4' --format csv --variant '*.complete'" +
                      option("every_argument") + " --dtype " + std::string(ops::name(dtype)))
        .out_has("\n1,softmax.complete," + std::string(ops::name(dtype)) + ",ok,");
  folder
      .exits(5,
             "$MAXTRICK eval softmax --logits 1,2 --variant '*.brief'" + option("every_argument"))
      .err_has("softmax.brief skipped: it has no float32");
}

// Every op of the catalogue that the call can state, compared with the exact answer.
BOOST_AUTO_TEST_CASE(eval_shows_ops_with_arguments_of_their_own) {
  const Workdir folder;
  for (const std::string call :
       {"softmax_backward --logits '1,2;3,5' --dy '1,2;-1,4'",
        "merge --logits 1,2,3 --values 4,5,7",
        "focal_loss --logits '1,2;3,5' --labels 0,1 --gamma 3",
        "log_sum_exp --logits 1,2,3 --b 1,-1,2 --divisor 3", "log_sum_exp --logits 1,2,3",
        "cross_entropy --logits 1,2 --targets 0.25,0.5"})
    folder
        .exits(0, "$MAXTRICK eval " + call + " --variant '*.complete' --format csv" +
                      option("every_argument"))
        .out_has(".complete,")
        .out_lacks("wrong");
  // A kernel without these flags takes part where there are no such arguments.
  folder
      .exits(0, "$MAXTRICK eval log_sum_exp --logits 1,2 --variant '*.plain'" +
                    option("every_argument"))
      .out_has("log_sum_exp.plain");
  folder
      .exits(5, "$MAXTRICK eval log_sum_exp --logits 1,2 --b 1,-1 --variant '*.plain'" +
                    option("every_argument"))
      .err_has("log_sum_exp.plain skipped: it takes logits alone");
}

BOOST_AUTO_TEST_SUITE_END()
