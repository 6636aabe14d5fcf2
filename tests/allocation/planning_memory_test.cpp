// A plan takes no memory for the rows of logits, the examples and the training runs that its cases will need,
// however many the config asks for. Drawing them would also take time, and an error later in the config would
// be reported late. The test counts the bytes that a plan allocates.
#include "counted_new.hpp"
#include "plan_of.hpp"
#include "small_training.hpp"

BOOST_AUTO_TEST_SUITE(planning_memory_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

std::size_t bytes_of_plan(std::string_view experiment, const std::string& config) {
  const std::size_t before = allocated().bytes;
  const run::Plan plan = plan_of(experiment, config);
  const std::size_t after = allocated().bytes;
  BOOST_TEST(plan.cases.size() > 0U);
  return after - before;
}

// Checks that the plan of a config with `many` in place of `few` needs hardly more memory. Numbers of more
// digits make longer keys.
void check(std::string_view experiment, const std::string& config, const std::string& few,
           const std::string& many) {
  (void)bytes_of_plan(experiment, config);  // registries are filled at their first use
  const std::size_t small = bytes_of_plan(experiment, config);
  BOOST_TEST(small > 1000U);  // the counter works
  const std::size_t large = bytes_of_plan(experiment, replaced(config, few, many));
  BOOST_TEST(large < small + small / 4 + 2000,
             experiment << ", " << many << ": " << large << " bytes instead of " << small);
}

const std::string types =
    "dtypes = [\"float32\", \"float64\", \"float16\", \"bfloat16\", \"float16_in_float32\"]\n";
const std::string variants = "variants = [\"softmax.naive.scalar\", \"log_sum_exp.*.scalar\"]\n";
const std::string judged = "inaccurate_above_ulp = 8\n";

}  // namespace

BOOST_AUTO_TEST_CASE(shift_draws_nothing) {
  const std::string config =
      types + variants + judged + "offsets = [0, 1e4]\nclasses = [10]\nscale = 1\nseeds = [1]\n";
  check("shift", config, "classes = [10]", "classes = [1000000]");
  std::string seeds = "seeds = [1";
  for (int seed = 2; seed <= 1000; ++seed) seeds += fmt::format(",{}", seed);
  // The numbers of the config themselves are part of the plan, once.
  const std::size_t numbers = bytes_of_plan("shift", replaced(config, "seeds = [1", seeds));
  BOOST_TEST(numbers < bytes_of_plan("shift", config) + 1'000'000);
}

BOOST_AUTO_TEST_CASE(worst_begins_no_search) {
  check("worst",
        "dtypes = [\"float32\"]\n" + variants + "classes = [3]\nrows = 100\nseeds = [0, 1]\n",
        "[0, 1]", "[0, 999999]");
}

BOOST_AUTO_TEST_CASE(accuracy_makes_no_rows) {
  check("accuracy",
        types + variants + judged +
            "classes = [10]\nseed = 1\noutputs = 10\nmax_rows = 1000000\n"
            "[[distribution]]\nname = \"n\"\nhazard = \"-\"\nkind = \"normal\"\nscale = 1\n",
        "outputs = 10", "outputs = 1000000000");
}

BOOST_AUTO_TEST_CASE(overflow_makes_no_rows) {
  const std::string config = types + variants + judged + "ops = [\"softmax\", \"log_sum_exp\"]\n" +
                             "[[case]]\nname = \"c\"\nhazard = \"-\"\nsource = \"-\"\n";
  for (const std::string generator :
       {"\"normal\", scale = 1, seed = 1", "\"uniform\", low = 0, high = 1, seed = 1",
        "\"fill\", value = 1", "\"spike\", value = 1, at = 3, rest = 0",
        "\"ramp\", from = 1, to = 2"})
    check("overflow",
          config + "logits = { generate = " + generator +
              ", classes = 10, replace = [{ at = 1, value = 3 }] }\n",
          "classes = 10", "classes = 1000000");
}

BOOST_AUTO_TEST_CASE(derivative_draws_nothing) {
  check("derivative",
        types + "variants = [\"softmax.naive.scalar\", \"softmax.max_trick.scalar\"]\n" +
            "classes = [10]\n[[row]]\nname = \"n\"\nhazard = \"-\"\nscale = 1\nseed = 1\n",
        "classes = [10]", "classes = [1000]");
}

BOOST_AUTO_TEST_CASE(log_softmax_makes_no_rows) {
  check("log_softmax",
        types + "variants = [\"log_softmax.*.scalar\"]\n" + judged +
            "gaps = [1, 2]\nclasses = [2, 10]\nshown_classes = 2\nshown_dtypes = [\"float32\"]\n",
        "classes = [2, 10]", "classes = [2, 1000000]");
}

BOOST_AUTO_TEST_CASE(summation_draws_nothing) {
  const std::string config =
      types + "orders = [\"left-to-right\"]\nclasses = [10]\nrows = 1\ninaccurate_above_u = 8\n" +
      "[[distribution]]\nname = \"n\"\nhazard = \"-\"\nterms = \"normal\"\nscale = 1\nseed = 1\n";
  check("summation", config, "classes = [10]", "classes = [10000000]");
  check("summation", config, "rows = 1", "rows = 1000");
}

BOOST_AUTO_TEST_CASE(low_precision_draws_nothing) {
  check("low_precision",
        types + variants + "[[data]]\nname = \"d\"\nhazard = \"-\"\nsource = \"-\"\n" +
            "generate = \"normal\"\nscale = 1\nseed = 1\nclasses = 10\nrows = 1\n",
        "rows = 1\n", "rows = 1000000\n");
}

BOOST_AUTO_TEST_CASE(x_minus_max_measures_nothing) {
  check("x_minus_max",
        types + "classes = [10]\ngrid_step = 0.0625\nlargest_gap = 8\nscan_step = 1\n" +
            "[[criterion]]\nname = \"c\"\nmeaning = \"-\"\nprobability_within = 0.5\n",
        "classes = [10]", "classes = [1000000]");
}

BOOST_AUTO_TEST_CASE(likelihood_multiplies_nothing) {
  check("likelihood",
        "dtypes = [\"float32\", \"float64\"]\nlengths = [10]\n" + judged +
            "[[example]]\nname = \"e\"\nhazard = \"-\"\nseed = 1\n",
        "lengths = [10]", "lengths = [10000000]");
}

BOOST_AUTO_TEST_CASE(loss_makes_no_examples) {
  check("loss",
        "dtypes = [\"float32\", \"float16\"]\ntargets = [\"sparse\", \"one_hot\"]\ngaps = [1, 2]\n"
        "classes = [10]\nexamples = 1\nmax_logits = 10000000\nseed = 1\n"
        "[[arm]]\nname = \"preferred\"\nloss = \"fused\"\n"
        "[[view]]\nclasses = 10\ndtype = \"float32\"\ntargets = \"sparse\"\n",
        "examples = 1", "examples = 1000000");
}

BOOST_AUTO_TEST_CASE(training_keeps_no_runs_before_it_starts) {
  check("training", small_training, "seeds = 2", "seeds = 100000");
  check("breaking",
        blobs_and_arm + "[[condition]]\nname = \"c\"\nhazard = \"-\"\nsource = \"-\"\n[task]\n" +
            blobs_task,
        "seeds = 2", "seeds = 100000");
  check("calibration",
        "bins = 2\n" + blobs_and_arm + "[[task]]\n" + blobs_task +
            "arms = [\"preferred\"]\nfit = 50\nheld_out = 20\nshown = [2]\n",
        "seeds = 2", "seeds = 100000");
  check("outliers",
        replaced(blobs_and_arm, "[[arm]]\nname = \"preferred\"\nloss = \"fused\"\n",
                 "[[activation]]\nname = \"softmax\"\nfunction = \"softmax\"\n") +
            "[[task]]\n" + blobs_task + "activations = [\"softmax\"]\n" +
            "[[mislabelled]]\nname = \"m\"\nhazard = \"-\"\ndistance = 1\nexamples = 1\n",
        "seeds = 2", "seeds = 100000");
  check("outliers",
        "gaps = [1]\n[[activation]]\nname = \"softmax\"\nfunction = \"softmax\"\n[[row]]\n"
        "name = \"r\"\nhazard = \"-\"\nothers = [1]\nclasses = 10\n",
        "classes = 10", "classes = 100000");
  check("training",
        replaced(blobs_and_arm, "samples = 100", "samples = 100 ") + "[[task]]\n" + blobs_task +
            "arms = [\"preferred\"]\n",
        "samples = 100 ", "samples = 1000000");
}

BOOST_AUTO_TEST_SUITE_END()
