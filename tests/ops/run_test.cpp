// Calls with arguments of any shape: strides between classes, a scale of the logits, losses and
// gradients.
#include "ops/run.hpp"

#include "numerics/random.hpp"
#include "ops/registry.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(run_test)

namespace {

using namespace maxtrick;

// A matrix whose classes are the rows of memory, with a gap after each. This is softmax along axis
// 0.
struct Columns {
  std::size_t rows, classes, gap = 3;
  std::vector<float> memory;

  Columns(std::size_t r, std::size_t c) : rows(r), classes(c), memory((r + gap) * c, -7) {}
  [[nodiscard]] numerics::Rows<float> view() {
    return {memory.data(), rows, classes, 1, rows + gap};
  }
  [[nodiscard]] numerics::Rows<const float> read() const {
    return {memory.data(), rows, classes, 1, rows + gap};
  }
};

const ops::Variant& accurate(const std::string& op) {
  return *ops::find_variant(op + ".accurate.scalar");
}

}  // namespace

// The results have the same bits as for dense rows one after the other, and the gaps do not change.
BOOST_AUTO_TEST_CASE(a_stride_between_the_classes_changes_no_bit) {
  numerics::Random random(1);
  for (const char* op : {"softmax", "log_softmax", "log_sum_exp"})
    for (const std::size_t rows : {0U, 1U, 5U, 700U})
      for (const std::size_t classes : {1U, 3U, 170U}) {
        Columns logits(rows, classes);
        for (float& x : logits.memory) x = static_cast<float>(random.uniform(-20, 20));
        const ops::Variant& variant = accurate(op);
        Columns result(rows, ops::outputs(variant.op, classes));
        ops::run<float>(variant, {.logits = logits.read(), .result = result.view()});
        for (std::size_t i = 0; i < rows; ++i) {
          std::vector<float> row(classes), alone(result.classes);
          for (std::size_t k = 0; k < classes; ++k) row[k] = logits.read().at(i, k);
          variant.float32({.logits = numerics::one_row(std::span<const float>(row)),
                           .result = numerics::one_row(std::span<float>(alone))});
          for (std::size_t k = 0; k < result.classes; ++k)
            BOOST_TEST(result.read().at(i, k) == alone[k], op);
        }
        for (std::size_t k = 0; k < result.classes; ++k)
          for (std::size_t g = 0; g < result.gap; ++g)
            BOOST_TEST(result.memory[k * (rows + result.gap) + rows + g] == -7);
      }
}

BOOST_AUTO_TEST_CASE(losses_and_gradients_take_strides_too) {
  numerics::Random random(2);
  constexpr std::size_t rows = 9, classes = 21;
  Columns logits(rows, classes), gradient(rows, classes);
  for (float& x : logits.memory) x = static_cast<float>(random.uniform(-9, 9));
  std::vector<std::int32_t> targets;
  for (std::size_t i = 0; i < rows; ++i)
    targets.push_back(static_cast<std::int32_t>(random.below(classes)));
  std::vector<float> losses(rows);
  const ops::Variant& variant = accurate("cross_entropy_gradient");
  ops::run<float>(variant, {.logits = logits.read(),
                            .result = gradient.view(),
                            .targets = {.index = targets},
                            .losses = losses,
                            .gradient_scale = 0.5F});
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<float> row(classes), alone(classes);
    float loss = 0;
    for (std::size_t k = 0; k < classes; ++k) row[k] = logits.read().at(i, k);
    variant.float32({.logits = numerics::one_row(std::span<const float>(row)),
                     .result = numerics::one_row(std::span<float>(alone)),
                     .targets = {.index = {&targets[i], 1}},
                     .losses = {&loss, 1},
                     .gradient_scale = 0.5F});
    BOOST_TEST(losses[i] == loss);
    for (std::size_t k = 0; k < classes; ++k) BOOST_TEST(gradient.read().at(i, k) == alone[k]);
  }
}

BOOST_AUTO_TEST_CASE(a_scale_multiplies_the_logits_first) {
  const std::vector<float> row{1, 2, -3, 0.5F}, half{0.5F, 1, -1.5F, 0.25F};
  std::vector<float> got(4), expected(4);
  const ops::Variant& variant = accurate("softmax");
  ops::run<float>(variant, {.logits = numerics::one_row(std::span<const float>(row)),
                            .result = numerics::one_row(std::span<float>(got)),
                            .scale = 0.5F});
  variant.float32({.logits = numerics::one_row(std::span<const float>(half)),
                   .result = numerics::one_row(std::span<float>(expected))});
  BOOST_TEST(got == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(coefficients_are_for_those_that_take_them) {
  const std::vector<float> row{1, 2}, coefficients{0.25F, 0.75F};
  float loss = 0;
  const ops::Call<float> call{.logits = numerics::one_row(std::span<const float>(row)),
                              .targets = {.weights = {coefficients.data(), 1, 2}},
                              .losses = {&loss, 1}};
  BOOST_CHECK_THROW(ops::run<float>(accurate("cross_entropy"), call), std::invalid_argument);
  ops::run<float>(*ops::find_variant("fused"), call);
  BOOST_TEST(loss > 0.5F);
  BOOST_TEST(loss < 0.7F);
}

// A variant that takes strides and a scale receives the call as it is, and one that takes a part of
// it receives only that part.
BOOST_AUTO_TEST_CASE(a_variant_receives_what_it_takes) {
  Columns logits(4, 3), result(4, 3), weights(4, 3);
  std::vector<float> losses(4);
  ops::Call<float> seen{};
  std::size_t calls = 0;
  ops::Variant variant{.op = *ops::parse_op("cross_entropy_gradient"), .algorithm = "sees"};
  variant.takes_coefficients = true;
  variant.float32 = [&](const ops::Call<float>& call) {
    seen = call;
    ++calls;
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t k = 0; k < 3; ++k)
        call.result.at(i, k) = call.scale * call.logits.at(i, k) + call.targets.weights.at(i, k);
  };
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t i = 0; i < 4; ++i) {
      logits.memory[k * 7 + i] = static_cast<float>(10 * i + k);
      weights.memory[k * 7 + i] = static_cast<float>(1000 * i);
    }
  for (const bool strides : {false, true})
    for (const bool scale : {false, true}) {
      variant.takes_class_strides = strides;
      variant.takes_scale = scale;
      ops::run<float>(variant, {.logits = logits.read(),
                                .result = result.view(),
                                .targets = {.weights = weights.read()},
                                .losses = losses,
                                .scale = 0.5F});
      const bool as_it_is = strides && scale;
      BOOST_TEST(seen.scale == (scale ? 0.5F : 1.0F));
      BOOST_TEST((seen.logits.data == logits.memory.data()) == as_it_is);
      BOOST_TEST(seen.logits.column_stride == (as_it_is ? 7U : 1U));
      BOOST_TEST(seen.result.column_stride == (as_it_is ? 7U : 1U));
      BOOST_TEST(seen.targets.weights.column_stride == (as_it_is ? 7U : 1U));
      for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t k = 0; k < 3; ++k)
          BOOST_TEST(result.read().at(i, k) ==
                     static_cast<float>(1005 * i) + 0.5F * static_cast<float>(k));
    }
  BOOST_TEST(calls == 4U);
}

// A user's kernel may read every argument that it receives, so it receives none that its op does
// not have.
BOOST_AUTO_TEST_CASE(an_op_gets_only_its_own_arguments) {
  const std::vector<float> row{1, 2};
  std::vector<float> result(2), losses(1);
  const std::int32_t target = 1;
  const ops::Call<float> whole{.logits = numerics::one_row(std::span<const float>(row)),
                               .result = numerics::one_row(std::span<float>(result)),
                               .targets = {.index = {&target, 1}},
                               .losses = losses,
                               .gradient_scale = 3};
  const auto softmax = ops::only_arguments_of(*ops::parse_op("softmax"), whole);
  BOOST_TEST((softmax.targets.empty() && softmax.losses.empty() && softmax.gradient_scale == 1));
  BOOST_TEST(softmax.result.data == result.data());
  const auto loss = ops::only_arguments_of(*ops::parse_op("cross_entropy"), whole);
  BOOST_TEST((loss.result.data == nullptr && !loss.targets.empty()));
  const auto gradient = ops::only_arguments_of(*ops::parse_op("cross_entropy_gradient"), whole);
  BOOST_TEST((gradient.result.data == result.data() && gradient.gradient_scale == 3));
}

BOOST_AUTO_TEST_SUITE_END()
