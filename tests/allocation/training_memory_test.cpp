// Training allocates memory only before its first step. The test counts the calls of operator new.
#include "counted_new.hpp"
#include "lab.hpp"

BOOST_AUTO_TEST_SUITE(training_memory_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::learn;
using namespace maxtrick::tests;

// Returns the number of calls of operator new during training. Each call creates a new loss,
// because the buffers of the loss count too.
std::size_t calls_of(const MeanLoss& loss, std::size_t epochs, Method method) {
  static const Examples examples(lab_data());
  numerics::Random random(0);
  auto network = lab_network(random);
  const TrainingOptions options{.epochs = epochs, .optimiser = {.method = method}};
  const std::size_t before = allocated().calls;
  const History history = train(network, examples, loss, options, random);
  const std::size_t after = allocated().calls;
  BOOST_TEST(history.steps == 63 * epochs);
  return after - before;
}

template <class MakeLoss>
void check(MakeLoss make) {
  for (const Method method : {Method::adam, Method::sgd}) {
    (void)calls_of(make(), 1, method);  // allocates the thread-local buffers of the losses
    const std::size_t one = calls_of(make(), 1, method);
    BOOST_TEST(one > 0U);  // the counter works
    BOOST_TEST(one < 30U);
    BOOST_TEST(calls_of(make(), 5, method) == one);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(fused_allocates_before_the_first_step_only) {
  check([] { return mean_loss("fused"); });
}

BOOST_AUTO_TEST_CASE(naive_allocates_before_the_first_step_only) { check(naive_loss); }

BOOST_AUTO_TEST_CASE(clip_allocates_before_the_first_step_only) { check(clip_loss); }

BOOST_AUTO_TEST_CASE(the_16_bit_types_allocate_before_the_first_step_only) {
  check([] { return mean_loss("fused", "", ops::DType::bfloat16); });
}

BOOST_AUTO_TEST_SUITE_END()
